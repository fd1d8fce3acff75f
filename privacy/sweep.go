package privacy

import (
	"context"
	"time"

	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
)

// sweepEvery is how often expired data is deleted.
const sweepEvery = time.Hour

// Sweep deletes requests that were not confirmed in time, and archives whose date of
// destruction has come, with their keys.
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

// Rounds returns the periodic jobs of this package.
func (s *Service) Rounds() []jobs.Round {
	return []jobs.Round{{Name: "privacy_sweep", Every: sweepEvery, Do: s.Sweep}}
}
