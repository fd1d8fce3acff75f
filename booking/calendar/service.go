package calendar

import (
	"socialdirect/account"
	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/worker"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/web"
)

// Service reads workers' other calendars, and gives them theirs to subscribe to.
type Service struct {
	db       *postgres.DB
	queue    *jobs.Queue
	vault    *vault.Vault
	accounts *account.Service
	workers  *worker.Service
}

// New returns the service.
func New(db *postgres.DB, queue *jobs.Queue, vault *vault.Vault, accounts *account.Service, workers *worker.Service) *Service {
	return &Service{db: db, queue: queue, vault: vault, accounts: accounts, workers: workers}
}

// At returns the same on a database whose clock stands elsewhere.
func (s *Service) At(db *postgres.DB) *Service {
	moved := *s
	moved.db, moved.workers = db, s.workers.At(db)
	return &moved
}

// Rounds are what comes round by itself.
func (s *Service) Rounds() []jobs.Round {
	return []jobs.Round{{Name: "calendars_due", Every: lookForDue, Do: s.ReadDue}}
}

// HTTP is the pages of calendars.
type HTTP struct {
	calendars *Service
	agendas   *agenda.Service
	render    *web.Renderer
	links     appointment.Links
}

// NewHTTP returns the pages; links tells the platform's own address, for the feed.
func NewHTTP(calendars *Service, agendas *agenda.Service, render *web.Renderer, links appointment.Links) *HTTP {
	return &HTTP{calendars: calendars, agendas: agendas, render: render, links: links}
}
