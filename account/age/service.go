// Package age is proofs of age that the administration asks beneficiaries for (R1): for a
// reason that the person reads, within a number of days, until the age is verified or the
// account is closed.
package age

import (
	"socialdirect/account/decision"
	"socialdirect/account/outbox"
	"socialdirect/account/people"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/web"
)

// Parts are what a service works with: its constructor's options.
type Parts struct {
	DB        *postgres.DB
	Vault     *vault.Vault
	Outbox    *outbox.Service
	People    *people.Service
	Decisions *decision.Service
}

// Service asks for proofs of age.
type Service struct {
	db        *postgres.DB
	vault     *vault.Vault
	outbox    *outbox.Service
	people    *people.Service
	decisions *decision.Service
}

// New returns the service.
func New(p Parts) *Service {
	return &Service{db: p.DB, vault: p.Vault, outbox: p.Outbox, people: p.People, decisions: p.Decisions}
}

// HTTP is the pages where an administrator asks for a proof of age and settles it.
type HTTP struct {
	ages   *Service
	render *web.Renderer
}

// NewHTTP returns the pages.
func NewHTTP(ages *Service, render *web.Renderer) *HTTP { return &HTTP{ages: ages, render: render} }
