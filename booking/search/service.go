package search

import (
	"socialdirect/account"
	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/viewlimit"
	"socialdirect/booking/worker"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/web"
)

// Service finds workers and their first available slots.
type Service struct{ Parts }

// Parts are what the service works with.
type Parts struct {
	DB           *postgres.DB
	Vault        *vault.Vault
	Accounts     *account.Service
	Appointments *appointment.Service
	Workers      *worker.Service
	Agendas      *agenda.Service
}

// New returns the service.
func New(p Parts) *Service { return &Service{p} }

// At returns the service on a database with another clock.
func (s *Service) At(db *postgres.DB) *Service {
	return New(Parts{DB: db, Vault: s.Vault, Accounts: s.Accounts, Appointments: s.Appointments.At(db), Workers: s.Workers.At(db), Agendas: s.Agendas.At(db)})
}

// HTTP serves the pages that find workers and slots.
type HTTP struct {
	searches     *Service
	appointments *appointment.Service
	workers      *worker.Service
	views        *viewlimit.Service
	render       *web.Renderer
}

// NewHTTP returns the pages.
func NewHTTP(searches *Service, views *viewlimit.Service, render *web.Renderer) *HTTP {
	return &HTTP{searches: searches, appointments: searches.Appointments, workers: searches.Workers, views: views, render: render}
}
