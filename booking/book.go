package booking

import (
	"context"
	"errors"
	"slices"
	"time"

	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Request is an hour that a beneficiary asks for.
type Request struct {
	SocialWorkerID uuid.UUID
	StartsAt       time.Time
	Mode           slot.Mode
	Reason         string // a slug
	Note           string // what the person wants to say beforehand; may be empty
	Needs
	Anybody bool      // it does not matter with whom: where the hour is lost, anybody's are proposed
	For     uuid.UUID // whom the viewer books for; zero for oneself

	instead uuid.UUID // the appointment, cancelled by its worker, whose place it takes
}

// MaxNote is how many characters a note may have.
const MaxNote = 1000

var (
	errNotBeneficiary = fault.New(fault.Forbidden, "Seule une personne bénéficiaire peut prendre rendez-vous ici.")
	errReason         = fault.New(fault.Invalid, "Choisissez un motif dans la liste.")
)

// ErrReason says that the reason is none that this worker takes.
var ErrReason = errReason

// person is for whom v books.
func (r Request) person(v *viewer.Viewer) uuid.UUID {
	if r.For == uuid.Nil {
		return v.ID
	}
	return r.For
}

// Booked is what a booking became: Confirmed, or Requested (R19).
type Booked struct {
	ID     uuid.UUID
	Status Status
}

// Book is Place for those who need not know whether it is a request.
func (s *Service) Book(ctx context.Context, v *viewer.Viewer, r Request) (uuid.UUID, error) {
	booked, err := s.Place(ctx, v, r)
	return booked.ID, err
}

// Place makes an appointment for the viewer (R12, R13), or for somebody on whose
// behalf they act, which is journaled; a request where the person is marked with
// the worker (R19). It fails with Conflict when somebody else has the hour, and with
// Invalid for an hour that was never free, in a mode that is not offered or that the
// contract of the person's client does not allow, that overlaps one of the person's
// own, or when the contract leaves them no consultation, or they have as many to come
// as they may take (R47); with Throttled after too many acts. Placed again while it
// stands, the same is the same appointment.
func (s *Service) Place(ctx context.Context, v *viewer.Viewer, r Request) (Booked, error) {
	return s.place(ctx, v, r, func(postgres.Tx) error { return nil })
}

// place is Place with what else is to happen in the same transaction.
func (s *Service) place(ctx context.Context, v *viewer.Viewer, r Request, with func(postgres.Tx) error) (Booked, error) {
	if err := s.mayBook(ctx, v, r); err != nil {
		return Booked{}, err
	}
	var b Booked
	err := s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		if b, err = s.book(ctx, tx, v, r); err != nil {
			return err
		}
		return with(tx)
	})
	return b, s.explainOverlap(ctx, v, r.person(v), uuid.Nil, r.StartsAt, err)
}

// book locks the worker first: under a burst, two exclusion constraints alone
// would end most transactions in a deadlock.
func (s *Service) book(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, r Request) (Booked, error) {
	worker, err := lockWorker(ctx, tx, r.SocialWorkerID)
	if err != nil {
		return Booked{}, err
	}
	person := r.person(v)
	client, err := s.accounts.HoldClient(ctx, tx, person)
	if err != nil {
		return Booked{}, err
	}
	if same, found, err := readSame(ctx, tx, person, r, tx.Now); err != nil || found {
		return same, orElse(err, settleSame(ctx, tx, r, person, same.ID))
	}
	if err := s.permitted(ctx, tx, v, worker, client, r); err != nil {
		return Booked{}, err
	}
	slot, err := bookable(ctx, tx, worker, r, slot.Period{})
	if err != nil {
		return Booked{}, err
	}
	n, err := s.prepare(ctx, tx, v, slot, r)
	if err != nil {
		return Booked{}, err
	}
	if err := s.roomFor(ctx, tx, v, person, n.ID); err != nil {
		return Booked{}, err
	}
	if err := insertAppointment(ctx, tx, n); err != nil {
		return Booked{}, err
	}
	if err := settle(ctx, tx, r, person, n.ID); err != nil {
		return Booked{}, err
	}
	notice := noticeConfirmation
	if n.Status == Requested {
		notice = noticeRequest
	}
	if err := s.notify(ctx, tx, n.ID, notice, person, worker.AccountID); err != nil {
		return Booked{}, err
	}
	return Booked{n.ID, n.Status}, journaled(ctx, tx, v, actBooked, person, n.ID)
}

// permitted fails unless this booking may be made at all, whatever is free: by its
// person, of this worker, under the contract of the person's client. What is overdue is
// released on the way.
func (s *Service) permitted(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, worker workerRow, client uuid.UUID, r Request) error {
	if err := s.spend(ctx, tx, v, r.person(v)); err != nil {
		return err
	}
	if err := s.offered(ctx, tx, worker.AccountID); err != nil {
		return err
	}
	if err := takes(ctx, tx, worker, r.Reason); err != nil {
		return err
	}
	if err := s.release(ctx, tx, worker.AccountID, r.person(v)); err != nil {
		return err
	}
	return entitled(ctx, tx, client, r.person(v), uuid.Nil, r)
}

// prepare decides how the hour is had, and seals what is said with it.
func (s *Service) prepare(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, slot slot.Slot, r Request) (newAppointment, error) {
	n := newAppointment{Request: r, ID: uuid.New(), PersonID: r.person(v)}
	stands, err := s.terms(ctx, tx, v, r.SocialWorkerID, n.PersonID, r.StartsAt)
	if err != nil {
		return n, err
	}
	if n.Venue, err = meetingPlace(ctx, tx, r.SocialWorkerID, r.Mode, slot.Place); err != nil {
		return n, err
	}
	n.Status, n.AnswerBy = stands.Status, stands.AnswerBy
	if n.Note, err = s.sealNote(ctx, tx, n.PersonID, n.ID, r.Note); err != nil {
		return n, err
	}
	n.SealedNeeds, err = s.sealNeeds(ctx, tx, n.PersonID, n.ID, r.Needs)
	return n, err
}

// takes refuses a reason that the platform no longer offers, or this worker.
func takes(ctx context.Context, tx postgres.Tx, worker workerRow, reason string) error {
	offered, err := readReasons(ctx, tx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(reasonsTaken(offered, worker.Reasons), func(r Reason) bool { return r.Slug == reason }) {
		return errReason
	}
	return nil
}

// bookable is the slot of an hour that can be booked now; the hour that an
// appointment leaves for it is as good as free.
func bookable(ctx context.Context, tx postgres.Tx, worker workerRow, r Request, leaves slot.Period) (slot.Slot, error) {
	agenda, err := readAgenda(ctx, tx, worker, slot.Period{From: r.StartsAt, To: r.StartsAt.Add(slot.Length)}, tx.Now)
	if err != nil {
		return slot.Slot{}, err
	}
	return agenda.without(leaves).bookable(r.StartsAt, tx.Now, r.Mode)
}

func aboutNote(id uuid.UUID) string { return "appointment-note/" + id.String() }

func (s *Service) sealNote(ctx context.Context, tx postgres.Tx, person, id uuid.UUID, note string) ([]byte, error) {
	if note == "" {
		return nil, nil
	}
	return s.vault.Seal(ctx, tx, person, aboutNote(id), []byte(note))
}

func overlaps(err error) bool {
	return postgres.Violates(err, workerOverlap) || postgres.Violates(err, beneficiaryOverlap) || postgres.Deadlocked(err)
}

// explainOverlap is the error of an act that failed with err, and where an appointment
// was in the way says whose: one of the person's own, but for the one that was to be
// moved, or somebody else's. Whoever acts for the person learns that they cannot then,
// and not why.
func (s *Service) explainOverlap(ctx context.Context, v *viewer.Viewer, person, moved uuid.UUID, startsAt time.Time, err error) error {
	if !overlaps(err) && !errors.Is(err, errTaken) && !errors.Is(err, errClosed) {
		return err
	}
	own, broken := hasAppointment(ctx, s.db.Pool, person, moved, slot.Slot{StartsAt: startsAt}.Period(), s.db.Now())
	switch {
	case broken != nil:
		return broken
	case own && v.ID != person:
		return errBusy
	case own:
		return errOverlap
	case overlaps(err):
		return errTaken
	}
	return err
}
