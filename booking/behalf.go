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

// Acting on behalf of a person: the switchboard for anybody, a worker for people they have
// met. The same rules apply, the person is notified as usual, and the journal says who acted
// on whose behalf.

// lockedAppointment is an appointment that an act has locked, with its worker.
type lockedAppointment struct {
	appointment.Appointment
	worker worker.Row
	client uuid.UUID // the person's; zero if they have none any more
}

// lock locks the worker, the person and the appointment, in this order, as every act does,
// and releases overdue requests before it reads the appointment. It fails with NotFound if
// the viewer may not act on it.
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
