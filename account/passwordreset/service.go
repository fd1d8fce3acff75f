// Package passwordreset sets another password for somebody who forgot theirs, by a link
// that is sent to them.
//
//   - No answer tells whether an address is known (R5), and nobody is flooded with mails (R47).
//   - A link works once, within its time; it opens no session and ends all there are (R2, R8).
package passwordreset

import (
	"socialdirect/account/limit"
	"socialdirect/account/outbox"
	"socialdirect/account/passwords"
	"socialdirect/account/people"
	"socialdirect/account/session"
	"socialdirect/internal/postgres"
	"socialdirect/web"
)

// Parts are what a service works with: its constructor's options.
type Parts struct {
	DB        *postgres.DB
	Limits    *limit.Service
	Outbox    *outbox.Service
	Passwords *passwords.Hasher
	People    *people.Service
	Sessions  *session.Service
}

// Service sends the links and takes the new passwords.
type Service struct {
	db        *postgres.DB
	limits    *limit.Service
	outbox    *outbox.Service
	passwords *passwords.Hasher
	people    *people.Service
	sessions  *session.Service
}

// New returns the service.
func New(p Parts) *Service {
	return &Service{db: p.DB, limits: p.Limits, outbox: p.Outbox, passwords: p.Passwords, people: p.People, sessions: p.Sessions}
}

// HTTP is the pages of a forgotten password.
type HTTP struct {
	resets   *Service
	sessions *session.HTTP
	render   *web.Renderer
}

// NewHTTP returns the pages.
func NewHTTP(resets *Service, sessions *session.HTTP, render *web.Renderer) *HTTP {
	return &HTTP{resets: resets, sessions: sessions, render: render}
}
