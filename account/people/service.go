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
	db        *postgres.DB
	vault     *vault.Vault
	companies *company.Service
	limits    *limit.Service
	nobody    uuid.UUID // makes the ids of accounts that do not exist
	texting   bool      // an SMS gateway is set
}

// New returns the service.
func New(db *postgres.DB, vault *vault.Vault, companies *company.Service, limits *limit.Service) *Service {
	return &Service{db: db, vault: vault, companies: companies, limits: limits, nobody: uuid.New()}
}

// At returns the same on a database whose clock stands elsewhere.
func (s *Service) At(db *postgres.DB) *Service {
	moved := *s
	moved.db, moved.limits = db, s.limits.At(db)
	return &moved
}
