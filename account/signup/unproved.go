package signup

import (
	"context"
	"time"

	"github.com/google/uuid"

	"socialdirect/account/people"
	"socialdirect/internal/postgres"
)

// UnprovedLifetime is how long an account with an unproved address or mobile number is
// kept, counted from the sign-up or from the last link that the switchboard sent.
const UnprovedLifetime = 7 * 24 * time.Hour

// unprovedAtOnce is how many accounts are read at a time.
const unprovedAtOnce = 500

// SweepUnproved removes accounts that were not proved in time, with everything that was
// entered for them, including keys, links, sessions and acceptances. An account to which
// something refers stays: a decision about it, or an appointment that the switchboard
// booked.
func (s *Service) SweepUnproved(ctx context.Context) error {
	var after uuid.UUID
	for {
		stale, err := people.ReadStaleUnproved(ctx, s.db.Pool, s.db.Now().Add(-UnprovedLifetime), after, unprovedAtOnce)
		if err != nil {
			return err
		}
		for _, id := range stale {
			if err := s.removeUnproved(ctx, id); err != nil {
				return err
			}
		}
		if len(stale) < unprovedAtOnce {
			return nil
		}
		after = stale[len(stale)-1]
	}
}

func (s *Service) removeUnproved(ctx context.Context, id uuid.UUID) error {
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		gone, err := people.DeleteUnproved(ctx, tx, id, tx.Now.Add(-UnprovedLifetime))
		if err != nil || !gone {
			return err
		}
		return s.vault.Destroy(ctx, tx, id)
	})
	if postgres.Referred(err) {
		return nil
	}
	return err
}
