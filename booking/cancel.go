package booking

import (
	"context"
	"time"

	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/notify"
	"socialdirect/booking/rebooking"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Cancellation is how an appointment is cancelled.
type Cancellation struct {
	Explanation string // to the other person; may be empty
	PenaltyFree bool   // fail with Conflict, and change nothing, if it is late: the page said that it was penalty-free
	Asked       bool   // by a worker at the person's request: it counts as the person's
	Reopen      bool   // by a worker: the hour stays open in the agenda
}

// Cancel is CancelAs with an explanation alone.
func (s *Service) Cancel(ctx context.Context, v *viewer.Viewer, id uuid.UUID, explanation string) (appointment.Status, error) {
	return s.CancelAs(ctx, v, id, Cancellation{Explanation: explanation})
}

// errLimitPassed means that an act announced as penalty-free no longer is.
var errLimitPassed = fault.New(fault.Conflict, "La limite vient de passer. Rien n’est encore fait : lisez ce que cela change, puis confirmez.")

// CancelAs cancels an appointment of the viewer before its start: penalty-free until 24
// elapsed hours before, that instant included, and marked late after it (R18), which marks
// the person with the worker (R19). A worker's cancelling has a state of its own, unless
// the person asked for it, and closes the hour, unless the worker leaves it open (R20).
// Both people are notified; what is done on a person's behalf is journaled. It returns the
// new state; cancelling again changes nothing. It fails with Throttled after too many acts
// of the person (R47).
func (s *Service) CancelAs(ctx context.Context, v *viewer.Viewer, id uuid.UUID, how Cancellation) (appointment.Status, error) {
	var status appointment.Status
	worker := v.Role == viewer.SocialWorker
	persons := !worker || how.Asked
	err := s.DB.InTxRetried(ctx, func(tx postgres.Tx) error {
		h, err := s.lock(ctx, tx, v, id)
		if err != nil {
			return err
		}
		a := h.Appointment
		if status = a.Status; status.CancelledAlike(persons) {
			return nil
		}
		if !a.Cancellable(tx.Now) {
			return errTooLate
		}
		status = statusAfterCancel(a, tx.Now, persons)
		if how.PenaltyFree && status == appointment.CancelledLate {
			return errLimitPassed
		}
		if err := s.Appointments.Spend(ctx, tx, v, a.BeneficiaryID); err != nil {
			return err
		}
		reply, err := s.Appointments.SealReply(ctx, tx, a, how.Explanation)
		if err != nil {
			return err
		}
		if err := appointment.MarkCancelled(ctx, tx, id, status, reply); err != nil {
			return err
		}
		if err := rebooking.Add(ctx, tx, id); err != nil {
			return err
		}
		if worker && !how.Reopen {
			if err := agenda.CloseCancelled(ctx, tx, a.SocialWorkerID, slot.Period{From: a.StartsAt, To: a.EndsAt}); err != nil {
				return err
			}
		}
		if persons && a.Asks() {
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
		if !persons {
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
