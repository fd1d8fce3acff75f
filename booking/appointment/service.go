package appointment

import (
	"socialdirect/account"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
)

// Service reads appointments, and checks how much each person may still book.
type Service struct {
	db       *postgres.DB
	vault    *vault.Vault
	accounts *account.Service
	bounds   Bounds
}

// New returns the service with the given bounds.
func New(db *postgres.DB, vault *vault.Vault, accounts *account.Service, bounds Bounds) *Service {
	return &Service{db: db, vault: vault, accounts: accounts, bounds: bounds}
}

// At returns the same service on a database with another clock.
func (s *Service) At(db *postgres.DB) *Service {
	moved := *s
	moved.db = db
	return &moved
}
