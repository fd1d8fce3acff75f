package bulkcancel

import (
	"socialdirect/account"
	"socialdirect/booking"
	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/worker"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/web"
)

// Service cancels appointments in bulk.
type Service struct{ Parts }

// Parts are what the service works with.
type Parts struct {
	DB           *postgres.DB
	Vault        *vault.Vault
	Accounts     *account.Service
	Appointments *appointment.Service
	Bookings     *booking.Service
}

// New returns the service.
func New(p Parts) *Service { return &Service{p} }

// HTTP serves the pages of bulk cancel.
type HTTP struct {
	bulkCancels *Service
	agendas     *agenda.Service
	workers     *worker.Service
	render      *web.Renderer
}

// NewHTTP returns the pages.
func NewHTTP(bulkCancels *Service, agendas *agenda.Service, workers *worker.Service, render *web.Renderer) *HTTP {
	return &HTTP{bulkCancels: bulkCancels, agendas: agendas, workers: workers, render: render}
}
