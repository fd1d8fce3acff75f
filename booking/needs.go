package booking

import (
	"context"

	"socialdirect/booking/appointment"
	"socialdirect/booking/notify"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// ChangeNeeds replaces what the viewer needs at one of their appointments, until it begins. The
// worker is notified if something changed. It fails with Throttled after too many acts (R47).
func (s *Service) ChangeNeeds(ctx context.Context, v *viewer.Viewer, id uuid.UUID, n appointment.Needs) error {
	return s.DB.InTx(ctx, func(tx postgres.Tx) error {
		h, err := s.lock(ctx, tx, v, id)
		if err != nil {
			return err
		}
		if h.BeneficiaryID != v.ID {
			return appointment.ErrNotFound
		}
		if !h.Cancellable(tx.Now) {
			return appointment.ErrNeedsTooLate
		}
		before, err := s.Appointments.NeedsOf(ctx, tx, v, id)
		if err != nil || before == n {
			return err
		}
		if err := s.Appointments.Spend(ctx, tx, v, h.BeneficiaryID); err != nil {
			return err
		}
		sealed, err := s.Appointments.SealNeeds(ctx, tx, v.ID, id, n)
		if err != nil {
			return err
		}
		if err := appointment.SetNeeds(ctx, tx, id, sealed); err != nil {
			return err
		}
		if err := s.Interpreters.Follow(ctx, tx, id, v.ID, before.Interpreter, n.Interpreter); err != nil {
			return err
		}
		return s.Notify.About(ctx, tx, id, notify.Change, h.SocialWorkerID)
	})
}
