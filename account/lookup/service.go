// Package lookup lets the switchboard and the administration find people, and likely
// doubles among them (R5). No search lists all accounts (R45), the people shown are
// journaled (R39), and one switchboard agent sees a limited number of people in a day
// (R47).
package lookup

import (
	"socialdirect/account/limit"
	"socialdirect/account/outbox"
	"socialdirect/internal/postgres"
	"socialdirect/web"
)

// Service finds people.
type Service struct {
	db     *postgres.DB
	limits *limit.Service
	outbox *outbox.Service
}

// New returns the service.
func New(db *postgres.DB, limits *limit.Service, outbox *outbox.Service) *Service {
	return &Service{db: db, limits: limits, outbox: outbox}
}

// At returns the service on db, which may have another clock.
func (s *Service) At(db *postgres.DB) *Service {
	return New(db, s.limits.At(db), s.outbox.At(db))
}

// HTTP serves the pages of the administration's search and of likely doubles.
type HTTP struct {
	lookups *Service
	render  *web.Renderer
}

// NewHTTP returns the pages.
func NewHTTP(lookups *Service, render *web.Renderer) *HTTP {
	return &HTTP{lookups: lookups, render: render}
}
