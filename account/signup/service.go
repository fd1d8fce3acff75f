// Package signup opens accounts: for people with a client's code, by themselves or on the
// phone, and for invited staff (R1 to R6). It also stores refusals of sign-up, and asks
// everybody to accept new versions of the texts (R33).
package signup

import (
	"context"

	"socialdirect/account/limit"
	"socialdirect/account/lookup"
	"socialdirect/account/outbox"
	"socialdirect/account/passwords"
	"socialdirect/account/people"
	"socialdirect/account/session"
	"socialdirect/company"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/legal"
	"socialdirect/web"
)

// Service opens accounts.
type Service struct {
	db        *postgres.DB
	vault     *vault.Vault
	companies *company.Service
	legal     *legal.Service
	Limits    *limit.Service
	Lookups   *lookup.Service
	Outbox    *outbox.Service
	Passwords *passwords.Hasher
	People    *people.Service
}

// Parts are what New needs.
type Parts struct {
	DB        *postgres.DB
	Vault     *vault.Vault
	Companies *company.Service
	Legal     *legal.Service
	Limits    *limit.Service
	Lookups   *lookup.Service
	Outbox    *outbox.Service
	Passwords *passwords.Hasher
	People    *people.Service
}

// New returns the service.
func New(p Parts) *Service {
	return &Service{
		db: p.DB, vault: p.Vault, companies: p.Companies, legal: p.Legal,
		Limits: p.Limits, Lookups: p.Lookups, Outbox: p.Outbox, Passwords: p.Passwords, People: p.People,
	}
}

// At returns the service on db, which may have another clock.
func (s *Service) At(db *postgres.DB) *Service {
	moved := *s
	moved.db = db
	moved.Limits, moved.Lookups, moved.Outbox, moved.People = s.Limits.At(db), s.Lookups.At(db), s.Outbox.At(db), s.People.At(db)
	return &moved
}

// PageParts are what NewHTTP needs.
type PageParts struct {
	SignUps  *Service
	Sessions *session.HTTP
	Render   *web.Renderer
	Tasks    func(context.Context) (Tasks, error) // what waits for the switchboard; nil for nothing
}

// HTTP serves the pages of signing up and of the switchboard.
type HTTP struct {
	signUps  *Service
	sessions *session.HTTP
	render   *web.Renderer
	tasks    func(context.Context) (Tasks, error)
}

// NewHTTP returns the pages.
func NewHTTP(p PageParts) *HTTP {
	return &HTTP{signUps: p.SignUps, sessions: p.Sessions, render: p.Render, tasks: p.Tasks}
}
