package account

import (
	"context"
	"time"

	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
)

// sweepEvery is how often what has ended is removed.
const sweepEvery = time.Hour

// Sweep removes ended sessions, links that no longer work, failures that no
// longer count, and what passkeys and recovery codes leave behind.
func (s *Service) Sweep(ctx context.Context) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := deleteStale(ctx, tx); err != nil {
			return err
		}
		return deleteStaleSecondFactors(ctx, tx)
	})
}

// Rounds are what comes round by itself.
func (s *Service) Rounds() []jobs.Round {
	return []jobs.Round{{Name: "account_sweep", Every: sweepEvery, Do: s.Sweep}}
}
