package people

import (
	"context"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
)

// StillManager fails with Forbidden unless the viewer is an active manager of the same client,
// as read in the transaction.
func StillManager(ctx context.Context, tx postgres.Tx, v *viewer.Viewer) error {
	person, err := Read(ctx, tx, v.ID)
	if fault.Is(err, fault.NotFound) || err == nil && (person.Role != viewer.ClientManager || !person.Active) {
		return viewer.Denied(viewer.ClientManager)
	}
	if err != nil {
		return err
	}
	client, err := readClientOf(ctx, tx, v.ID)
	if fault.Is(err, fault.NotFound) || err == nil && client != v.ClientID {
		return viewer.Denied(viewer.ClientManager)
	}
	return err
}
