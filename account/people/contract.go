package people

import (
	"context"

	"socialdirect/company"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Contract returns the contract of a beneficiary's client. It fails with NotFound for an
// account without a client.
func (s *Service) Contract(ctx context.Context, id uuid.UUID) (company.Contract, error) {
	client, err := readClientOf(ctx, s.DB.Pool, id)
	if err != nil {
		return company.Contract{}, err
	}
	return s.Companies.Contract(ctx, client)
}

// ContractOf is Contract for a caller that reads in its own transaction.
func (s *Service) ContractOf(ctx context.Context, q postgres.Querier, id uuid.UUID) (company.Contract, error) {
	client, err := readClientOf(ctx, q, id)
	if err != nil {
		return company.Contract{}, err
	}
	return company.ContractOf(ctx, q, client)
}
