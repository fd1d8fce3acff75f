package limit

import (
	"context"
	"fmt"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
)

// Quota limits how often something may be done in a window of time, whether it succeeds or
// not: what costs money, or could be used to collect data.
type Quota struct {
	Kind, Value string // what is counted, and for whom
	Most        int
	Window      time.Duration
}

// FromPlace returns quotas for a place, one for each network that it belongs to. A value
// that is not empty is counted separately.
func FromPlace(kind, value, place string, most int, window time.Duration) []Quota {
	var quotas []Quota
	for _, n := range networks(place) {
		quotas = append(quotas, Quota{kind, value + " " + n.name, most * n.share, window})
	}
	return quotas
}

// Spend counts one use of each quota in turn. At the first that is used up, it fails with
// Throttled and message. The quotas after it are not counted, so that one place cannot use
// up the quota of a person.
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

// SpendIn is Spend in the caller's transaction. A refusal is returned as refused, not as
// err, so that the caller commits what was counted.
func (s *Service) SpendIn(ctx context.Context, tx postgres.Tx, message string, quotas ...Quota) (refused, err error) {
	for _, q := range quotas {
		used, _, err := countTry(ctx, tx, s.counter(q, tx.Now).Key)
		if err != nil {
			return nil, err
		}
		if used > q.Most {
			return q.refused(message, tx.Now), nil
		}
	}
	return nil, nil
}

// RefuseSpent fails with Throttled and message as Spend would, and counts nothing.
func (s *Service) RefuseSpent(ctx context.Context, message string, quotas ...Quota) error {
	now := s.db.Now()
	for _, q := range quotas {
		used, err := readTries(ctx, s.db.Pool, s.counter(q, now).Key)
		if err != nil {
			return err
		}
		if used >= q.Most {
			return q.refused(message, now)
		}
	}
	return nil
}

// refused is the fault of a quota that is used up, with the wait until its window ends.
func (q Quota) refused(message string, now time.Time) error {
	return fault.Wait(message, now.Truncate(q.Window).Add(q.Window).Sub(now))
}

// counter returns the counter of a quota in the window at an instant.
func (s *Service) counter(q Quota, now time.Time) Throttle {
	return s.Throttle(q.Kind, fmt.Sprintf("%s\x00%d", q.Value, now.Truncate(q.Window).Unix()), 0)
}
