package booking

import (
	"context"

	"socialdirect/account"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Booking for somebody: the switchboard for anybody, a worker for whom they have
// met. The same rules hold, the person is told as ever, and the journal says who
// did it for whom.

// Acts of the journal.
const (
	actBooked    = "appointment.booked"
	actBeyond    = "appointment.booked_beyond" // beside it, beyond what the person may take themselves
	actMoved     = "appointment.moved"
	actByPhone   = "appointment.by_phone"
	actCancelled = "appointment.cancelled"
	actShown     = "appointment.shown"
	actUnmarked  = "appointment.mark_cleared"
)

var (
	errNobodyThere = fault.New(fault.NotFound, "Cette personne n’a pas de compte ici, ou n’est pas suivie par vous.")
	errOwnAgenda   = fault.New(fault.Forbidden, "Vous pouvez réserver dans votre agenda seulement.")
)

// mayBook fails unless v may book that hour: for oneself, or for r.For.
func (s *Service) mayBook(ctx context.Context, v *viewer.Viewer, r Request) error {
	switch {
	case v == nil:
		return errNotBeneficiary
	case v.Role == viewer.Beneficiary && (r.For == uuid.Nil || r.For == v.ID):
		return nil
	case v.Role == viewer.Beneficiary || r.For == uuid.Nil:
		return errNotBeneficiary
	case v.Role == viewer.SocialWorker && r.SocialWorkerID != v.ID:
		return errOwnAgenda
	}
	_, err := s.Somebody(ctx, v, r.For)
	return err
}

// Somebody is a person for whom the viewer may book: Forbidden for those who book
// for nobody, NotFound for whom a worker never met, and for an account that is not
// open, Throttled for an operator who opened too many today.
func (s *Service) Somebody(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (account.Person, error) {
	if v == nil || v.Role != viewer.Switchboard && v.Role != viewer.SocialWorker {
		return account.Person{}, errNotBeneficiary
	}
	if v.Role == viewer.SocialWorker {
		if met, err := hasMet(ctx, s.db.Pool, v.ID, id); err != nil || !met {
			return account.Person{}, orElse(err, errNobodyThere)
		}
	}
	person, err := s.accounts.Person(ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && (person.Role != viewer.Beneficiary || !person.Active) {
		return account.Person{}, errNobodyThere
	}
	if err != nil {
		return account.Person{}, err
	}
	return person, s.show(ctx, v, id)
}

// show counts that an operator opens somebody (account.Service.Show).
func (s *Service) show(ctx context.Context, v *viewer.Viewer, person uuid.UUID) error {
	if v.Role != viewer.Switchboard {
		return nil
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error { return s.accounts.Show(ctx, tx, v, person) })
}

func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// ComingOf lists the coming appointments of somebody for whom an operator acts:
// when, with whom and how. That it was shown is journaled (R39).
func (s *Service) ComingOf(ctx context.Context, v *viewer.Viewer, person uuid.UUID) ([]Appointment, error) {
	if v == nil || v.Role != viewer.Switchboard {
		return nil, errNotBeneficiary
	}
	if _, err := s.Somebody(ctx, v, person); err != nil {
		return nil, err
	}
	var rows []appointmentRow
	err := s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		if rows, err = readComing(ctx, tx, person, tx.Now); err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: actShown, SubjectID: person})
	})
	if err != nil {
		return nil, err
	}
	return s.named(ctx, rows)
}

// Handled is an appointment that the viewer may act upon: one of their own, or
// anybody's for the switchboard.
func (s *Service) Handled(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (Appointment, error) {
	row, err := readHandled(ctx, s.db.Pool, v, id)
	if err != nil {
		return Appointment{}, err
	}
	if err := s.show(ctx, v, row.BeneficiaryID); err != nil {
		return Appointment{}, err
	}
	named, err := s.named(ctx, []appointmentRow{row})
	if err != nil {
		return Appointment{}, err
	}
	return named[0], nil
}

func readHandled(ctx context.Context, q postgres.Querier, v *viewer.Viewer, id uuid.UUID) (appointmentRow, error) {
	if v.Role == viewer.Switchboard {
		return readAnybodys(ctx, q, id)
	}
	return readAppointment(ctx, q, v.ID, id)
}

// held is an appointment that an act has to itself.
type held struct {
	Appointment
	worker workerRow
	client uuid.UUID // the person's; zero when they have none any more
}

// hold locks, in the order that every act keeps, the worker, the person and the
// appointment; what is overdue is released on the way. NotFound for what the viewer
// may not act upon.
func (s *Service) hold(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, id uuid.UUID) (held, error) {
	seen, err := readHandled(ctx, tx, v, id)
	if err != nil {
		return held{}, err
	}
	var h held
	if h.worker, err = lockWorker(ctx, tx, seen.SocialWorkerID); err != nil {
		return held{}, err
	}
	h.client, err = s.accounts.HoldClient(ctx, tx, seen.BeneficiaryID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return held{}, err
	}
	if err := s.release(ctx, tx, seen.SocialWorkerID, seen.BeneficiaryID); err != nil {
		return held{}, err
	}
	row, err := lockAnybodys(ctx, tx, id)
	h.Appointment = row.appointment()
	return h, err
}

// journaled notes an act that v did for somebody else.
func journaled(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, act string, person, appointment uuid.UUID) error {
	if v.ID == person {
		return nil
	}
	return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: act, SubjectID: person, ObjectID: appointment})
}
