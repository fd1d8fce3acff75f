package search

import (
	"socialdirect/account"
	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/viewlimit"
	"socialdirect/booking/worker"
	"socialdirect/internal/postgres"
	"socialdirect/web"
)

// Service finds workers and their first available slots.
type Service struct {
	db           *postgres.DB
	accounts     *account.Service
	appointments *appointment.Service
	workers      *worker.Service
	agendas      *agenda.Service
}

// New returns the service.
func New(db *postgres.DB, accounts *account.Service, appointments *appointment.Service, workers *worker.Service, agendas *agenda.Service) *Service {
	return &Service{db: db, accounts: accounts, appointments: appointments, workers: workers, agendas: agendas}
}

// At returns the service on a database with another clock.
func (s *Service) At(db *postgres.DB) *Service {
	return New(db, s.accounts, s.appointments.At(db), s.workers.At(db), s.agendas.At(db))
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
	return &HTTP{searches: searches, appointments: searches.appointments, workers: searches.workers, views: views, render: render}
}
