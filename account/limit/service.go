// Package limit limits how often something may be tried or done. A throttle slows down
// guessing (R2). A quota limits what costs money, or could be used to collect data or to
// flood a mailbox (R47).
//
// The table identifies what is counted by a keyed digest, so it contains no addresses.
package limit

import (
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
)

// Service counts tries and uses.
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
