package limit

import (
	"context"
	"fmt"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
)

// Quota bounds how often something may be done in a window of time, whether it
// succeeds or not: what costs money, or could be used to harvest.
type Quota struct {
	Kind, Value string // what is counted, and for whom
	Most        int
	Window      time.Duration
}

// FromPlace bounds how often something may come from a place: from each of its
// networks, for value where it is counted for something more.
func FromPlace(kind, value, place string, most int, window time.Duration) []Quota {
	var quotas []Quota
	for _, n := range networks(place) {
		quotas = append(quotas, Quota{kind, value + " " + n.name, most * n.share, window})
	}
	return quotas
}

// Spend counts one use of each quota in turn and fails with Throttled, saying
// message, at the first that is spent; those after it are then left alone, so that
// one place cannot use up somebody else's.
func (s *Service) Spend(ctx context.Context, message string, quotas ...Quota) error {
	var refused error
	err := s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		refused, err = s.SpendIn(ctx, tx, message, quotas...)
		return err
	})
	if err != nil {
		return err
	}
	return refused
}

// SpendIn does so in the caller's transaction: what it counted lasts when that
// commits, also where it refuses.
func (s *Service) SpendIn(ctx context.Context, tx postgres.Tx, message string, quotas ...Quota) (refused, err error) {
	for _, q := range quotas {
		used, _, err := countTry(ctx, tx, s.counter(q, tx.Now).Key)
		if err != nil {
			return nil, err
		}
		if used > q.Most {
			return fault.Wait(message, tx.Now.Truncate(q.Window).Add(q.Window).Sub(tx.Now)), nil
		}
	}
	return nil, nil
}

// counter is what a quota counts in, in the window of an instant.
func (s *Service) counter(q Quota, now time.Time) Throttle {
	return s.Throttle(q.Kind, fmt.Sprintf("%s\x00%d", q.Value, now.Truncate(q.Window).Unix()), 0)
}
