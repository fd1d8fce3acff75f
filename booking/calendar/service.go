package calendar

import (
	"socialdirect/account"
	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/worker"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/internal/viewer"
	"socialdirect/notification"
	"socialdirect/web"
)

// Service synchronises workers' external calendars, and serves their feeds.
type Service struct {
	db            *postgres.DB
	queue         *jobs.Queue
	notifications *notification.Service
	vault         *vault.Vault
	accounts      *account.Service
	workers       *worker.Service
}

// Parts are what a Service works with.
type Parts struct {
	DB            *postgres.DB
	Queue         *jobs.Queue
	Notifications *notification.Service
	Vault         *vault.Vault
	Accounts      *account.Service
	Workers       *worker.Service
}

// New returns the service, and registers its notification.
func New(p Parts) *Service {
	s := &Service{db: p.DB, queue: p.Queue, notifications: p.Notifications, vault: p.Vault, accounts: p.Accounts, workers: p.Workers}
	p.Notifications.Register(notification.Kind{Name: failing, Priority: jobs.Aside, Fill: s.fill, Topic: &topic})
	return s
}

// topic lets workers stop these notifications.
var topic = notification.Topic{Name: "calendars", Label: "vos agendas qui ne sont plus lus", Roles: []viewer.Role{viewer.SocialWorker}}

// At returns the service on a database with another clock.
func (s *Service) At(db *postgres.DB) *Service {
	moved := *s
	moved.db, moved.workers = db, s.workers.At(db)
	return &moved
}

// Rounds returns the periodic jobs.
func (s *Service) Rounds() []jobs.Round {
	return []jobs.Round{{Name: "calendars_due", Every: dueInterval, Do: s.ReadDue}}
}

// HTTP serves the pages of calendars.
type HTTP struct {
	calendars *Service
	agendas   *agenda.Service
	render    *web.Renderer
	links     appointment.Links
}

// NewHTTP returns the pages; links makes the address of the feed.
func NewHTTP(calendars *Service, agendas *agenda.Service, render *web.Renderer, links appointment.Links) *HTTP {
	return &HTTP{calendars: calendars, agendas: agendas, render: render, links: links}
}
