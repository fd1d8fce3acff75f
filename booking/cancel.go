package booking

import (
	"context"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// MaxExplanation is how many characters may be said when cancelling.
const MaxExplanation = 500

// Cancel ends an appointment of the viewer before its start: freely until 24
// elapsed hours before, that instant included, and marked late after it (R18).
// A worker's cancelling is the worker's. Both people are told. It returns the
// state that was reached; what is cancelled alike already is left as it is. It fails
// with Throttled after too many acts of the person's (R47).
func (s *Service) Cancel(ctx context.Context, v *viewer.Viewer, id uuid.UUID, explanation string) (Status, error) {
	return s.cancel(ctx, v, id, explanation, cancelling{persons: v.Role != viewer.SocialWorker})
}

// CancelInTime is Cancel by somebody who was told that it has no consequence: past
// the limit it fails with Conflict, and nothing is done.
func (s *Service) CancelInTime(ctx context.Context, v *viewer.Viewer, id uuid.UUID, explanation string) (Status, error) {
	return s.cancel(ctx, v, id, explanation, cancelling{persons: v.Role != viewer.SocialWorker, inTime: true})
}

// CancelAsked is Cancel by a worker whom the person asked to: it is the person's
// cancelling, and journaled as done for them.
func (s *Service) CancelAsked(ctx context.Context, v *viewer.Viewer, id uuid.UUID, explanation string) (Status, error) {
	return s.cancel(ctx, v, id, explanation, cancelling{persons: true})
}

// cancelling is how an appointment is cancelled.
type cancelling struct {
	persons bool // it is the person's, not the worker's
	inTime  bool // only while it has no consequence
}

// errLimitPassed says that what was told to have no consequence has one now.
var errLimitPassed = fault.New(fault.Conflict, "La limite vient de passer. Rien n’est encore fait : lisez ce que cela change, puis confirmez.")

// cancel ends an appointment. A late cancelling of the person's leaves a mark with
// the worker (R19).
func (s *Service) cancel(ctx context.Context, v *viewer.Viewer, id uuid.UUID, explanation string, how cancelling) (Status, error) {
	var status Status
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		h, err := s.hold(ctx, tx, v, id)
		if err != nil {
			return err
		}
		appointment := h.Appointment
		if status = appointment.Status; status.cancelledAlike(how.persons) {
			return nil
		}
		if !appointment.Cancellable(tx.Now) {
			return errTooLate
		}
		status = statusAfterCancel(appointment, tx.Now, how.persons)
		if how.inTime && status == CancelledLate {
			return errLimitPassed
		}
		if err := s.spend(ctx, tx, v, appointment.BeneficiaryID); err != nil {
			return err
		}
		reply, err := s.sealReply(ctx, tx, appointment, explanation)
		if err != nil {
			return err
		}
		if err := markCancelled(ctx, tx, id, status, reply); err != nil {
			return err
		}
		if err := insertRebooking(ctx, tx, id); err != nil {
			return err
		}
		if how.persons && appointment.Asks() {
			if err := reopenRebooking(ctx, tx, id); err != nil {
				return err
			}
		}
		if status == CancelledLate {
			if err := insertMark(ctx, tx, appointment.SocialWorkerID, appointment.BeneficiaryID); err != nil {
				return err
			}
		}
		if err := s.notify(ctx, tx, id, noticeCancellation, appointment.BeneficiaryID, appointment.SocialWorkerID); err != nil {
			return err
		}
		if !how.persons {
			return nil
		}
		return journaled(ctx, tx, v, actCancelled, appointment.BeneficiaryID, id)
	})
	return status, err
}

// cancelledAlike reports whether it is what cancelling, by the person or by the worker,
// leads to.
func (s Status) cancelledAlike(persons bool) bool {
	if persons {
		return s == Cancelled || s == CancelledLate
	}
	return s == CancelledByWorker
}

func statusAfterCancel(a Appointment, now time.Time, persons bool) Status {
	switch {
	case !persons:
		return CancelledByWorker
	case a.Free(now):
		return Cancelled
	}
	return CancelledLate
}

func aboutReply(id uuid.UUID) string { return "appointment-reply/" + id.String() }

func (s *Service) sealReply(ctx context.Context, tx postgres.Tx, a Appointment, text string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	return s.vault.Seal(ctx, tx, a.BeneficiaryID, aboutReply(a.ID), []byte(text))
}
