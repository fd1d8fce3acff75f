// Package age manages proofs of age, which the administration requests from beneficiaries
// (R1): for a reason that the person reads, with a deadline. A request ends when the age is
// verified or the account is closed.
package age

import (
	"socialdirect/account/decision"
	"socialdirect/account/outbox"
	"socialdirect/account/people"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/web"
)

// Parts are what New needs.
type Parts struct {
	DB        *postgres.DB
	Vault     *vault.Vault
	Outbox    *outbox.Service
	People    *people.Service
	Decisions *decision.Service
}

// Service requests and settles proofs of age.
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

// HTTP serves the page where an administrator requests a proof of age and settles it.
type HTTP struct {
	ages   *Service
	render *web.Renderer
}

// NewHTTP returns the pages.
func NewHTTP(ages *Service, render *web.Renderer) *HTTP { return &HTTP{ages: ages, render: render} }
