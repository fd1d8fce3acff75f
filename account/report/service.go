// Package report is disrespect or a dispute that a social worker tells the administration
// about (R7): who reads it, and that it was handled.
package report

import (
	"socialdirect/account/people"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/web"
)

// Service keeps the reports.
type Service struct {
	db     *postgres.DB
	vault  *vault.Vault
	People *people.Service
}

// New returns the service.
func New(db *postgres.DB, vault *vault.Vault, people *people.Service) *Service {
	return &Service{db: db, vault: vault, People: people}
}

// At returns the same on a database whose clock stands elsewhere.
func (s *Service) At(db *postgres.DB) *Service { return New(db, s.vault, s.People.At(db)) }

// HTTP is the page of reports.
type HTTP struct {
	reports *Service
	render  *web.Renderer
}

// NewHTTP returns the pages.
func NewHTTP(reports *Service, render *web.Renderer) *HTTP {
	return &HTTP{reports: reports, render: render}
}
