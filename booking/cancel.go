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

// Cancel cancels an appointment of the viewer before its start: penalty-free until 24
// elapsed hours before, that instant included, and marked late after it (R18). A worker's
// cancelling has a state of its own. Both people are notified. It returns the new state;
// cancelling again changes nothing. It fails with Throttled after too many acts of the
// person (R47).
func (s *Service) Cancel(ctx context.Context, v *viewer.Viewer, id uuid.UUID, explanation string) (appointment.Status, error) {
	return s.cancel(ctx, v, id, explanation, cancelling{persons: v.Role != viewer.SocialWorker})
}

// cancelPenaltyFree is Cancel after a page that said it was penalty-free: after the limit it
// fails with Conflict and changes nothing.
func (s *Service) cancelPenaltyFree(ctx context.Context, v *viewer.Viewer, id uuid.UUID, explanation string) (appointment.Status, error) {
	return s.cancel(ctx, v, id, explanation, cancelling{persons: v.Role != viewer.SocialWorker, penaltyFree: true})
}

// CancelAsked is Cancel by a worker at the person's request: it counts as the person's,
// and is journaled as done on their behalf.
func (s *Service) CancelAsked(ctx context.Context, v *viewer.Viewer, id uuid.UUID, explanation string) (appointment.Status, error) {
	return s.cancel(ctx, v, id, explanation, cancelling{persons: true})
}

// cancelling is how an appointment is cancelled.
type cancelling struct {
	persons     bool // it counts as the person's, not the worker's
	penaltyFree bool // only if penalty-free
}

// errLimitPassed means that an act announced as penalty-free no longer is.
var errLimitPassed = fault.New(fault.Conflict, "La limite vient de passer. Rien n’est encore fait : lisez ce que cela change, puis confirmez.")

// cancel cancels an appointment. A late cancelling by the person marks them with the
// worker (R19).
func (s *Service) cancel(ctx context.Context, v *viewer.Viewer, id uuid.UUID, explanation string, how cancelling) (appointment.Status, error) {
	var status appointment.Status
	err := s.DB.InTxRetried(ctx, func(tx postgres.Tx) error {
		h, err := s.lock(ctx, tx, v, id)
		if err != nil {
			return err
		}
		a := h.Appointment
		if status = a.Status; status.CancelledAlike(how.persons) {
			return nil
		}
		if !a.Cancellable(tx.Now) {
			return errTooLate
		}
		status = statusAfterCancel(a, tx.Now, how.persons)
		if how.penaltyFree && status == appointment.CancelledLate {
			return errLimitPassed
		}
		if err := s.Appointments.Spend(ctx, tx, v, a.BeneficiaryID); err != nil {
			return err
		}
		reply, err := s.Appointments.SealReply(ctx, tx, a, explanation)
		if err != nil {
			return err
		}
		if err := appointment.MarkCancelled(ctx, tx, id, status, reply); err != nil {
			return err
		}
		if err := rebooking.Add(ctx, tx, id); err != nil {
			return err
		}
		if how.persons && a.Asks() {
			if err := rebooking.Reopen(ctx, tx, id); err != nil {
				return err
			}
		}
		if status == appointment.CancelledLate {
			if err := appointment.InsertMark(ctx, tx, a.SocialWorkerID, a.BeneficiaryID); err != nil {
				return err
			}
		}
		if err := s.Notify.About(ctx, tx, id, notify.Cancellation, a.BeneficiaryID, a.SocialWorkerID); err != nil {
			return err
		}
		if !how.persons {
			return nil
		}
		return appointment.Journaled(ctx, tx, v, appointment.ActCancelled, a.BeneficiaryID, id)
	})
	return status, err
}

// statusAfterCancel is the status of an appointment that is cancelled at now.
func statusAfterCancel(a appointment.Appointment, now time.Time, persons bool) appointment.Status {
	switch {
	case !persons:
		return appointment.CancelledByWorker
	case a.PenaltyFree(now):
		return appointment.Cancelled
	}
	return appointment.CancelledLate
}
