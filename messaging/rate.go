package messaging

import (
	"context"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// rate is the maximum number of messages, sent or only tried, per person and span.
type rate struct {
	span time.Duration
	most int
}

var rates = []rate{{time.Minute, 30}, {time.Hour, 300}}

// Admit counts one try of v's to send a message. If there were too many lately, it fails with
// Throttled and does not count the try.
func (s *Service) Admit(ctx context.Context, v *viewer.Viewer) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		for _, r := range rates {
			began, tries, err := countTry(ctx, tx, v.ID, r.span)
			if err != nil {
				return err
			}
			if tries > r.most {
				return tooOften(began.Add(r.span).Sub(tx.Now))
			}
		}
		return nil
	})
}

func tooOften(wait time.Duration) error {
	return &fault.Fault{
		Code: fault.Throttled, RetryAfter: wait,
		Message: "Vous avez envoyé beaucoup de messages en peu de temps. Celui-ci n’est pas parti\u00a0: envoyez-le de nouveau dans " + web.Wait(wait) + ".",
	}
}
