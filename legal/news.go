package legal

import (
	"context"

	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
)

// News lists the texts in force of which the viewer is to be informed, without having to accept
// them.
func (s *Service) News(ctx context.Context, v *viewer.Viewer) ([]Text, error) {
	return readNews(ctx, s.db.Pool, v.ID, v.Informed, s.db.Now())
}

// Seen records that the viewer has seen a version, so that they are not informed of it again. An
// unknown version changes nothing.
func (s *Service) Seen(ctx context.Context, v *viewer.Viewer, kind Kind, version string) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error { return insertSeen(ctx, tx, v.ID, kind, version) })
}
