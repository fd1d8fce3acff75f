package signaling

import (
	"context"
	"time"

	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/signaling/guest"
)

const (
	sweepEvery = time.Hour
	// keptYears is how long times of joining and leaving are kept, as the privacy policy
	// says.
	keptYears = 1
)

// Sweep deletes the times of joining and leaving of a year ago, and admissions to calls of
// that time, and the invitations to calls that are over.
func Sweep(ctx context.Context, db *postgres.DB) error {
	return db.InTx(ctx, func(tx postgres.Tx) error {
		if err := guest.Sweep(ctx, tx); err != nil {
			return err
		}
		return deleteBefore(ctx, tx, tx.Now.AddDate(-keptYears, 0, 0))
	})
}

// Rounds returns the periodic jobs of this package.
func Rounds(db *postgres.DB) []jobs.Round {
	return []jobs.Round{{Name: "signaling_sweep", Every: sweepEvery, Do: func(ctx context.Context) error { return Sweep(ctx, db) }}}
}
