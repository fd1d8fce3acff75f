package booking

import (
	"context"

	"socialdirect/booking/appointment"
	"socialdirect/booking/rebooking"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Rebook books a slot instead of the viewer's appointment that its worker cancelled, for
// the same reason and in the same mode, by every rule of booking, whether or not the slot
// was among the offers. It does so once: later calls return the appointment that was
// booked.
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
	// The same form may have been sent twice.
	if replaced, failed := s.replacement(ctx, v, id); failed == nil && replaced.ID != uuid.Nil {
		return replaced, nil
	}
	return appointment.Booked{}, err
}

// replacement returns the appointment booked instead; zero for none.
func (s *Service) replacement(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (appointment.Booked, error) {
	replacement, err := s.Rebookings.Replacement(ctx, v, id)
	if err != nil || replacement == uuid.Nil {
		return appointment.Booked{}, err
	}
	a, err := s.Appointments.Appointment(ctx, v, replacement)
	return appointment.Booked{ID: a.ID, Status: a.Status}, err
}
