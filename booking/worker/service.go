package worker

import (
	"socialdirect/account"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/web"
)

// Service keeps what is known of social workers.
type Service struct {
	db       *postgres.DB
	queue    *jobs.Queue
	accounts *account.Service

	portraits studio
}

// New returns the service.
func New(db *postgres.DB, queue *jobs.Queue, accounts *account.Service) *Service {
	return &Service{db: db, queue: queue, accounts: accounts, portraits: newStudio()}
}

// At returns the same on a database whose clock stands elsewhere.
func (s *Service) At(db *postgres.DB) *Service {
	moved := *s
	moved.db = db
	return &moved
}

// Rounds are what comes round by itself.
func (s *Service) Rounds() []jobs.Round {
	return []jobs.Round{{Name: "credential_ends", Every: endsEvery, Do: s.AnnounceEnds}}
}

// HTTP is the pages of social workers: their sheets, places, credentials and reasons.
type HTTP struct {
	workers *Service
	render  *web.Renderer
}

// NewHTTP returns the pages.
func NewHTTP(workers *Service, render *web.Renderer) *HTTP {
	return &HTTP{workers: workers, render: render}
}
