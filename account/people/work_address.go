package people

import (
	"context"

	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// ErrWorkAddress warns a person, before anything is sent, that the address they entered is at
// their client's own domain (R47). It is advice: with a confirmation, the address is accepted.
var ErrWorkAddress = fault.New(fault.Invalid, "Cette adresse est celle de l’organisme qui vous offre ce service\u00a0: il peut voir qui vous écrit. Une adresse personnelle est plus sûre. Vous préférez garder celle-ci\u00a0? Validez une seconde fois.")

// Advise fails with ErrWorkAddress for an address at one of the client's domains.
func (s *Service) Advise(ctx context.Context, client uuid.UUID, email string) error {
	own, err := s.Companies.OwnAddress(ctx, client, email)
	if err == nil && own {
		return ErrWorkAddress
	}
	return err
}

// AdviseMember is Advise for somebody with an account. Staff may use their work address.
func (s *Service) AdviseMember(ctx context.Context, v *viewer.Viewer, email string) error {
	if v.Role != viewer.Beneficiary {
		return nil
	}
	client, err := readClientOf(ctx, s.DB.Pool, v.ID)
	if err != nil {
		return IgnoreNotFound(err)
	}
	return s.Advise(ctx, client, email)
}
