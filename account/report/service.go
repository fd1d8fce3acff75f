// Package report manages reports: a social worker reports disrespect or a dispute to the
// administration, which reads the report and marks it as handled (R7).
package report

import (
	"socialdirect/account/people"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/web"
)

// Service saves and lists reports.
type Service struct {
	db     *postgres.DB
	vault  *vault.Vault
	People *people.Service
}

// New returns the service.
func New(db *postgres.DB, vault *vault.Vault, people *people.Service) *Service {
	return &Service{db: db, vault: vault, People: people}
}

// At returns the service on db, which may have another clock.
func (s *Service) At(db *postgres.DB) *Service { return New(db, s.vault, s.People.At(db)) }

// HTTP serves the page of reports.
type HTTP struct {
	reports *Service
	render  *web.Renderer
}

// NewHTTP returns the pages.
func NewHTTP(reports *Service, render *web.Renderer) *HTTP {
	return &HTTP{reports: reports, render: render}
}
