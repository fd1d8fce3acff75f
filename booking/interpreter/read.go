package interpreter

import (
	"context"
	"errors"

	"socialdirect/booking/appointment"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// listed is the maximum number of tasks on the page.
const listed = 200

// Tasks lists the searches for upcoming appointments: those to find first, and then by hour.
// Only the switchboard may.
func (s *Service) Tasks(ctx context.Context, v *viewer.Viewer) ([]Task, error) {
	if err := viewer.Require(v, viewer.Switchboard); err != nil {
		return nil, err
	}
	rows, err := readComing(ctx, s.DB.Pool, s.DB.Now(), listed)
	if err != nil {
		return nil, err
	}
	return s.tasks(ctx, rows)
}

// Task returns one search. It fails like Set, except that the appointment may be over.
func (s *Service) Task(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (Task, error) {
	if err := viewer.Require(v, viewer.Switchboard); err != nil {
		return Task{}, err
	}
	found, err := read(ctx, s.DB.Pool, id)
	if err != nil {
		return Task{}, err
	}
	tasks, err := s.tasks(ctx, []row{found})
	if err != nil {
		return Task{}, err
	}
	return tasks[0], nil
}

// CountToFind counts the searches that the switchboard has not answered.
func (s *Service) CountToFind(ctx context.Context) (int, error) {
	return countToFind(ctx, s.DB.Pool, s.DB.Now())
}

// tasks leaves of each row what the switchboard may see.
func (s *Service) tasks(ctx context.Context, rows []row) ([]Task, error) {
	workers := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		workers[i] = r.SocialWorkerID
	}
	people, err := s.Accounts.People.ByIDs(ctx, workers)
	if err != nil {
		return nil, err
	}
	tasks := make([]Task, len(rows))
	for i, r := range rows {
		a := r.Appointment()
		needs, err := s.Appointments.RowNeeds(ctx, s.DB.Pool, r.Row)
		if err != nil {
			return nil, err
		}
		tasks[i] = Task{
			AppointmentID: a.ID, SocialWorkerName: people[a.SocialWorkerID].Name(), StartsAt: a.StartsAt, Mode: a.Mode,
			Asks: a.Asks(), Language: needs.Interpreter, State: r.State,
		}
	}
	return tasks, nil
}

// Of returns how far the search for an appointment is, which the caller may see; empty if there
// is none, or the appointment is over or does not take place.
func (s *Service) Of(ctx context.Context, a appointment.Appointment) (State, error) {
	if !a.Talkable(s.DB.Now()) {
		return "", nil
	}
	found, err := read(ctx, s.DB.Pool, a.ID)
	if errors.Is(err, errNoTask) {
		return "", nil
	}
	return found.State, err
}
