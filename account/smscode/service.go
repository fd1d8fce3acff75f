// Package smscode is codes of six figures that are sent to a mobile number by SMS and given
// back once: to sign in without an address (R4), or to prove the number (R47).
//
// A code is made as it is sent and sealed with the person's key. It stands for ten minutes
// and five tries, and another code gives no more tries.
package smscode

import (
	"socialdirect/account/limit"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
)

// Service makes and checks codes.
type Service struct {
	db     *postgres.DB
	vault  *vault.Vault
	limits *limit.Service
}

// New returns the service.
func New(db *postgres.DB, vault *vault.Vault, limits *limit.Service) *Service {
	return &Service{db: db, vault: vault, limits: limits}
}

// At returns the same on a database whose clock stands elsewhere.
func (s *Service) At(db *postgres.DB) *Service { return New(db, s.vault, s.limits.At(db)) }
