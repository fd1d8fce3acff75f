// Package smscode makes and checks one-time codes of six digits that are sent by SMS: to
// sign in without an e-mail address (R4), or to prove a mobile number (R47).
//
// A code is created when it is sent, and sealed with the person's key. It works for ten
// minutes and five tries. Requesting another code gives no more tries.
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

// At returns the service on db, which may have another clock.
func (s *Service) At(db *postgres.DB) *Service { return New(db, s.vault, s.limits.At(db)) }
