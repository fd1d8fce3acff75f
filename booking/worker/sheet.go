package worker

import (
	"context"

	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// maxPresentation is how many characters a presentation may have.
const maxPresentation = 1000

var errNotYours = fault.New(fault.NotFound, "Cette fiche n’existe pas, ou n’est pas la vôtre.")

// mayEdit lets a worker edit their own sheet, and an administrator every one.
func mayEdit(v *viewer.Viewer, worker uuid.UUID) error {
	switch {
	case v == nil:
		return viewer.Denied(viewer.SocialWorker)
	case v.Role == viewer.Administrator, v.Role == viewer.SocialWorker && v.ID == worker:
		return nil
	case v.Role == viewer.SocialWorker:
		return errNotYours
	}
	return viewer.Denied(viewer.SocialWorker)
}

// UpdateSheet changes what a profile sheet says (R12). What is booked stays as it
// was booked; from now on hours are offered in the sheet's modes alone. Invalid for a sheet that offers
// meeting in person without a place.
func (s *Service) UpdateSheet(ctx context.Context, v *viewer.Viewer, worker uuid.UUID, sheet Sheet) error {
	return s.editSheet(ctx, v, worker, "sheet.changed", func(tx postgres.Tx) error {
		if err := placeOf(ctx, tx, worker, sheet); err != nil {
			return err
		}
		return updateSheet(ctx, tx, worker, sheet)
	})
}

// editSheet changes a sheet while nobody books with its worker. An administrator's
// change is journaled.
func (s *Service) editSheet(ctx context.Context, v *viewer.Viewer, worker uuid.UUID, act string, change func(postgres.Tx) error) error {
	if err := mayEdit(v, worker); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if _, err := Lock(ctx, tx, worker); err != nil {
			return err
		}
		if err := change(tx); err != nil || v.ID == worker {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: act, SubjectID: worker})
	})
}
