package booking

import (
	"context"

	"socialdirect/booking/appointment"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Booking for somebody: the switchboard for anybody, a worker for whom they have
// met. The same rules hold, the person is told as ever, and the journal says who
// did it for whom.

// lockedAppointment is an appointment that an act has to itself.
type lockedAppointment struct {
	appointment.Appointment
	worker worker.Row
	client uuid.UUID // the person's; zero when they have none any more
}

// lock locks, in the order that every act keeps, the worker, the person and the
// appointment; what is overdue is released on the way. NotFound for what the viewer
// may not act upon.
func (s *Service) lock(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, id uuid.UUID) (lockedAppointment, error) {
	seen, err := appointment.ReadActedOn(ctx, tx, v, id)
	if err != nil {
		return lockedAppointment{}, err
	}
	var h lockedAppointment
	if h.worker, err = worker.Lock(ctx, tx, seen.SocialWorkerID); err != nil {
		return lockedAppointment{}, err
	}
	h.client, err = s.Accounts.People.LockClient(ctx, tx, seen.BeneficiaryID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return lockedAppointment{}, err
	}
	if err := s.Release(ctx, tx, seen.SocialWorkerID, seen.BeneficiaryID); err != nil {
		return lockedAppointment{}, err
	}
	row, err := appointment.LockAny(ctx, tx, id)
	h.Appointment = row.Appointment()
	return h, err
}
