// Package session manages signing in by password or by a code sent by SMS, sessions, known
// devices, and changing one's password.
//
//   - No answer reveals whether an address has an account (R5): the words and the status are
//     the same, and a hash is computed either way.
//   - An attack on an account does not slow down its owner: a device from which they have
//     signed in before has its own throttle (R2).
//   - A new password ends every session but the one that chose it (R6).
package session

import (
	"socialdirect/account/event"
	"socialdirect/account/limit"
	"socialdirect/account/outbox"
	"socialdirect/account/passwords"
	"socialdirect/account/people"
	"socialdirect/account/smscode"
	"socialdirect/internal/postgres"
	"socialdirect/web"
)

// Parts are what New needs.
type Parts struct {
	DB        *postgres.DB
	Passwords *passwords.Hasher
	Limits    *limit.Service
	People    *people.Service
	Codes     *smscode.Service
	Outbox    *outbox.Service
	Watch     *event.Watch
}

// Service opens, checks and ends sessions.
type Service struct {
	db        *postgres.DB
	passwords *passwords.Hasher
	limits    *limit.Service
	people    *people.Service
	codes     *smscode.Service
	outbox    *outbox.Service
	watch     *event.Watch
}

// New returns the service.
func New(p Parts) *Service {
	return &Service{db: p.DB, passwords: p.Passwords, limits: p.Limits, people: p.People, codes: p.Codes, outbox: p.Outbox, watch: p.Watch}
}

// At returns the service on db, which may have another clock.
func (s *Service) At(db *postgres.DB) *Service {
	return &Service{
		db: db, passwords: s.passwords,
		limits: s.limits.At(db), people: s.people.At(db), codes: s.codes.At(db), outbox: s.outbox.At(db), watch: s.watch.At(db),
	}
}

// HTTP serves the pages of signing in and of an account's security.
type HTTP struct {
	sessions *Service
	people   *people.Service
	render   *web.Renderer
	cookies  web.Cookies
}

// NewHTTP returns the pages. secure says whether the platform is reached over TLS.
func NewHTTP(sessions *Service, render *web.Renderer, secure bool) *HTTP {
	return &HTTP{sessions: sessions, people: sessions.people, render: render, cookies: web.Cookies{Secure: secure}}
}
