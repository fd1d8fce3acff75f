package worker

import (
	"socialdirect/account"
	"socialdirect/booking/appointment"
	"socialdirect/booking/viewlimit"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/notification"
	"socialdirect/web"
)

// Service keeps the profile sheets of social workers.
type Service struct {
	db            *postgres.DB
	notifications *notification.Service
	base          string // the platform's public address
	accounts      *account.Service

	views     *viewlimit.Service
	portraits portraitLock
}

// New returns the service and registers its notifications. links contains the public address
// of the platform.
func New(db *postgres.DB, notifications *notification.Service, accounts *account.Service, links appointment.Links) *Service {
	s := &Service{db: db, notifications: notifications, accounts: accounts, base: links.Base, views: viewlimit.New(db), portraits: newPortraitLock()}
	notifications.Register(s.kinds()...)
	return s
}

// At returns the same service on a database with another clock.
func (s *Service) At(db *postgres.DB) *Service {
	moved := *s
	moved.db, moved.views = db, viewlimit.New(db)
	return &moved
}

// Rounds returns the periodic jobs.
func (s *Service) Rounds() []jobs.Round {
	return []jobs.Round{{Name: "credential_ends", Every: endsEvery, Do: s.AnnounceEnds}}
}

// HTTP is the pages of sheets, places, portraits and credentials.
type HTTP struct {
	workers *Service
	render  *web.Renderer
}

// NewHTTP returns the pages.
func NewHTTP(workers *Service, render *web.Renderer) *HTTP {
	return &HTTP{workers: workers, render: render}
}
