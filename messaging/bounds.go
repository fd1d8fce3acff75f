package messaging

import (
	"context"
	"fmt"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// Bounds are the limits on what a person sends (R47).
type Bounds struct {
	Stored int64 // bytes of stored documents of a beneficiary
	Day    int64 // bytes of documents that a beneficiary uploads within 24 hours, stored or not
	Rate   int64 // least average rate of an upload, in bytes per second
}

// DefaultBounds apply if nothing else is configured.
var DefaultBounds = Bounds{Stored: 500_000_000, Day: 250_000_000, Rate: 8_000}

// staffTimes multiplies the limits for staff, who write with many people.
const staffTimes = 10

// Within returns the service with other limits.
func (s *Service) Within(b Bounds) *Service {
	bounded := *s
	bounded.bounds = b
	return &bounded
}

// of returns the limits of one person.
func (b Bounds) of(v *viewer.Viewer) Bounds {
	if v.Role != viewer.Beneficiary {
		b.Stored, b.Day = b.Stored*staffTimes, b.Day*staffTimes
	}
	return b
}

// sendingSpan is the window in which uploads are counted, from the first of them.
const sendingSpan = 24 * time.Hour

// sent is what somebody has stored, current uploads included, and uploaded in the window.
type sent struct {
	Stored int64
	Began  time.Time // start of the current window
	Day    int64
}

// room fails if the viewer can upload no document now. Otherwise it returns the maximum
// size of the next.
func (s *Service) room(ctx context.Context, v *viewer.Viewer) (int64, error) {
	now, most := s.db.Now(), s.bounds.of(v)
	so, err := readSent(ctx, s.db.Pool, v.ID, now.Add(-sendingSpan))
	if err == nil {
		err = most.exceeded(so, now)
	}
	return min(MaxDocumentSize, most.Stored-so.Stored, most.Day-so.Day), err
}

// exceeded returns why nothing more may be uploaded; nil while there is room.
func (b Bounds) exceeded(so sent, now time.Time) error {
	switch {
	case so.Stored >= b.Stored:
		return fault.New(fault.Invalid, fmt.Sprintf("Nous gardons déjà %s de documents que vous avez envoyés\u00a0: c’est le plus que l’on garde d’une personne. Envoyez votre message sans document, ou appelez le standard.", web.Bytes(b.Stored)))
	case so.Day >= b.Day:
		return b.tooMuchToday(so, now)
	}
	return nil
}

func (b Bounds) tooMuchToday(so sent, now time.Time) error {
	wait := so.Began.Add(sendingSpan).Sub(now)
	return &fault.Fault{Code: fault.Throttled, RetryAfter: wait, Message: fmt.Sprintf(
		"Vous avez envoyé beaucoup de documents\u00a0: %s en 24\u00a0heures est le plus que l’on reçoit d’une personne. Joignez-les de nouveau dans %s. Un message sans document part tout de suite.", web.Bytes(b.Day), web.Wait(wait))}
}

// tooBig refuses a document larger than the remaining room.
func tooBig(name string, room int64) error {
	if room >= MaxDocumentSize {
		return refuse(name, "il dépasse 25\u00a0Mo. Réduisez-le, ou envoyez-le en plusieurs parties.")
	}
	return refuse(name, "il ne reste de place que pour "+web.Bytes(room)+". Réduisez-le, ou appelez le standard.")
}

// countReceived counts the bytes of an upload towards the daily limit, whether or not it is stored.
func (s *Service) countReceived(ctx context.Context, person uuid.UUID, bytes int64) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		_, err := countSent(ctx, tx, person, bytes, tx.Now.Add(-sendingSpan))
		return err
	})
}

// take counts a stored document. It fails if concurrent uploads have left no room for
// it.
func (s *Service) take(ctx context.Context, v *viewer.Viewer, doc stored) (refused error) {
	most := s.bounds.of(v)
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		so, err := countSent(ctx, tx, v.ID, doc.Size, tx.Now.Add(-sendingSpan))
		if err != nil {
			return err
		}
		switch {
		case so.Stored+doc.Size > most.Stored:
			refused = tooBig(doc.Name, max(0, most.Stored-so.Stored))
		case so.Day > most.Day:
			refused = most.tooMuchToday(so, tx.Now)
		default:
			return sizeUpload(ctx, tx, doc.key, doc.Size)
		}
		return nil // refused bytes count towards the day too
	})
	if err != nil {
		return err
	}
	return refused
}
