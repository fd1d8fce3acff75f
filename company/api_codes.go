package company

import (
	"context"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
)

// ErrCodePast says that a code would never work.
var ErrCodePast = fault.New(fault.Invalid, "Ce jour est passé. Choisissez un jour à venir.")

// OwnCodes lists the codes of the viewer's own client.
func (s *Service) OwnCodes(ctx context.Context, v *viewer.Viewer) ([]Code, error) {
	if err := ownManager(v); err != nil {
		return nil, err
	}
	return readOwnCodes(ctx, s.db.Pool, v.ClientID)
}

// IssueOwnCode makes a code of the viewer's own client.
func (s *Service) IssueOwnCode(ctx context.Context, v *viewer.Viewer, expires time.Time) (Code, error) {
	if err := ownManager(v); err != nil {
		return Code{}, err
	}
	code := Code{Code: newCode(), ClientID: v.ClientID, ExpiresAt: expires}
	return code, s.db.InTx(ctx, func(tx postgres.Tx) error {
		if !expires.After(tx.Now) {
			return ErrCodePast
		}
		return insertCode(ctx, tx, code)
	})
}
