package privacy

import (
	"context"
	"time"

	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
)

// sweepEvery is how often what has ended is removed.
const sweepEvery = time.Hour

// Sweep destroys requests that nobody confirmed in time, and archives whose day has
// come.
func (s *Service) Sweep(ctx context.Context) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		stale, err := deleteUnconfirmed(ctx, tx, tx.Now.Add(-LinkLifetime))
		if err != nil {
			return err
		}
		for _, id := range stale {
			if err := s.vault.Destroy(ctx, tx, id); err != nil {
				return err
			}
		}
		over, err := deleteArchives(ctx, tx, day(tx.Now))
		if err != nil {
			return err
		}
		for _, person := range over {
			if err := s.vault.DestroyArchive(ctx, tx, person); err != nil {
				return err
			}
		}
		return nil
	})
}

// Rounds are what comes round by itself.
func (s *Service) Rounds() []jobs.Round {
	return []jobs.Round{{Name: "privacy_sweep", Every: sweepEvery, Do: s.Sweep}}
}
