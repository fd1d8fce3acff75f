package booking

import (
	"context"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/notify"
	"socialdirect/booking/rebooking"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// MissedAfter is how long after the hour somebody has waited for their worker when they may
// book again instead (R24). The page of the call offers it then.
const MissedAfter = 10 * time.Minute

var errNotMissed = fault.New(fault.Conflict, "Vous pourrez reprendre une autre heure après dix minutes d’attente, tant que l’heure dure.")

// missable reports whether the person of an appointment may book again instead, if its worker has
// not come.
func missable(a appointment.Appointment, now time.Time) bool {
	return a.Status == appointment.Confirmed && !now.Before(a.StartsAt.Add(MissedAfter)) && now.Before(a.EndsAt)
}

// Miss releases the viewer from an appointment to which its worker has not come, which the
// caller has checked: it counts as cancelled by the worker, leaves no mark, and other slots are
// offered. Doing it twice changes nothing. It fails with NotFound for anybody but the person,
// and with Conflict unless it is missable.
func (s *Service) Miss(ctx context.Context, v *viewer.Viewer, id uuid.UUID) error {
	return s.DB.InTxRetried(ctx, func(tx postgres.Tx) error {
		h, err := s.lock(ctx, tx, v, id)
		switch {
		case err != nil:
			return err
		case h.BeneficiaryID != v.ID:
			return appointment.ErrNotFound
		case h.Status == appointment.CancelledByWorker:
			return nil
		case !missable(h.Appointment, tx.Now):
			return errNotMissed
		}
		if err := appointment.MarkCancelled(ctx, tx, id, appointment.CancelledByWorker, nil); err != nil {
			return err
		}
		if err := rebooking.Add(ctx, tx, id); err != nil {
			return err
		}
		return s.Notify.About(ctx, tx, id, notify.Cancellation, h.BeneficiaryID, h.SocialWorkerID)
	})
}
