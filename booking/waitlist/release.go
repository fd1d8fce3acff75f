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

// RefreshSlots works out the first slots of everybody whose agenda changed, and notifies those
// who wait for one that was released.
func (s *Service) RefreshSlots(ctx context.Context) error {
	if err := s.forget(ctx); err != nil {
		return err
	}
	return s.Searches.Refresh(ctx, s.notifyReleased)
}

// forget deletes entries that are over, what people were notified of long ago, and acts
// that count no more.
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

// notifyReleased notifies those who wait of a worker's released slots. It is a step of
// search.Service.Refresh, in the transaction that notices the release.
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

// bookableBy are those of a worker's slots that the waiting person could have now: book,
// or move the appointment to that is to be earlier.
func (s *Service) bookableBy(ctx context.Context, tx postgres.Tx, worker uuid.UUID, e entryRow, slots []slot.Slot) ([]slot.Slot, error) {
	contract, err := s.Accounts.People.ContractOf(ctx, tx, e.AccountID)
	if fault.Is(err, fault.NotFound) || err == nil && !contract.Runs(tx.Now) {
		return nil, nil // who was erased has none
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

// unlessFull are those of the slots that somebody could book: none for who has as many
// appointments to come as they may (R47).
func (s *Service) unlessFull(ctx context.Context, tx postgres.Tx, seeker search.Seeker, contract company.Contract, worker uuid.UUID, slots []slot.Slot) ([]slot.Slot, error) {
	if full, err := s.Appointments.Full(ctx, tx, seeker.Person, tx.Now); err != nil || full {
		return nil, err
	}
	return seeker.Bookable(ctx, tx, contract, worker, slots, uuid.Nil)
}

// waitedFor are those of the slots that are early enough, and that the person did not
// give up themselves.
func waitedFor(ctx context.Context, tx postgres.Tx, worker uuid.UUID, e entryRow, slots []slot.Slot) ([]slot.Slot, error) {
	given, err := readGivenUp(ctx, tx, e.AccountID, worker, slots)
	return slices.DeleteFunc(slices.Clone(slots), func(slot slot.Slot) bool {
		return !slot.StartsAt.Before(e.Until) || slices.ContainsFunc(given, slot.StartsAt.Equal)
	}), err
}

// notify queues one notification of the slots that the person was not notified of.
// Beyond so many a day, one waits until the limit allows it, and takes in all that is
// released until then.
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
