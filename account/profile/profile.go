package profile

import (
	"context"

	"socialdirect/account/people"
	"socialdirect/account/smscode"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
)

// Update saves the viewer's own profile. A new mobile number is not proved.
func (s *Service) Update(ctx context.Context, v *viewer.Viewer, p people.Profile) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		before, err := lockMobile(ctx, tx, v.ID)
		if err != nil {
			return err
		}
		if before.Number != p.Mobile { // a code sent to the old number must not prove the new one
			if err := smscode.DropProof(ctx, tx, v.ID); err != nil {
				return err
			}
		}
		return people.UpdateProfile(ctx, tx, v.ID, p)
	})
}
