package worker

import (
	"context"

	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// maxPresentation is the maximum length of a presentation, in characters.
const maxPresentation = 1000

var errNotYours = fault.New(fault.NotFound, "Cette fiche n’existe pas, ou n’est pas la vôtre.")

// mayEdit fails unless the viewer may edit a worker's sheet: a worker their own, an
// administrator every one.
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

// UpdateSheet changes a profile sheet (R12). Existing appointments stay as they are; from now
// on only slots in the sheet's modes are offered. It fails with Invalid if the sheet offers
// meeting in person without a place.
func (s *Service) UpdateSheet(ctx context.Context, v *viewer.Viewer, worker uuid.UUID, sheet Sheet) error {
	return s.editSheet(ctx, v, worker, "sheet.changed", func(tx postgres.Tx) error {
		if err := addFirstPlace(ctx, tx, worker, sheet); err != nil {
			return err
		}
		return updateSheet(ctx, tx, worker, sheet)
	})
}

// editSheet changes a sheet while its worker is locked, so that nobody books them at the same
// time. An administrator's change is journaled.
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
