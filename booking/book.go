package booking

import (
	"context"
	"errors"
	"slices"
	"time"

	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/notify"
	"socialdirect/booking/reason"
	"socialdirect/booking/rebooking"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

var (
	errReason  = fault.New(fault.Invalid, "Choisissez un motif dans la liste.")
	errUntaken = fault.New(fault.Invalid, "Cette personne ne s’occupe pas de ce motif. Choisissez un autre motif, ou quelqu’un d’autre.")
)

// Book is Place for callers who do not need the result.
func (s *Service) Book(ctx context.Context, v *viewer.Viewer, r appointment.Request) (uuid.UUID, error) {
	booked, err := s.Place(ctx, v, r)
	return booked.ID, err
}

// Place books an appointment for the viewer (R12, R13), or for somebody on whose behalf
// they act, which is journaled. It makes a request if the person is marked with the worker
// (R19). It fails with Conflict if somebody else has booked the slot; with Invalid if the
// slot is not offered, or not in that mode, if the contract of the person's client does
// not include the mode or leaves no consultation, if it overlaps another appointment of
// the person, or if they have the maximum number of upcoming appointments (R47); with
// Throttled after too many acts. Placing the same again returns the existing appointment.
func (s *Service) Place(ctx context.Context, v *viewer.Viewer, r appointment.Request) (appointment.Booked, error) {
	return s.place(ctx, v, r, func(postgres.Tx) error { return nil })
}

// place is Place with another step in the same transaction.
func (s *Service) place(ctx context.Context, v *viewer.Viewer, r appointment.Request, with func(postgres.Tx) error) (appointment.Booked, error) {
	if err := s.Appointments.MayBook(ctx, v, r); err != nil {
		return appointment.Booked{}, err
	}
	var b appointment.Booked
	err := s.DB.InTxRetried(ctx, func(tx postgres.Tx) (err error) {
		if b, err = s.book(ctx, tx, v, r); err != nil {
			return err
		}
		return with(tx)
	})
	return b, s.explainOverlap(ctx, v, r.Person(v), uuid.Nil, r.StartsAt, err)
}

// book locks the worker first: under load, two exclusion constraints alone would end most
// transactions in a deadlock.
func (s *Service) book(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, r appointment.Request) (appointment.Booked, error) {
	worker, err := worker.Lock(ctx, tx, r.SocialWorkerID)
	if err != nil {
		return appointment.Booked{}, err
	}
	person := r.Person(v)
	client, err := s.Accounts.People.LockClient(ctx, tx, person)
	if err != nil {
		return appointment.Booked{}, err
	}
	if same, found, err := appointment.ReadSame(ctx, tx, person, r, tx.Now); err != nil || found {
		return same, fault.OrElse(err, rebooking.SettleSame(ctx, tx, r, person, same.ID))
	}
	if err := s.permitted(ctx, tx, v, worker, client, r); err != nil {
		return appointment.Booked{}, err
	}
	slot, err := bookable(ctx, tx, worker, r, slot.Period{})
	if err != nil {
		return appointment.Booked{}, err
	}
	n, err := s.prepare(ctx, tx, v, slot, r)
	if err != nil {
		return appointment.Booked{}, err
	}
	if err := s.Appointments.RoomFor(ctx, tx, v, person, n.ID); err != nil {
		return appointment.Booked{}, err
	}
	if err := appointment.Insert(ctx, tx, n); err != nil {
		return appointment.Booked{}, err
	}
	if err := s.Interpreters.Follow(ctx, tx, n.ID, person, "", r.Needs.Interpreter); err != nil {
		return appointment.Booked{}, err
	}
	if err := rebooking.Settle(ctx, tx, r, person, n.ID); err != nil {
		return appointment.Booked{}, err
	}
	kind := notify.Confirmation
	if n.Status == appointment.Requested {
		kind = notify.Request
	}
	if err := s.Notify.About(ctx, tx, n.ID, kind, person, worker.AccountID); err != nil {
		return appointment.Booked{}, err
	}
	return appointment.Booked{ID: n.ID, Status: n.Status}, appointment.Journaled(ctx, tx, v, appointment.ActBooked, person, n.ID)
}

// permitted fails unless the person may book with this worker under the contract of their
// client, whether or not the slot is available. It releases overdue requests.
func (s *Service) permitted(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, worker worker.Row, client uuid.UUID, r appointment.Request) error {
	if err := s.Appointments.Spend(ctx, tx, v, r.Person(v)); err != nil {
		return err
	}
	if err := s.Workers.Offered(ctx, tx, worker.AccountID); err != nil {
		return err
	}
	if err := checkReason(ctx, tx, worker, r.Reason); err != nil {
		return err
	}
	if err := s.Release(ctx, tx, worker.AccountID, r.Person(v)); err != nil {
		return err
	}
	return appointment.Entitled(ctx, tx, client, r.Person(v), uuid.Nil, r)
}

// prepare decides whether it is a request, and seals what was written.
func (s *Service) prepare(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, slot slot.Slot, r appointment.Request) (appointment.Draft, error) {
	n := appointment.Draft{Request: r, ID: uuid.New(), PersonID: r.Person(v)}
	terms, err := s.terms(ctx, tx, v, r.SocialWorkerID, n.PersonID, r.StartsAt)
	if err != nil {
		return n, err
	}
	if n.Venue, err = worker.MeetingPlace(ctx, tx, r.SocialWorkerID, r.Mode, slot.Place); err != nil {
		return n, err
	}
	n.Status, n.AnswerBy = terms.Status, terms.AnswerBy
	if n.Note, err = s.Appointments.SealNote(ctx, tx, n.PersonID, n.ID, r.Note); err != nil {
		return n, err
	}
	n.SealedNeeds, err = s.Appointments.SealNeeds(ctx, tx, n.PersonID, n.ID, r.Needs)
	return n, err
}

// checkReason refuses a reason that the platform does not offer, or this worker not take.
func checkReason(ctx context.Context, tx postgres.Tx, row worker.Row, slug string) error {
	offered, err := reason.Read(ctx, tx)
	if err != nil {
		return err
	}
	named := func(r reason.Reason) bool { return r.Slug == slug }
	switch {
	case !slices.ContainsFunc(offered, named):
		return errReason
	case !slices.ContainsFunc(reason.Among(offered, row.Reasons), named):
		return errUntaken
	}
	return nil
}

// bookable returns the slot if it can be booked now. released is the period of an appointment
// that is moved, which counts as available; zero for none.
func bookable(ctx context.Context, tx postgres.Tx, worker worker.Row, r appointment.Request, released slot.Period) (slot.Slot, error) {
	agenda, err := agenda.Read(ctx, tx, worker, slot.Period{From: r.StartsAt, To: r.StartsAt.Add(slot.Length)}, tx.Now)
	if err != nil {
		return slot.Slot{}, err
	}
	return agenda.Without(released).Bookable(r.StartsAt, tx.Now, r.Mode)
}

// overlaps reports whether the error comes from an exclusion constraint.
func overlaps(err error) bool {
	return postgres.Violates(err, workerOverlap) || postgres.Violates(err, beneficiaryOverlap)
}

// explainOverlap explains the error of an act. If it violated an exclusion constraint the
// result says whether an appointment of the person (other than the one to be moved) or of
// somebody else is in the way. A viewer who acts on behalf of the person learns that the
// person is not available then, but not why.
func (s *Service) explainOverlap(ctx context.Context, v *viewer.Viewer, person, moved uuid.UUID, startsAt time.Time, err error) error {
	if postgres.Deadlocked(err) {
		return &fault.Fault{Code: fault.Conflict, Message: crowded, Cause: err}
	}
	if !overlaps(err) && !errors.Is(err, agenda.ErrBooked) && !errors.Is(err, agenda.ErrClosed) {
		return err
	}
	own, failed := appointment.Has(ctx, s.DB.Pool, person, moved, slot.Slot{StartsAt: startsAt}.Period(), s.DB.Now())
	switch {
	case failed != nil:
		return failed
	case own && v.ID != person:
		return errBusy
	case own:
		return errOverlap
	case overlaps(err):
		return agenda.ErrBooked
	}
	return err
}
