// Package decision carries out an administrator's decisions about an account (R7): to
// suspend it, close it, change its role, refuse another sign-up, and to undo that.
//
//   - Each decision has a reason, sealed with the person's key, is journaled, and the person
//     is notified by mail.
//   - Administrators cannot decide about their own account, so the last one always stays.
//   - A decision that restricts the account ends all its sessions at once.
package decision

import (
	"context"

	"socialdirect/account/outbox"
	"socialdirect/account/people"
	"socialdirect/account/signup"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/web"

	"github.com/google/uuid"
)

// Parts are what New needs.
type Parts struct {
	DB      *postgres.DB
	Vault   *vault.Vault
	Outbox  *outbox.Service
	People  *people.Service
	SignUps *signup.Service
}

// Service carries out and lists decisions.
type Service struct {
	db      *postgres.DB
	vault   *vault.Vault
	outbox  *outbox.Service
	people  *people.Service
	signUps *signup.Service
}

// New returns the service.
func New(p Parts) *Service {
	return &Service{db: p.DB, vault: p.Vault, outbox: p.Outbox, people: p.People, signUps: p.SignUps}
}

// Coming counts a person's appointments to come. Package booking, which imports this one,
// implements it.
type Coming func(context.Context, uuid.UUID) (int, error)

// HTTP serves the pages of decisions.
type HTTP struct {
	decisions *Service
	render    *web.Renderer
	coming    Coming
}

// NewHTTP returns the pages.
func NewHTTP(decisions *Service, render *web.Renderer, coming Coming) *HTTP {
	return &HTTP{decisions: decisions, render: render, coming: coming}
}
