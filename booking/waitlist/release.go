package waitlist

import (
	"context"
	"slices"

	"socialdirect/booking/appointment"
	"socialdirect/booking/search"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/company"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/notification"

	"github.com/google/uuid"
)

// RefreshSlots refreshes the available slots of everybody whose agenda changed, and
// notifies the people who wait for one that was released.
func (s *Service) RefreshSlots(ctx context.Context) error {
	if err := s.forget(ctx); err != nil {
		return err
	}
	return s.Searches.Refresh(ctx, s.notifyReleased)
}

// forget deletes entries that are over, old releases, and counts of acts that no longer
// apply.
func (s *Service) forget(ctx context.Context) error {
	now := s.DB.Now()
	if err := deleteOver(ctx, s.DB.Pool, now); err != nil {
		return err
	}
	if err := s.DB.InTx(ctx, func(tx postgres.Tx) error { return deleteReleases(ctx, tx, `due_at < $1`, now.Add(-retention)) }); err != nil {
		return err
	}
	return appointment.DeleteOldActs(ctx, s.DB.Pool, now.Add(-appointment.ActsSpan))
}

// notifyReleased notifies people on the waitlist of a worker's released slots. It is
// called by search.Service.Refresh, in the transaction that finds the release.
func (s *Service) notifyReleased(ctx context.Context, tx postgres.Tx, worker worker.Row, c search.Change) error {
	if err := markGone(ctx, tx, worker.AccountID, c.Gone()); err != nil {
		return err
	}
	released := c.Released()
	if len(released) == 0 || s.Workers.Offered(ctx, tx, worker.AccountID) != nil {
		return nil
	}
	entries, err := readWaiting(ctx, tx, worker, released[0].StartsAt, tx.Now)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		slots, err := s.bookableBy(ctx, tx, worker.AccountID, entry, released)
		if err != nil {
			return err
		}
		if err := s.notify(ctx, tx, worker.AccountID, entry, slots); err != nil {
			return err
		}
	}
	return nil
}

// bookableBy returns the slots that the waiting person could book now, or to which the
// appointment of the entry could be moved.
func (s *Service) bookableBy(ctx context.Context, tx postgres.Tx, worker uuid.UUID, e entryRow, slots []slot.Slot) ([]slot.Slot, error) {
	contract, err := s.Accounts.People.ContractOf(ctx, tx, e.AccountID)
	if fault.Is(err, fault.NotFound) || err == nil && !contract.Runs(tx.Now) {
		return nil, nil // an erased person has no contract
	}
	if err != nil {
		return nil, err
	}
	if slots, err = waitedFor(ctx, tx, worker, e, slots); err != nil || len(slots) == 0 {
		return nil, err
	}
	marked, err := appointment.ReadMarkedWith(ctx, tx, e.AccountID)
	if err != nil {
		return nil, err
	}
	seeker := search.Seeker{Person: e.AccountID, Now: tx.Now, Marked: marked, Modes: slices.DeleteFunc(slices.Clone(slot.Modes), func(m slot.Mode) bool {
		return !contract.Allows(string(m)) || e.Mode != "" && m != e.Mode
	})}
	bookable, err := s.unlessFull(ctx, tx, seeker, contract, worker, slots)
	if err != nil || e.AppointmentID == nil {
		return bookable, err
	}
	row, err := appointment.Read(ctx, tx, e.AccountID, *e.AppointmentID)
	a := row.Appointment()
	if err != nil || !a.MovesTo(worker, tx.Now) {
		return bookable, err
	}
	seeker.Modes = slices.DeleteFunc(seeker.Modes, func(m slot.Mode) bool { return m != a.Mode })
	moved, err := seeker.Bookable(ctx, tx, contract, worker, slots, a.ID)
	return slices.DeleteFunc(slots, func(hour slot.Slot) bool {
		return slot.ModesAt(bookable, hour.StartsAt) == nil && slot.ModesAt(moved, hour.StartsAt) == nil
	}), err
}

// unlessFull returns the slots that somebody could book: none if they have the maximum
// number of coming appointments (R47).
func (s *Service) unlessFull(ctx context.Context, tx postgres.Tx, seeker search.Seeker, contract company.Contract, worker uuid.UUID, slots []slot.Slot) ([]slot.Slot, error) {
	if full, err := s.Appointments.Full(ctx, tx, seeker.Person, tx.Now); err != nil || full {
		return nil, err
	}
	return seeker.Bookable(ctx, tx, contract, worker, slots, uuid.Nil)
}

// waitedFor returns the slots that are early enough, without those that the person gave up
// themselves, or lost because the worker cancelled or declined (R20).
func waitedFor(ctx context.Context, tx postgres.Tx, worker uuid.UUID, e entryRow, slots []slot.Slot) ([]slot.Slot, error) {
	if len(slots) == 0 {
		return nil, nil
	}
	given, err := readGivenUp(ctx, tx, e.AccountID, worker, slots)
	if err != nil {
		return nil, err
	}
	lost, err := appointment.ReadLost(ctx, tx, e.AccountID, slot.Period{From: slots[0].StartsAt, To: slots[len(slots)-1].Period().To})
	return slices.DeleteFunc(slices.Clone(slots), func(s slot.Slot) bool {
		return !s.StartsAt.Before(e.Until) || slices.ContainsFunc(given, s.StartsAt.Equal) || slot.OverlapsAny(s.Period(), lost[worker])
	}), err
}

// notify queues one notification of the slots of which the person was not notified yet.
// Beyond the daily limit it is delayed, and slots released until then are added to it.
func (s *Service) notify(ctx context.Context, tx postgres.Tx, worker uuid.UUID, e entryRow, slots []slot.Slot) error {
	if len(slots) == 0 {
		return nil
	}
	known, err := s.Accounts.People.Reachable(ctx, tx, []uuid.UUID{e.AccountID})
	if err != nil {
		return err
	}
	person := known[e.AccountID]
	if !person.Active {
		return nil
	}
	joined, err := joinRelease(ctx, tx, worker, e, slots)
	if err != nil || joined {
		return err
	}
	due, err := readNextDue(ctx, tx, e.AccountID)
	if err != nil {
		return err
	}
	release, first, err := insertRelease(ctx, tx, worker, e, slots, due)
	if err != nil || first.IsZero() {
		return err
	}
	return s.Notifications.Queue(ctx, tx, notification.Request{Kind: releasedSlot, SubjectID: release, ConcernsAt: first, To: s.Notify.News(person, true)})
}
