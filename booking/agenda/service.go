package agenda

import (
	"socialdirect/booking/appointment"
	"socialdirect/booking/worker"
	"socialdirect/internal/postgres"
	"socialdirect/web"
)

// Service reads and changes agendas.
type Service struct {
	db           *postgres.DB
	appointments *appointment.Service
	workers      *worker.Service
}

// New returns the service.
func New(db *postgres.DB, appointments *appointment.Service, workers *worker.Service) *Service {
	return &Service{db: db, appointments: appointments, workers: workers}
}

// At returns the service on a database with another clock.
func (s *Service) At(db *postgres.DB) *Service {
	return New(db, s.appointments.At(db), s.workers.At(db))
}

// HTTP serves the pages on which workers edit their agendas.
type HTTP struct {
	agendas      *Service
	appointments *appointment.Service
	workers      *worker.Service
	render       *web.Renderer
}

// NewHTTP returns the pages.
func NewHTTP(agendas *Service, render *web.Renderer) *HTTP {
	return &HTTP{agendas: agendas, appointments: agendas.appointments, workers: agendas.workers, render: render}
}
