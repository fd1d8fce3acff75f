package account

import (
	"context"
	"fmt"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
)

// quota bounds how often something may be done in a window of time, whether it
// succeeds or not: what costs money, or could be used to harvest.
type quota struct {
	kind, value string // what is counted, and for whom
	most        int
	window      time.Duration
}

// fromPlace bounds how often something may come from a place: from each of its
// networks, for value where it is counted for something more.
func fromPlace(kind, value, place string, most int, window time.Duration) []quota {
	var quotas []quota
	for _, n := range networks(place) {
		quotas = append(quotas, quota{kind, value + " " + n.name, most * n.share, window})
	}
	return quotas
}

// spend counts one use of each quota in turn and fails with Throttled, saying
// message, at the first that is spent; those after it are then left alone, so that
// one place cannot use up somebody else's.
func (s *Service) spend(ctx context.Context, message string, quotas ...quota) error {
	var refused error
	err := s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		refused, err = s.spendIn(ctx, tx, message, quotas...)
		return err
	})
	if err != nil {
		return err
	}
	return refused
}

// spendIn does so in the caller's transaction: what it counted lasts when that
// commits, also where it refuses.
func (s *Service) spendIn(ctx context.Context, tx postgres.Tx, message string, quotas ...quota) (refused, err error) {
	for _, q := range quotas {
		used, _, err := countTry(ctx, tx, s.counter(q, tx.Now).key)
		if err != nil {
			return nil, err
		}
		if used > q.most {
			return fault.Wait(message, tx.Now.Truncate(q.window).Add(q.window).Sub(tx.Now)), nil
		}
	}
	return nil, nil
}

// counter is what a quota counts in, in the window of an instant.
func (s *Service) counter(q quota, now time.Time) throttle {
	return s.newThrottle(q.kind, fmt.Sprintf("%s\x00%d", q.value, now.Truncate(q.window).Unix()), 0)
}
