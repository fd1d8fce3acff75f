// Package decision is what an administrator decides about an account (R7): to suspend it,
// close it, change its role, refuse another sign-up, and to undo that.
//
//   - Each decision has a reason, sealed with the person's key, is journaled, and the person
//     is notified by mail.
//   - Nobody decides about their own account, so that the last administrator stays.
//   - What takes something away ends every session of the account at once.
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

// Parts are what a service works with: its constructor's options.
type Parts struct {
	DB      *postgres.DB
	Vault   *vault.Vault
	Outbox  *outbox.Service
	People  *people.Service
	SignUps *signup.Service
}

// Service decides.
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

// Coming counts the appointments that somebody has before them, which a domain above knows.
type Coming func(context.Context, uuid.UUID) (int, error)

// HTTP is the pages of decisions.
type HTTP struct {
	decisions *Service
	render    *web.Renderer
	coming    Coming
}

// NewHTTP returns the pages.
func NewHTTP(decisions *Service, render *web.Renderer, coming Coming) *HTTP {
	return &HTTP{decisions: decisions, render: render, coming: coming}
}
