package appointment

import (
	"context"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

var errVoicemail = fault.New(fault.Conflict, "Ce rendez-vous est passé, ou n’est plus prévu\u00a0: ce choix ne change plus.")

// AllowVoicemail sets whether the worker may leave a voice message if the viewer, the person
// of the appointment, does not answer: until it is over. It fails with NotFound for anybody
// else.
func (s *Service) AllowVoicemail(ctx context.Context, v *viewer.Viewer, id uuid.UUID, may bool) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		row, err := Lock(ctx, tx, v.ID, id)
		switch {
		case err != nil:
			return err
		case row.BeneficiaryID != v.ID:
			return ErrNotFound
		case !row.Appointment().At(tx.Now).Talkable(tx.Now):
			return errVoicemail
		case row.Voicemail == may:
			return nil
		}
		return setVoicemail(ctx, tx, id, may)
	})
}
