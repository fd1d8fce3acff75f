// Package limit counts what people try and what they cause, and says when it is enough:
// a throttle slows down whoever guesses (R2), a quota bounds what costs money or could
// harvest or flood (R47).
//
// What is counted is named by a digest alone: the table tells nobody's address.
package limit

import (
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
)

// Service counts.
type Service struct {
	db    *postgres.DB
	vault *vault.Vault
}

// New returns the service.
func New(db *postgres.DB, vault *vault.Vault) *Service {
	return &Service{db: db, vault: vault}
}

// At returns the service on db, which may have another clock.
func (s *Service) At(db *postgres.DB) *Service { return New(db, s.vault) }
