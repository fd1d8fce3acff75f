// Package outbox sends mails and SMS to accounts. An act queues each as a job in its own
// transaction. Links and codes are created when the job runs, so that the queue contains
// none.
//
// The queue does not reveal whether an address has an account (R5), and nobody can use the
// platform to flood a mailbox or a phone (R47).
package outbox

import (
	"socialdirect/account/limit"
	"socialdirect/account/people"
	"socialdirect/account/smscode"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
)

// Parts are what New needs.
type Parts struct {
	DB     *postgres.DB
	Queue  *jobs.Queue
	Limits *limit.Service
	People *people.Service
	Codes  *smscode.Service
}

// Service queues mails and SMS, and prepares them for the workers.
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
