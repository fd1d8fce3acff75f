// Package passwordreset sets another password for somebody who forgot theirs, by a link sent
// by mail.
//
//   - No answer reveals whether an address has an account (R5), and mails are limited (R47).
//   - A link works once, before it expires. It opens no session and ends all others (R2, R8).
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

// Parts are what New needs.
type Parts struct {
	DB        *postgres.DB
	Limits    *limit.Service
	Outbox    *outbox.Service
	Passwords *passwords.Hasher
	People    *people.Service
	Sessions  *session.Service
}

// Service sends the links and sets the new passwords.
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

// HTTP serves the pages of a forgotten password.
type HTTP struct {
	resets   *Service
	sessions *session.HTTP
	render   *web.Renderer
}

// NewHTTP returns the pages.
func NewHTTP(resets *Service, sessions *session.HTTP, render *web.Renderer) *HTTP {
	return &HTTP{resets: resets, sessions: sessions, render: render}
}
