package booking

import (
	"context"
	"slices"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/search"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/company"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Wish is the hour that somebody waits for: earlier than an appointment that they
// have, or before a day, or any.
type Wish struct {
	ID             uuid.UUID
	SocialWorkerID uuid.UUID // zero for anybody who offers the rest
	Reason         string    // a slug; empty fields name nothing
	Mode           slot.Mode
	Language       string
	AppointmentID  uuid.UUID // the one that is to be earlier; zero for none
	Until          time.Time // hours before this, and before the appointment
	OpenEnded      bool      // which is only as far as one can book
}

// LastDay is the last day of a wish, an instant of it.
func (w Wish) LastDay() time.Time { return w.Until.Add(-time.Second) }

const (
	maxWishes    = 5 // of one person
	maxToldADay  = 3 // notices to one person within 24 hours
	maxToldHours = 5 // hours that one notice names

	toldKept = 30 * 24 * time.Hour // how long it is known what somebody was told
)

var (
	errNotWaiting    = fault.New(fault.Forbidden, "La liste d’attente est celle des personnes qui prennent rendez-vous.")
	errManyWishes    = fault.New(fault.Invalid, "Vous attendez déjà cinq fois. Retirez-vous d’une de ces attentes d’abord.")
	errNoWish        = fault.New(fault.NotFound, "Cette attente est finie, ou n’est pas la vôtre.")
	errNoEarlier     = fault.New(fault.Invalid, "Ce rendez-vous n’est plus à venir. Choisissez-en un autre, ou une date.")
	errWaitingWorker = fault.New(fault.Invalid, "Cette personne ne prend pas de rendez-vous pour le moment. Choisissez quelqu’un d’autre, ou « Peu importe ».")
)

// Wait has the viewer told when an hour that they wish for is freed (mail, SMS). The
// first to take it has it. What they wait for already is one wish; Throttled after too
// many acts (R47).
func (s *Service) Wait(ctx context.Context, v *viewer.Viewer, w Wish) error {
	if v == nil || v.Role != viewer.Beneficiary {
		return errNotWaiting
	}
	allowed, err := s.appointments.AllowedModes(ctx, v)
	if err != nil {
		return err
	}
	if w.Mode != "" && !slices.Contains(allowed, w.Mode) {
		return appointment.ErrMode
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if _, err := s.accounts.People.HoldClient(ctx, tx, v.ID); err != nil {
			return err
		}
		if w.SocialWorkerID != uuid.Nil {
			if _, err := worker.Read(ctx, tx, w.SocialWorkerID); err != nil {
				return errWaitingWorker
			}
			if err := s.workers.Offered(ctx, tx, w.SocialWorkerID); err != nil {
				return errWaitingWorker
			}
		}
		w.OpenEnded = w.Until.IsZero() && w.AppointmentID == uuid.Nil
		if w.Until, err = s.bound(ctx, tx, v, w); err != nil {
			return err
		}
		wishes, err := readWishes(ctx, tx, v.ID, tx.Now)
		if err != nil || slices.ContainsFunc(wishes, w.alike) {
			return err
		}
		if len(wishes) >= maxWishes {
			return errManyWishes
		}
		if err := s.appointments.Spend(ctx, tx, v, v.ID); err != nil {
			return err
		}
		return insertWish(ctx, tx, v.ID, w)
	})
}

// alike reports whether the row is the same wish. One without a day moves with what can
// be booked at all.
func (w Wish) alike(row wishRow) bool {
	other := row.wish()
	other.ID = w.ID
	if w.OpenEnded && other.OpenEnded || w.Until.Equal(other.Until) {
		other.Until = w.Until
	}
	return other == w
}

// bound is before what hours are of use: the end of the day that was named, within what
// can be booked at all, and before the appointment that is to be earlier.
func (s *Service) bound(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, w Wish) (time.Time, error) {
	last := tx.Now.Add(slot.Horizon)
	if w.AppointmentID != uuid.Nil {
		row, err := appointment.Read(ctx, tx, v.ID, w.AppointmentID)
		if err != nil || !row.Appointment().At(tx.Now).Cancellable(tx.Now) {
			return time.Time{}, errNoEarlier
		}
		last = row.StartsAt
	}
	if w.Until.IsZero() || w.Until.After(last) {
		return last, nil
	}
	return w.Until, nil
}

// StopWaiting ends one of the viewer's wishes. What stops messages is no act that is
// bounded.
func (s *Service) StopWaiting(ctx context.Context, v *viewer.Viewer, id uuid.UUID) error {
	found, err := deleteWish(ctx, s.db.Pool, v.ID, id)
	return fault.OrMissing(found, err, errNoWish)
}

// Wishes are what the viewer waits for, oldest first. A wish is over when its time is,
// when the person has an hour that they booked since (a request is none yet), or when
// the appointment that was to be earlier is as early as they wished, or cancelled.
func (s *Service) Wishes(ctx context.Context, v *viewer.Viewer) ([]Wish, error) {
	if v == nil || v.Role != viewer.Beneficiary {
		return nil, errNotWaiting
	}
	rows, err := readWishes(ctx, s.db.Pool, v.ID, s.db.Now())
	wishes := make([]Wish, len(rows))
	for i, row := range rows {
		wishes[i] = row.wish()
	}
	return wishes, err
}

// Earlier are the next hours that fulfil one of the viewer's wishes, free now.
func (s *Service) Earlier(ctx context.Context, v *viewer.Viewer, w Wish) ([]search.Hour, error) {
	wanted := search.Search{Reason: w.Reason, Mode: w.Mode, Language: w.Language, Worker: w.SocialWorkerID}
	hours, err := s.searches.FirstSlots(ctx, v, wanted, w.AppointmentID)
	hours = slices.DeleteFunc(hours, func(h search.Hour) bool { return !h.StartsAt.Before(w.Until) })
	return hours[:min(len(hours), maxToldHours)], err
}

// RefreshHours works out the free hours of everybody whose agenda changed, and notifies
// those who wait for a slot that was released.
func (s *Service) RefreshHours(ctx context.Context) error {
	if err := s.forget(ctx); err != nil {
		return err
	}
	return s.searches.Refresh(ctx, s.tellFreed)
}

// forget deletes wishes that are over, what is no longer of use of what was told, and
// acts that count no more.
func (s *Service) forget(ctx context.Context) error {
	now := s.db.Now()
	if err := deleteOverWishes(ctx, s.db.Pool, now); err != nil {
		return err
	}
	if err := deleteOldTold(ctx, s.db.Pool, now.Add(-toldKept)); err != nil {
		return err
	}
	return appointment.DeleteOldActs(ctx, s.db.Pool, now.Add(-appointment.ActsSpan))
}

// tellFreed tells those who wait that a worker's hours were freed. It is a step of
// keeping the hours: what was freed is told in the transaction that notices it.
func (s *Service) tellFreed(ctx context.Context, tx postgres.Tx, worker worker.Row, c search.Change) error {
	if err := markGone(ctx, tx, worker.AccountID, c.Gone()); err != nil {
		return err
	}
	freed := c.Released()
	if len(freed) == 0 || s.workers.Offered(ctx, tx, worker.AccountID) != nil {
		return nil
	}
	waiting, err := readWaitingFor(ctx, tx, worker, freed[0].StartsAt, tx.Now)
	if err != nil {
		return err
	}
	for _, w := range waiting {
		hours, err := s.useful(ctx, tx, worker.AccountID, w, freed)
		if err != nil {
			return err
		}
		if err := s.tell(ctx, tx, worker.AccountID, w, hours); err != nil {
			return err
		}
	}
	return nil
}

// useful are those of the free hours that the waiting person could take now: book, or
// move the appointment to that is to be earlier.
func (s *Service) useful(ctx context.Context, tx postgres.Tx, worker uuid.UUID, w wishRow, free []slot.Slot) ([]slot.Slot, error) {
	contract, err := s.accounts.People.ContractOf(ctx, tx, w.AccountID)
	if fault.Is(err, fault.NotFound) || err == nil && !contract.Runs(tx.Now) {
		return nil, nil // who was erased has none
	}
	if err != nil {
		return nil, err
	}
	if free, err = wished(ctx, tx, worker, w, free); err != nil || len(free) == 0 {
		return nil, err
	}
	marked, err := appointment.ReadMarkedWith(ctx, tx, w.AccountID)
	if err != nil {
		return nil, err
	}
	t := search.Taker{Person: w.AccountID, Now: tx.Now, Marked: marked, Modes: slices.DeleteFunc(slices.Clone(slot.Modes), func(m slot.Mode) bool {
		return !contract.Allows(string(m)) || w.Mode != "" && m != w.Mode
	})}
	useful, err := s.bookableBy(ctx, tx, t, contract, worker, free)
	if err != nil || w.AppointmentID == nil {
		return useful, err
	}
	row, err := appointment.Read(ctx, tx, w.AccountID, *w.AppointmentID)
	a := row.Appointment()
	if err != nil || !a.MovesTo(worker, tx.Now) {
		return useful, err
	}
	t.Modes = slices.DeleteFunc(t.Modes, func(m slot.Mode) bool { return m != a.Mode })
	moved, err := t.Takes(ctx, tx, contract, worker, free, a.ID)
	return slices.DeleteFunc(free, func(hour slot.Slot) bool {
		return slot.ModesAt(useful, hour.StartsAt) == nil && slot.ModesAt(moved, hour.StartsAt) == nil
	}), err
}

// bookableBy are those of the free hours that the taker could book: none for somebody
// who has as many appointments to come as they may (R47).
func (s *Service) bookableBy(ctx context.Context, tx postgres.Tx, t search.Taker, contract company.Contract, worker uuid.UUID, free []slot.Slot) ([]slot.Slot, error) {
	if full, err := s.appointments.Full(ctx, tx, t.Person, tx.Now); err != nil || full {
		return nil, err
	}
	return t.Takes(ctx, tx, contract, worker, free, uuid.Nil)
}

// wished are those of the hours that are early enough, and that the person did not give
// up themselves.
func wished(ctx context.Context, tx postgres.Tx, worker uuid.UUID, w wishRow, free []slot.Slot) ([]slot.Slot, error) {
	given, err := readOwnGivenUp(ctx, tx, w.AccountID, worker, free)
	return slices.DeleteFunc(slices.Clone(free), func(slot slot.Slot) bool {
		return !slot.StartsAt.Before(w.Until) || slices.ContainsFunc(given, slot.StartsAt.Equal)
	}), err
}

// tell queues one notice of the hours that the person was not told of. Beyond so many a
// day, one notice waits until the limit allows it, and takes in all that is freed until
// then.
func (s *Service) tell(ctx context.Context, tx postgres.Tx, worker uuid.UUID, w wishRow, hours []slot.Slot) error {
	if len(hours) == 0 {
		return nil
	}
	people, err := s.accounts.People.Reachable(ctx, tx, []uuid.UUID{w.AccountID})
	if err != nil {
		return err
	}
	person := people[w.AccountID]
	if !person.Active {
		return nil
	}
	joined, err := joinTold(ctx, tx, worker, w, hours)
	if err != nil || joined {
		return err
	}
	due, err := readTellable(ctx, tx, w.AccountID)
	if err != nil {
		return err
	}
	waiting, anew, err := insertTold(ctx, tx, worker, w, hours, due)
	if err != nil || !anew {
		return err
	}
	channels := orNothing(s.channels(noticeKinds[noticeFreed], person))
	return s.queueNotices(ctx, tx, freedHoursOf, waiting, noticeFreed, addressed(person.ID, channels))
}
