package messaging

import (
	"context"
	"log/slog"
	"time"

	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
)

const (
	// sweepAfter is longer than any upload may last.
	sweepAfter  = 24 * time.Hour
	sweepEvery  = time.Hour
	sweepAtOnce = 100 // objects in one transaction
)

// Sweep removes the objects whose message never came, as after a crash, once
// they are a day old, and returns how many.
func (s *Service) Sweep(ctx context.Context) (removed int, err error) {
	for {
		n, err := s.sweepSome(ctx)
		removed += n
		if err != nil || n < sweepAtOnce {
			return removed, err
		}
	}
}

// sweepSome deletes objects before their notes: a crash in between only means
// that it is done again.
func (s *Service) sweepSome(ctx context.Context) (n int, err error) {
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		keys, err := lockOldUploads(ctx, tx, tx.Now.Add(-sweepAfter), sweepAtOnce)
		if err != nil {
			return err
		}
		for _, key := range keys {
			if err := s.store.Delete(ctx, key); err != nil {
				return err
			}
		}
		n, err = deleteUploads(ctx, tx, keys)
		return err
	})
	return n, err
}

// removeUpload removes an object at once unless its note is gone: then a document
// answers for it. The note stays when removing fails, for the sweep.
func (s *Service) removeUpload(ctx context.Context, key string) {
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		noted, err := lockUpload(ctx, tx, key)
		if err != nil || !noted {
			return err
		}
		if err := s.store.Delete(ctx, key); err != nil {
			return err
		}
		_, err = deleteUploads(ctx, tx, []string{key})
		return err
	})
	if err != nil {
		slog.Warn("an unused object stays until the sweep", "error", err)
	}
}

// sweepRound is the name of the round that sweeps.
const sweepRound = "messaging_sweep"

// Rounds are what comes round by itself.
func (s *Service) Rounds() []jobs.Round {
	return []jobs.Round{{Name: sweepRound, Every: sweepEvery, Do: s.sweepOnce}}
}

func (s *Service) sweepOnce(ctx context.Context) error {
	removed, err := s.Sweep(ctx)
	if removed > 0 {
		slog.Info("removed objects that no message claimed", "count", removed)
	}
	return err
}
