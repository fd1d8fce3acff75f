package search

import (
	"context"
	"errors"
	"slices"
	"time"

	"socialdirect/booking/agenda"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

const (
	maxSlots = 100 // hours that are kept, of each mode

	maxAge          = time.Hour // what is kept is worked out again so often in any case: time passes, and horizons move
	RefreshInterval = 10 * time.Second
	refreshBatch    = 200 // workers in one round of reading who is due
)

// onChange is what else is to happen in the transaction that keeps what became of a
// worker's hours.
type onChange func(ctx context.Context, tx postgres.Tx, worker worker.Row, c Change) error

// Refresh works out the free hours of everybody whose agenda changed. A failure for
// one worker does not stop the others.
func (s *Service) Refresh(ctx context.Context, then onChange) error {
	after := uuid.Nil
	var failed error
	for {
		now := s.db.Now()
		due, err := readDueWorkers(ctx, s.db.Pool, after, slot.Period{From: now.Add(-maxAge), To: now}, refreshBatch)
		if err != nil || len(due) == 0 {
			return errors.Join(failed, err)
		}
		for _, worker := range due {
			failed = errors.Join(failed, s.db.InTx(ctx, func(tx postgres.Tx) error { return s.refreshWorker(ctx, tx, worker, then) }))
		}
		after = due[len(due)-1]
	}
}

// refreshWorker takes the notes of changes away before it reads the agenda: a change
// that it does not see has a note that it does not take.
func (s *Service) refreshWorker(ctx context.Context, tx postgres.Tx, id uuid.UUID, then onChange) error {
	knownUntil, err := lockSlots(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := deleteChanges(ctx, tx, id); err != nil {
		return err
	}
	row, err := worker.Read(ctx, tx, id)
	if err != nil {
		return err
	}
	horizon := slot.Period{From: tx.Now, To: tx.Now.Add(row.Horizon() + time.Second)}
	a, err := agenda.Read(ctx, tx, row, horizon, tx.Now)
	if err != nil {
		return err
	}
	available, until := a.First(horizon, tx.Now, maxSlots)
	before, err := readSlots(ctx, tx, id)
	if err != nil {
		return err
	}
	c := Change{before: before, after: available, knownUntil: knownUntil, until: until}
	if err := storeChange(ctx, tx, id, c); err != nil {
		return err
	}
	return then(ctx, tx, row, c)
}

// Change is what became of a worker's free hours.
type Change struct {
	before, after []slot.Slot
	knownUntil    time.Time // until when before were all
	until         time.Time // until when after are all
}

// Gone are the hours that are free no more.
func (c Change) Gone() []time.Time {
	var gone []time.Time
	for _, hour := range c.before {
		if slot.ModesAt(c.after, hour.StartsAt) == nil {
			gone = append(gone, hour.StartsAt)
		}
	}
	return gone
}

// altered are the hours that are to be kept, where something changed.
func (c Change) altered() []slot.Slot {
	var altered []slot.Slot
	for _, hour := range c.after {
		if !slices.Equal(slot.ModesAt(c.before, hour.StartsAt), hour.Modes) {
			altered = append(altered, hour)
		}
	}
	return altered
}

// Released are the hours, in the modes, in which they were not free before.
func (c Change) Released() []slot.Slot {
	var released []slot.Slot
	for _, hour := range c.after {
		known := slot.ModesAt(c.before, hour.StartsAt)
		hour.Modes = slices.DeleteFunc(slices.Clone(hour.Modes), func(m slot.Mode) bool { return slices.Contains(known, m) })
		if len(hour.Modes) > 0 && !hour.StartsAt.After(c.knownUntil) {
			released = append(released, hour)
		}
	}
	return released
}

func storeChange(ctx context.Context, tx postgres.Tx, worker uuid.UUID, c Change) error {
	if err := deleteSlots(ctx, tx, worker, c.Gone()); err != nil {
		return err
	}
	if err := upsertSlots(ctx, tx, worker, c.altered()); err != nil {
		return err
	}
	return setKnownUntil(ctx, tx, worker, c.until)
}
