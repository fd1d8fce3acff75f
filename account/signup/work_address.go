package signup

import (
	"context"

	"socialdirect/company"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
)

// WorkAddress reports, to an operator, whether an address is one of the client's own
// that gave a code; a code that opens nothing has none.
func (s *Service) WorkAddress(ctx context.Context, v *viewer.Viewer, code, email string) (bool, error) {
	if err := viewer.Require(v, viewer.Switchboard); err != nil || email == "" {
		return false, err
	}
	redeemed, err := s.redeem(ctx, code)
	if fault.Is(err, fault.Invalid) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return s.companies.OwnAddress(ctx, redeemed.ClientID, email)
}

// redeem looks at a code and uses nothing up.
func (s *Service) redeem(ctx context.Context, typed string) (code company.Redeemed, err error) {
	err = s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		code, err = s.companies.Redeem(ctx, tx, typed)
		return err
	})
	return code, err
}
