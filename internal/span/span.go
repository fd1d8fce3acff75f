// Package span contains periods between two instants.
package span

import "time"

// Period is a period from an instant, included, to another, excluded.
type Period struct{ From, To time.Time }

// Overlaps reports whether the two share an instant.
func (p Period) Overlaps(q Period) bool { return p.From.Before(q.To) && q.From.Before(p.To) }

// Inside reports whether q contains all of p.
func (p Period) Inside(q Period) bool { return !p.From.Before(q.From) && !p.To.After(q.To) }
