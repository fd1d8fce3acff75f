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
	maxSlots = 100 // slots stored, of each mode

	maxAge          = time.Hour // stored slots are computed again at this age even without a change, since time passes and horizons move
	RefreshInterval = 10 * time.Second
	refreshBatch    = 200 // workers read at a time
)

// onChange is called in the transaction that stores a worker's new slots.
type onChange func(ctx context.Context, tx postgres.Tx, worker worker.Row, c Change) error

// Refresh computes the available slots of everybody whose agenda changed. A failure for
// one worker does not stop the others.
func (s *Service) Refresh(ctx context.Context, then onChange) error {
	after := uuid.Nil
	var failed error
	for {
		now := s.DB.Now()
		due, err := readDueWorkers(ctx, s.DB.Pool, after, slot.Period{From: now.Add(-maxAge), To: now}, refreshBatch)
		if err != nil || len(due) == 0 {
			return errors.Join(failed, err)
		}
		for _, worker := range due {
			failed = errors.Join(failed, s.DB.InTx(ctx, func(tx postgres.Tx) error { return s.refreshWorker(ctx, tx, worker, then) }))
		}
		after = due[len(due)-1]
	}
}

// refreshWorker deletes the recorded changes before it reads the agenda. A change that
// commits later has a record that this does not delete.
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

// Change is the difference between a worker's stored and current available slots.
type Change struct {
	before, after []slot.Slot
	knownUntil    time.Time // until when before is complete
	until         time.Time // until when after is complete
}

// Gone returns the slots that are no longer available.
func (c Change) Gone() []time.Time {
	var gone []time.Time
	for _, hour := range c.before {
		if slot.ModesAt(c.after, hour.StartsAt) == nil {
			gone = append(gone, hour.StartsAt)
		}
	}
	return gone
}

// altered returns the slots to store: those that are new or have other modes.
func (c Change) altered() []slot.Slot {
	var altered []slot.Slot
	for _, hour := range c.after {
		if !slices.Equal(slot.ModesAt(c.before, hour.StartsAt), hour.Modes) {
			altered = append(altered, hour)
		}
	}
	return altered
}

// Released returns the slots that became available, with the modes in which they did.
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
