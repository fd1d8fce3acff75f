package booking

import (
	"context"
	"socialdirect/booking/appointment"
	"socialdirect/booking/rebooking"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Rebook takes an hour in place of the viewer's appointment, which its worker
// cancelled, for the same reason and in the same mode, by every rule of booking; an
// hour that was never offered is judged by them too. It does so once: whatever is
// asked afterwards, what took the place is the answer.
func (s *Service) Rebook(ctx context.Context, v *viewer.Viewer, id uuid.UUID, r rebooking.Replacement) (appointment.Booked, error) {
	if replaced, err := s.replacement(ctx, v, id); err != nil || replaced.ID != uuid.Nil {
		return replaced, err
	}
	cancelled, err := s.Appointments.Appointment(ctx, v, id)
	if err != nil {
		return appointment.Booked{}, err
	}
	request, err := s.Rebookings.Request(ctx, v, cancelled, r)
	if err != nil {
		return appointment.Booked{}, err
	}
	booked, err := s.place(ctx, v, request, func(tx postgres.Tx) error { return s.Rebookings.HandOn(ctx, tx, cancelled, r) })
	if err == nil {
		return booked, nil
	}
	// Another press of the same button may have been faster.
	if replaced, broken := s.replacement(ctx, v, id); broken == nil && replaced.ID != uuid.Nil {
		return replaced, nil
	}
	return appointment.Booked{}, err
}

// replacement is what took the appointment's place already; zero for nothing.
func (s *Service) replacement(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (appointment.Booked, error) {
	replacement, err := s.Rebookings.Replacement(ctx, v, id)
	if err != nil || replacement == uuid.Nil {
		return appointment.Booked{}, err
	}
	a, err := s.Appointments.Appointment(ctx, v, replacement)
	return appointment.Booked{ID: a.ID, Status: a.Status}, err
}
