// Package factor is what comes after the password: one-time codes of an application,
// passkeys, recovery codes, and what is done when all of them are lost.
//
//   - Staff give a second factor before anything else works, and a one-time code, a recovery
//     code or a passkey's answer works once (R8).
//   - A password alone never sets up a second factor beside one that is there, nor after a
//     reset. Only an administrator takes a second factor away, for a reason that is kept.
package factor

import (
	"cmp"

	"socialdirect/account/limit"
	"socialdirect/account/outbox"
	"socialdirect/account/session"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/web"

	"github.com/go-webauthn/webauthn/webauthn"
)

// Parts are what a service works with: its constructor's options.
type Parts struct {
	DB       *postgres.DB
	Vault    *vault.Vault
	Limits   *limit.Service
	Outbox   *outbox.Service
	Sessions *session.Service
	Base     string // where people reach the platform, to which a passkey belongs; empty for this machine
}

// Service keeps second factors.
type Service struct {
	db       *postgres.DB
	vault    *vault.Vault
	limits   *limit.Service
	outbox   *outbox.Service
	sessions *session.Service
	passkeys *webauthn.WebAuthn
}

// New returns the service.
func New(p Parts) (*Service, error) {
	passkeys, err := newRelyingParty(cmp.Or(p.Base, "http://localhost"))
	if err != nil {
		return nil, err
	}
	return &Service{db: p.DB, vault: p.Vault, limits: p.Limits, outbox: p.Outbox, sessions: p.Sessions, passkeys: passkeys}, nil
}

// At returns the same on a database whose clock stands elsewhere.
func (s *Service) At(db *postgres.DB) *Service {
	moved := *s
	moved.db, moved.limits, moved.outbox, moved.sessions = db, s.limits.At(db), s.outbox.At(db), s.sessions.At(db)
	return &moved
}

// HTTP is the pages of second factors.
type HTTP struct {
	factors  *Service
	sessions *session.HTTP
	render   *web.Renderer
	secure   bool
}

// NewHTTP returns the pages; secure says that the platform is served over TLS.
func NewHTTP(factors *Service, sessions *session.HTTP, render *web.Renderer, secure bool) *HTTP {
	return &HTTP{factors: factors, sessions: sessions, render: render, secure: secure}
}
