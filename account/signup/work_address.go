package signup

import (
	"context"

	"socialdirect/company"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
)

// WorkAddress reports whether an e-mail address is at the domain of the client that issued
// a code; false for a code that opens nothing. The viewer must be a switchboard agent.
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

// redeem checks a code without counting a use.
func (s *Service) redeem(ctx context.Context, typed string) (code company.Redeemed, err error) {
	err = s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		code, err = s.companies.Redeem(ctx, tx, typed)
		return err
	})
	return code, err
}
