package messaging

import (
	"context"
	"log/slog"
	"time"

	"socialdirect/internal/jobs"
)

const (
	// sweepAfter is longer than any upload may take.
	sweepAfter    = 24 * time.Hour
	sweepEvery    = time.Hour
	sweepAtOnce   = 100              // objects
	sweepInterval = 10 * time.Minute // before a failed removal is retried
)

// Sweep removes the objects that no message claimed within a day, as after a crash, and
// returns how many.
func (s *Service) Sweep(ctx context.Context) (removed int, err error) {
	for {
		n, err := s.sweepSome(ctx)
		removed += n
		if err != nil || n < sweepAtOnce {
			return removed, err
		}
	}
}

// sweepSome condemns objects, removes them outside of any transaction, and deletes their rows
// afterwards. After a crash in between, the removal is repeated.
func (s *Service) sweepSome(ctx context.Context) (n int, err error) {
	now := s.db.Now()
	keys, err := condemnOldUploads(ctx, s.db.Pool, now.Add(-sweepAfter), now.Add(-sweepInterval), now, sweepAtOnce)
	if err != nil {
		return 0, err
	}
	for n, key := range keys {
		if err := s.removeCondemned(ctx, key); err != nil {
			return n, err
		}
	}
	return len(keys), nil
}

func (s *Service) removeCondemned(ctx context.Context, key string) error {
	if err := s.store.Delete(ctx, key); err != nil {
		return err
	}
	return deleteUpload(ctx, s.db.Pool, key)
}

// removeUpload removes an object now, unless its row is gone because a document refers to it.
// If removal fails, the row stays for the sweep.
func (s *Service) removeUpload(ctx context.Context, key string) {
	condemned, err := condemnUpload(ctx, s.db.Pool, key, s.db.Now())
	if err == nil && condemned {
		err = s.removeCondemned(ctx, key)
	}
	if err != nil {
		slog.Warn("an unused object stays until the sweep", "error", err)
	}
}

// sweepRound is the name of the sweep's round.
const sweepRound = "messaging_sweep"

// Rounds are the periodic jobs.
func (s *Service) Rounds() []jobs.Round {
	return []jobs.Round{{Name: sweepRound, Every: sweepEvery, Do: s.sweepOnce}}
}

func (s *Service) sweepOnce(ctx context.Context) error {
	if err := deleteOldDays(ctx, s.db.Pool, s.db.Now().Add(-sendingSpan)); err != nil {
		return err
	}
	removed, err := s.Sweep(ctx)
	if removed > 0 {
		slog.Info("removed objects that no message claimed", "count", removed)
	}
	return err
}
