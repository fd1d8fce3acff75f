// Package people is who has an account: their names, addresses, roles and states, the
// links that they are sent, and whom an address belongs to.
//
//   - An address is proved by a link that works once, within its time (R3). Until then
//     whoever signed up with it waits beside whoever else did, and the first whose link is
//     used becomes the account (R5).
//   - A connection code serves, and a figure moves, only once somebody was reached (R10).
//
// It is the one package that writes to the table of accounts.
package people

import (
	"socialdirect/account/limit"
	"socialdirect/company"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"

	"github.com/google/uuid"
)

// Service keeps people.
type Service struct {
	Parts
	nobody uuid.UUID // makes the ids of accounts that do not exist
}

// Parts are what the service works with.
type Parts struct {
	DB        *postgres.DB
	Vault     *vault.Vault
	Companies *company.Service
	Limits    *limit.Service
	SMS       bool // an SMS gateway is set
}

// New returns the service.
func New(p Parts) *Service { return &Service{p, uuid.New()} }

// At returns the service on db, which may have another clock.
func (s *Service) At(db *postgres.DB) *Service {
	moved := *s
	moved.DB, moved.Limits = db, s.Limits.At(db)
	return &moved
}
