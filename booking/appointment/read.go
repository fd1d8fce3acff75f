package appointment

import (
	"context"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/slot"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Appointment returns one of the viewer's appointments; NotFound for others.
func (s *Service) Appointment(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (Appointment, error) {
	row, err := Read(ctx, s.db.Pool, v.ID, id)
	if err != nil {
		return Appointment{}, err
	}
	named, err := s.WithNames(ctx, []Row{row})
	if err != nil {
		return Appointment{}, err
	}
	return named[0], nil
}

// Calls returns the appointments that exist, without names, in one query. It does not
// check whose they are: the caller does.
func (s *Service) Calls(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]Appointment, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := readCalls(ctx, s.db.Pool, ids)
	all, now := make(map[uuid.UUID]Appointment, len(rows)), s.db.Now()
	for _, row := range rows {
		all[row.ID] = row.appointment().At(now)
	}
	return all, err
}

// Details is what the page of an appointment shows in addition.
type Details struct {
	Needs
	Note   string // what the beneficiary wrote when booking
	Reply  string // the message of the cancellation
	Mobile string // for the worker, while they have to call (R16)

	MarkedAt time.Time // for the worker: since when the person's bookings are requests (R19)
}

// callableFor is how long after its end a consultation by phone still shows the number.
const callableFor = time.Hour

// toCall reports whether v is the worker who has to call, at or near the time of the
// appointment.
func (a Appointment) toCall(v *viewer.Viewer, now time.Time) bool {
	return v.ID == a.SocialWorkerID && a.Mode == slot.Phone && a.Status.Agreed() && now.Before(a.EndsAt.Add(callableFor))
}

// Details returns what only the two people see; NotFound for others.
func (s *Service) Details(ctx context.Context, v *viewer.Viewer, a Appointment) (Details, error) {
	row, err := Read(ctx, s.db.Pool, v.ID, a.ID)
	if err != nil {
		return Details{}, err
	}
	var d Details
	if d.Note, err = s.Unsealed(ctx, s.db.Pool, a.BeneficiaryID, aboutNote(a.ID), row.SealedNote); err != nil {
		return Details{}, err
	}
	if d.Reply, err = s.Unsealed(ctx, s.db.Pool, a.BeneficiaryID, aboutReply(a.ID), row.SealedReply); err != nil {
		return Details{}, err
	}
	if d.Needs, err = s.RowNeeds(ctx, s.db.Pool, row); err != nil {
		return Details{}, err
	}
	if v.ID == a.SocialWorkerID {
		if d.MarkedAt, err = ReadMark(ctx, s.db.Pool, a.SocialWorkerID, a.BeneficiaryID); err != nil {
			return Details{}, err
		}
	}
	if row.Appointment().toCall(v, s.db.Now()) {
		person, err := s.accounts.People.Person(ctx, a.BeneficiaryID)
		if err != nil {
			return Details{}, err
		}
		d.Mobile = person.Mobile
	}
	return d, nil
}

// Unsealed decrypts what was sealed with a person's key; empty for nil.
func (s *Service) Unsealed(ctx context.Context, q postgres.Querier, person uuid.UUID, about string, sealed []byte) (string, error) {
	if sealed == nil {
		return "", nil
	}
	text, err := s.vault.Unseal(ctx, q, person, about, sealed)
	return string(text), err
}

// listed is the maximum number of appointments in a list.
const listed = 200

// Appointments lists the viewer's appointments: first the upcoming ones, soonest first, then
// those that are over, latest first (R17).
func (s *Service) Appointments(ctx context.Context, v *viewer.Viewer) (coming, past []Appointment, err error) {
	now := s.db.Now()
	rows, err := readComing(ctx, s.db.Pool, v.ID, now)
	if err != nil {
		return nil, nil, err
	}
	if coming, err = s.WithNames(ctx, rows); err != nil {
		return nil, nil, err
	}
	if rows, err = readPast(ctx, s.db.Pool, v.ID, now); err != nil {
		return nil, nil, err
	}
	past, err = s.WithNames(ctx, rows)
	return coming, past, err
}

// Week lists the appointments in a worker's agenda inside span, in order (R41).
func (s *Service) Week(ctx context.Context, v *viewer.Viewer, span slot.Period) ([]Appointment, error) {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return nil, err
	}
	rows, err := ReadWeek(ctx, s.db.Pool, v.ID, span, s.db.Now())
	if err != nil {
		return nil, err
	}
	return s.WithNames(ctx, rows)
}

// Relations lists the people with whom the viewer has, or had, appointments, latest first.
func (s *Service) Relations(ctx context.Context, v *viewer.Viewer) ([]Relation, error) {
	relations, err := readRelations(ctx, s.db.Pool, v.ID)
	if err != nil {
		return nil, err
	}
	var ids []uuid.UUID
	for _, r := range relations {
		ids = append(ids, r.BeneficiaryID, r.SocialWorkerID)
	}
	people, err := s.accounts.People.ByIDs(ctx, ids)
	for i, r := range relations {
		relations[i].BeneficiaryName = people[r.BeneficiaryID].Name()
		relations[i].SocialWorkerName = people[r.SocialWorkerID].Name()
	}
	return relations, err
}

// WithNames turns rows into appointments with their people's names.
func (s *Service) WithNames(ctx context.Context, rows []Row) ([]Appointment, error) {
	var ids []uuid.UUID
	for _, row := range rows {
		ids = append(ids, row.BeneficiaryID, row.SocialWorkerID)
	}
	people, err := s.accounts.People.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	all, now := make([]Appointment, len(rows)), s.db.Now()
	for i, row := range rows {
		all[i] = withNames(row.Appointment().At(now), people)
	}
	return all, nil
}

func withNames(a Appointment, people map[uuid.UUID]people.Person) Appointment {
	a.SocialWorkerName = people[a.SocialWorkerID].Name()
	a.BeneficiaryName = people[a.BeneficiaryID].Name()
	return a
}

// With is the other person's name, as v sees the appointment.
func (a Appointment) With(v *viewer.Viewer) string {
	if v.ID == a.BeneficiaryID {
		return a.SocialWorkerName
	}
	return a.BeneficiaryName
}

// Over reports whether the appointment has ended at now.
func (a Appointment) Over(now time.Time) bool { return !now.Before(a.EndsAt) }

// CountComing counts a person's upcoming appointments, on either side. An administrator sees
// only the number.
func (s *Service) CountComing(ctx context.Context, person uuid.UUID) (int, error) {
	return countComing(ctx, s.db.Pool, person, s.db.Now())
}
