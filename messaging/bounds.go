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

// Bounds are how much a person may send (R47).
type Bounds struct {
	Stored int64 // bytes of documents that are kept of a beneficiary
	Day    int64 // bytes of documents that come from a beneficiary within 24 hours, kept or not
	Rate   int64 // bytes a second at which documents come, at least, on average
}

// DefaultBounds are those where nothing else is set.
var DefaultBounds = Bounds{Stored: 500_000_000, Day: 250_000_000, Rate: 8_000}

// staffTimes is how many times as much as a beneficiary somebody may send who writes
// with many of them.
const staffTimes = 10

// Within returns the same acts under other bounds.
func (s *Service) Within(b Bounds) *Service {
	bounded := *s
	bounded.bounds = b
	return &bounded
}

// of are the bounds of one person.
func (b Bounds) of(v *viewer.Viewer) Bounds {
	if v.Role != viewer.Beneficiary {
		b.Stored, b.Day = b.Stored*staffTimes, b.Day*staffTimes
	}
	return b
}

// sendingSpan is how long what comes counts together, from the first of it on.
const sendingSpan = 24 * time.Hour

// sent is what somebody has sent: what is kept of it, documents on their way included,
// and what came lately.
type sent struct {
	Stored int64
	Began  time.Time // of the span that is running
	Day    int64
}

// room fails when the viewer can send no document now, and else says how many bytes the
// next one may have.
func (s *Service) room(ctx context.Context, v *viewer.Viewer) (int64, error) {
	now, most := s.db.Now(), s.bounds.of(v)
	so, err := readSent(ctx, s.db.Pool, v.ID, now.Add(-sendingSpan))
	if err == nil {
		err = most.exceeded(so, now)
	}
	return min(MaxDocumentSize, most.Stored-so.Stored, most.Day-so.Day), err
}

// exceeded is why nothing more may come; nil while there is room.
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

// tooBig refuses a document that passes what there is room for.
func tooBig(name string, room int64) error {
	if room >= MaxDocumentSize {
		return refuse(name, "il dépasse 25\u00a0Mo. Réduisez-le, ou envoyez-le en plusieurs parties.")
	}
	return refuse(name, "il ne reste de place que pour "+web.Bytes(room)+". Réduisez-le, ou appelez le standard.")
}

// arrived counts what came of a document, whether it is kept or not.
func (s *Service) arrived(ctx context.Context, person uuid.UUID, bytes int64) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		_, err := countSent(ctx, tx, person, bytes, tx.Now.Add(-sendingSpan))
		return err
	})
}

// take counts a document that lies in the store, and fails when others that came at the
// same time have left no room for it.
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
		return nil // that it came counts all the same
	})
	if err != nil {
		return err
	}
	return refused
}
