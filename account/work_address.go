package account

import (
	"context"

	"socialdirect/company"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// ErrWorkAddress tells somebody, once and before anything is sent, that the address
// which they give is one of their client's own (R47). It is advice: given again with
// the word that they know, the address is taken.
var ErrWorkAddress = fault.New(fault.Invalid, "Cette adresse est celle de l’organisme qui vous offre ce service\u00a0: il peut voir qui vous écrit. Une adresse personnelle est plus sûre. Vous préférez garder celle-ci\u00a0? Validez une seconde fois.")

// advise fails with ErrWorkAddress for an address of the client's own.
func (s *Service) advise(ctx context.Context, client uuid.UUID, email string) error {
	own, err := s.companies.OwnAddress(ctx, client, email)
	if err == nil && own {
		return ErrWorkAddress
	}
	return err
}

// adviseMember does so for somebody who has an account; staff write where they work.
func (s *Service) adviseMember(ctx context.Context, v *viewer.Viewer, email string) error {
	if v.Role != viewer.Beneficiary {
		return nil
	}
	client, err := readClientOf(ctx, s.db.Pool, v.ID)
	if err != nil {
		return ignoreNotFound(err)
	}
	return s.advise(ctx, client, email)
}

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
