package booking

import (
	"context"
	"slices"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Request is an hour that a beneficiary asks for.
type Request struct {
	SocialWorkerID uuid.UUID
	StartsAt       time.Time
	Mode           Mode
	Reason         string // a slug
	Note           string // what the person wants to say beforehand; may be empty
}

// MaxNote is how many characters a note may have.
const MaxNote = 1000

var (
	errNotBeneficiary = fault.New(fault.Forbidden, "Seule une personne bénéficiaire peut prendre rendez-vous ici.")
	errReason         = fault.New(fault.Invalid, "Choisissez un motif dans la liste.")
)

// ErrReason says that the reason is none that this worker takes.
var ErrReason = errReason

// Book makes an appointment for the viewer (R12, R13). It fails with Conflict
// when somebody else has the hour, and with Invalid for an hour that was never
// free, in a mode that is not offered or that the contract of the viewer's client
// does not allow, or that overlaps one of the viewer's own.
func (s *Service) Book(ctx context.Context, v *viewer.Viewer, r Request) (uuid.UUID, error) {
	if v == nil || v.Role != viewer.Beneficiary {
		return uuid.Nil, errNotBeneficiary
	}
	if err := s.allow(ctx, v, r.Mode); err != nil {
		return uuid.Nil, err
	}
	var id uuid.UUID
	err := s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		id, err = s.book(ctx, tx, v, r)
		return err
	})
	if overlaps(err) {
		return uuid.Nil, s.explainOverlap(ctx, v, r)
	}
	return id, err
}

// book locks the worker first: under a burst, two exclusion constraints alone
// would end most transactions in a deadlock.
func (s *Service) book(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, r Request) (uuid.UUID, error) {
	worker, err := lockWorker(ctx, tx, r.SocialWorkerID)
	if err != nil {
		return uuid.Nil, err
	}
	if err := s.offered(ctx, tx, r.SocialWorkerID); err != nil {
		return uuid.Nil, err
	}
	if err := takes(ctx, tx, worker, r.Reason); err != nil {
		return uuid.Nil, err
	}
	if err := bookable(ctx, tx, worker, r); err != nil {
		return uuid.Nil, err
	}
	id := uuid.New()
	note, err := s.sealNote(ctx, tx, v.ID, id, r.Note)
	if err != nil {
		return uuid.Nil, err
	}
	where, err := meetingPlace(ctx, tx, worker.AccountID, r.Mode)
	if err != nil {
		return uuid.Nil, err
	}
	if err := insertAppointment(ctx, tx, id, v.ID, worker, r, where, note); err != nil {
		return uuid.Nil, err
	}
	if err := s.count(ctx, tx, v.ID, id, r); err != nil {
		return uuid.Nil, err
	}
	return id, s.notify(ctx, tx, id, noticeConfirmation, v.ID, worker.AccountID)
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

func bookable(ctx context.Context, tx postgres.Tx, worker workerRow, r Request) error {
	if !r.StartsAt.After(tx.Now) || r.StartsAt.After(tx.Now.Add(Horizon)) {
		return errNotFree
	}
	agenda, err := readAgenda(ctx, tx, worker, Period{r.StartsAt, r.StartsAt.Add(SlotLength)})
	if err != nil {
		return err
	}
	if slot, ok := agenda.slotAt(r.StartsAt); !ok || !slot.Offers(r.Mode) {
		return errNotFree
	}
	return nil
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

// explainOverlap tells whose appointment was in the way.
func (s *Service) explainOverlap(ctx context.Context, v *viewer.Viewer, r Request) error {
	own, err := hasAppointment(ctx, s.db.Pool, v.ID, Slot{StartsAt: r.StartsAt}.Period(), s.db.Now())
	switch {
	case err != nil:
		return err
	case own:
		return errOverlap
	}
	return errTaken
}
