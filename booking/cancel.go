package booking

import (
	"context"

	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// MaxExplanation is how many characters may be said when cancelling.
const MaxExplanation = 500

// Cancel ends an appointment of the viewer before its start: freely until 24
// elapsed hours before, that instant included, and marked late after it (R18).
// A worker's cancelling is the worker's. Both people are told. It returns the
// state that was reached.
func (s *Service) Cancel(ctx context.Context, v *viewer.Viewer, id uuid.UUID, explanation string) (Status, error) {
	var status Status
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		row, err := lockAppointment(ctx, tx, v.ID, id)
		if err != nil {
			return err
		}
		appointment := row.appointment()
		if !appointment.Cancellable(tx.Now) {
			return errTooLate
		}
		status = statusAfterCancel(appointment, v, tx)
		reply, err := s.sealReply(ctx, tx, appointment, explanation)
		if err != nil {
			return err
		}
		if err := markCancelled(ctx, tx, id, status, reply); err != nil {
			return err
		}
		return s.notify(ctx, tx, id, noticeCancellation, appointment.BeneficiaryID, appointment.SocialWorkerID)
	})
	return status, err
}

func statusAfterCancel(a Appointment, v *viewer.Viewer, tx postgres.Tx) Status {
	switch {
	case v.ID == a.SocialWorkerID:
		return CancelledByWorker
	case a.Free(tx.Now):
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
