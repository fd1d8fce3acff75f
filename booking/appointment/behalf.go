package appointment

import (
	"context"

	"socialdirect/account/people"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Acts of the journal.
const (
	ActBooked    = "appointment.booked"
	actBeyond    = "appointment.booked_beyond" // in addition, if it exceeds the person's own limit
	ActMoved     = "appointment.moved"
	ActByPhone   = "appointment.by_phone"
	ActCancelled = "appointment.cancelled"
	actShown     = "appointment.shown"
	actUnmarked  = "appointment.mark_cleared"
)

var (
	ErrNobodyThere = fault.New(fault.NotFound, "Cette personne n’a pas de compte ici, ou n’est pas suivie par vous.")
	errOwnAgenda   = fault.New(fault.Forbidden, "Vous pouvez réserver dans votre agenda seulement.")
)

// MayBook fails unless v may book for the person of the request: v, or r.For.
func (s *Service) MayBook(ctx context.Context, v *viewer.Viewer, r Request) error {
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
	_, err := s.BookableFor(ctx, v, r.For)
	return err
}

// BookableFor returns a person for whom the viewer may book. It fails with Forbidden for
// viewers who book for nobody, with NotFound for a person whom a worker never met and for an
// account that is not open, and with Throttled for a switchboard agent who opened too many
// today.
func (s *Service) BookableFor(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (people.Person, error) {
	if v == nil || v.Role != viewer.Switchboard && v.Role != viewer.SocialWorker {
		return people.Person{}, errNotBeneficiary
	}
	if v.Role == viewer.SocialWorker {
		if met, err := hasMet(ctx, s.db.Pool, v.ID, id); err != nil || !met {
			return people.Person{}, fault.OrElse(err, ErrNobodyThere)
		}
	}
	person, err := s.accounts.People.Person(ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && (person.Role != viewer.Beneficiary || !person.Active) {
		return people.Person{}, ErrNobodyThere
	}
	if err != nil {
		return people.Person{}, err
	}
	return s.withGateway(person), s.show(ctx, v, id)
}

// withGateway returns a person of whom a proved number counts only where SMS are sent.
func (s *Service) withGateway(person people.Person) people.Person {
	person.MobileProved = person.MobileProved && s.accounts.People.SMS
	return person
}

// Untold reports whether no news reaches a person, neither by mail nor by SMS.
func (s *Service) Untold(ctx context.Context, id uuid.UUID) (bool, error) {
	person, err := s.accounts.People.Person(ctx, id)
	return err == nil && !s.withGateway(person).Reachable(), err
}

// show counts that a switchboard agent opens a person (account.Service.Show).
func (s *Service) show(ctx context.Context, v *viewer.Viewer, person uuid.UUID) error {
	if v.Role != viewer.Switchboard {
		return nil
	}
	return s.db.InTx(postgres.Counting(ctx), func(tx postgres.Tx) error { return s.accounts.Lookups.Show(ctx, tx, v, person) })
}

// ComingOf lists the upcoming appointments of a person on whose behalf a switchboard agent
// acts: time, worker and mode. Showing them is journaled (R39).
func (s *Service) ComingOf(ctx context.Context, v *viewer.Viewer, person uuid.UUID) ([]Appointment, error) {
	if v == nil || v.Role != viewer.Switchboard {
		return nil, errNotBeneficiary
	}
	if _, err := s.BookableFor(ctx, v, person); err != nil {
		return nil, err
	}
	var rows []Row
	err := s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		if rows, err = readComing(ctx, tx, person, tx.Now); err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: actShown, SubjectID: person})
	})
	if err != nil {
		return nil, err
	}
	return s.WithNames(ctx, rows)
}

// ActedOn returns an appointment on which the viewer may act: one of their own, or
// anybody's for the switchboard.
func (s *Service) ActedOn(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (Appointment, error) {
	row, err := ReadActedOn(ctx, s.db.Pool, v, id)
	if err != nil {
		return Appointment{}, err
	}
	if err := s.show(ctx, v, row.BeneficiaryID); err != nil {
		return Appointment{}, err
	}
	named, err := s.WithNames(ctx, []Row{row})
	if err != nil {
		return Appointment{}, err
	}
	return named[0], nil
}

// ReadActedOn reads an appointment on which v may act: one of their own, or anybody's for
// the switchboard; NotFound otherwise.
func ReadActedOn(ctx context.Context, q postgres.Querier, v *viewer.Viewer, id uuid.UUID) (Row, error) {
	if v.Role == viewer.Switchboard {
		return readAnybodys(ctx, q, id)
	}
	return Read(ctx, q, v.ID, id)
}

// Journaled journals an act of v on behalf of another person.
func Journaled(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, act string, person, appointment uuid.UUID) error {
	if v.ID == person {
		return nil
	}
	return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: act, SubjectID: person, ObjectID: appointment})
}
