// Package outbox is what an account is sent, by mail and by SMS: each in the
// transaction of the act that it follows, as a job that names whom and what. Links and codes
// are made as the job is worked, so that none waits in the queue.
//
// Nobody can tell from what is queued whether somebody has an account (R5), and nobody is
// flooded through us (R47).
package outbox

import (
	"socialdirect/account/limit"
	"socialdirect/account/people"
	"socialdirect/account/smscode"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
)

// Parts are what it works with.
type Parts struct {
	DB     *postgres.DB
	Queue  *jobs.Queue
	Limits *limit.Service
	People *people.Service
	Codes  *smscode.Service
}

// Service queues mails and SMS, and makes them.
type Service struct {
	db     *postgres.DB
	queue  *jobs.Queue
	limits *limit.Service
	people *people.Service
	codes  *smscode.Service
}

// New returns the service.
func New(p Parts) *Service {
	return &Service{db: p.DB, queue: p.Queue, limits: p.Limits, people: p.People, codes: p.Codes}
}

// At returns the service on db, which may have another clock.
func (s *Service) At(db *postgres.DB) *Service {
	return &Service{db: db, queue: s.queue, limits: s.limits.At(db), people: s.people.At(db), codes: s.codes.At(db)}
}
