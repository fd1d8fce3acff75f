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
type Service struct {
	db           *postgres.DB
	vault        *vault.Vault
	accounts     *account.Service
	appointments *appointment.Service
	bookings     *booking.Service
}

// New returns the service.
func New(db *postgres.DB, vault *vault.Vault, accounts *account.Service, appointments *appointment.Service, bookings *booking.Service) *Service {
	return &Service{db: db, vault: vault, accounts: accounts, appointments: appointments, bookings: bookings}
}

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
