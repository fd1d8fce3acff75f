package booking

import (
	"context"

	"socialdirect/booking/appointment"
	"socialdirect/booking/notify"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

var errNotCalled = fault.New(fault.Conflict, "Cela se note pendant l’heure d’un rendez-vous par téléphone. Ensuite, dites ici s’il a eu lieu.")

// Unreached records that the viewer, the worker of an appointment by phone, called the
// person in its hour and got no answer. The person is notified when the next try is, or what
// to do after the last one. Before the next try is due, and after the last, it changes
// nothing, so that pressing twice is harmless. It fails with NotFound for anybody but the
// worker, and with Conflict outside the hour.
func (s *Service) Unreached(ctx context.Context, v *viewer.Viewer, id uuid.UUID) error {
	return s.DB.InTx(ctx, func(tx postgres.Tx) error {
		row, err := appointment.Lock(ctx, tx, v.ID, id)
		if err != nil {
			return err
		}
		a := row.Appointment()
		switch {
		case a.SocialWorkerID != v.ID:
			return appointment.ErrNotFound
		case !a.Callable(tx.Now):
			return errNotCalled
		case !a.TryDue(tx.Now):
			return nil
		}
		if err := appointment.AddTry(ctx, tx, id); err != nil {
			return err
		}
		return s.Notify.About(ctx, tx, id, notify.Unreached, a.BeneficiaryID)
	})
}
