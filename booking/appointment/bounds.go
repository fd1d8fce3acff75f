package appointment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// What a person can book is limited (R47), so that nobody fills the agendas or causes
// notifications without end. The limits apply to what people do for themselves. The
// switchboard, and workers in their own agenda, may exceed them on behalf of a person; the
// journal records it.

// Bounds are the limits for one person.
type Bounds struct {
	Coming int // appointments and requests that have not begun
	Acts   int // bookings, moves, changes, cancellations and waitlist entries within 24 hours
}

// DefaultBounds apply if nothing else is configured.
var DefaultBounds = Bounds{Coming: 5, Acts: 30}

// ActsSpan is the window in which acts are counted, from the first of them.
const ActsSpan = 24 * time.Hour

// errFull is the cause of the fault for a person with the maximum number of upcoming
// appointments.
var errFull = errors.New("booking: as many appointments to come as one person may have")

func (b Bounds) tooMany() error {
	return &fault.Fault{Code: fault.Invalid, Cause: errFull, Message: fmt.Sprintf(
		"Vous avez déjà %s à venir\u00a0: c’est le plus que l’on peut prendre à la fois. Pour en prendre un autre, attendez que l’un d’eux ait eu lieu ou annulez-en un. S’il vous en faut davantage, appelez le standard.", meetings(b.Coming))}
}

func meetings(n int) string { return fmt.Sprintf("%d\u00a0rendez-vous", n) }

func (b Bounds) spent(wait time.Duration) error {
	return &fault.Fault{Code: fault.Throttled, RetryAfter: wait, Message: fmt.Sprintf(
		"Vous avez fait %d\u00a0changements dans vos rendez-vous en 24\u00a0heures\u00a0: c’est le plus que l’on peut faire. Rien n’a changé. Revenez dans %s, ou appelez le standard si c’est urgent.", b.Acts, web.Wait(wait))}
}

// Spend counts an act that the viewer makes for themselves, and fails with Throttled
// when there were too many. An act that fails later is not counted. The person must be
// locked (LockClient).
func (s *Service) Spend(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, person uuid.UUID) error {
	if v.ID != person {
		return nil
	}
	began, acts, err := countAct(ctx, tx, person, ActsSpan)
	if err == nil && acts > s.bounds.Acts {
		err = s.bounds.spent(began.Add(ActsSpan).Sub(tx.Now))
	}
	return err
}

// RoomFor fails if the person has the maximum number of upcoming appointments. A viewer who
// books on their behalf may exceed it, which is journaled. The person must be locked.
func (s *Service) RoomFor(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, person, booking uuid.UUID) error {
	full, err := s.Full(ctx, tx, person, tx.Now)
	switch {
	case err != nil || !full:
		return err
	case v.ID == person:
		return s.bounds.tooMany()
	}
	return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: actBeyond, SubjectID: person, ObjectID: booking})
}

// Full reports whether the person has the maximum number of upcoming appointments.
func (s *Service) Full(ctx context.Context, q postgres.Querier, person uuid.UUID, now time.Time) (bool, error) {
	coming, err := countAhead(ctx, q, person, now)
	return coming >= s.bounds.Coming, err
}

// Margin is how much more a person may book.
type Margin struct {
	Bounds
	Coming int       // upcoming appointments
	Acts   int       // acts that are left
	Anew   time.Time // when all acts are available again, in UTC; zero if all are
}

// Left is how many more appointments the person may book.
func (m Margin) Left() int { return max(m.Bounds.Coming-m.Coming, 0) }

// Near reports whether pages should show how many appointments are left.
func (m Margin) Near() bool { return m.Left() <= 2 }

// ActsNear reports whether pages should show how many acts are left.
func (m Margin) ActsNear() bool { return m.Acts <= 5 }

// Margin returns the person's margin.
func (s *Service) Margin(ctx context.Context, person uuid.UUID) (Margin, error) {
	now, m := s.db.Now(), Margin{Bounds: s.bounds, Acts: s.bounds.Acts}
	began, acts, err := readActs(ctx, s.db.Pool, person)
	if err != nil {
		return Margin{}, err
	}
	if anew := began.Add(ActsSpan); anew.After(now) {
		m.Acts, m.Anew = max(s.bounds.Acts-acts, 0), anew.UTC()
	}
	m.Coming, err = countAhead(ctx, s.db.Pool, person, now)
	return m, err
}

// Refused returns why the person cannot book more themselves, nil if they can.
func (m Margin) Refused(now time.Time) error {
	switch {
	case m.Left() == 0:
		return m.tooMany()
	case m.Acts == 0:
		return m.spent(m.Anew.Sub(now))
	}
	return nil
}
