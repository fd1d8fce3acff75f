// Package people stores accounts: names, addresses, roles and states, the links that people
// are sent, and which account an address belongs to.
//
//   - An address is proved by a link that works once, before it expires (R3). Until then
//     several pending registrations may have the same address. The first whose link is used
//     becomes the account (R5).
//   - A connection code's use and a figure count only once the address is proved (R10).
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

// Service stores people.
type Service struct {
	Parts
	nobody uuid.UUID // namespace of the IDs of addresses without an account
}

// Parts are what New needs.
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
