// Package signup opens accounts: for people with a client's code, alone or on the phone,
// and for staff who are invited (R1 to R6). It also keeps whom an administrator refused,
// and what everybody has to accept before they go on (R33).
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

// Service is the acts of signing up.
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

// Parts are what a Service works with.
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

// New returns the acts on the given parts.
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

// PageParts are what the pages work with.
type PageParts struct {
	SignUps  *Service
	Sessions *session.HTTP
	Render   *web.Renderer
	Recalls  func(context.Context) (int, error) // how many people the switchboard has to call; nil for none
}

// HTTP is the pages of signing up, and the switchboard's.
type HTTP struct {
	signUps  *Service
	sessions *session.HTTP
	render   *web.Renderer
	recalls  func(context.Context) (int, error)
}

// NewHTTP returns the pages.
func NewHTTP(p PageParts) *HTTP {
	return &HTTP{signUps: p.SignUps, sessions: p.Sessions, render: p.Render, recalls: p.Recalls}
}
