// Package factor manages second factors: one-time codes of an authenticator application,
// passkeys, recovery codes, and the reset by an administrator when all of them are lost.
//
//   - Staff must give a second factor before anything else works. A one-time code, a recovery
//     code and a passkey's response each work once (R8).
//   - A password alone never allows setting up a second factor when the account has one, nor
//     after a reset. Only an administrator resets a second factor, for a reason that is kept.
package factor

import (
	"cmp"

	"socialdirect/account/event"
	"socialdirect/account/limit"
	"socialdirect/account/outbox"
	"socialdirect/account/session"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/web"

	"github.com/go-webauthn/webauthn/webauthn"
)

// Parts are what New needs.
type Parts struct {
	DB       *postgres.DB
	Vault    *vault.Vault
	Limits   *limit.Service
	Outbox   *outbox.Service
	Sessions *session.Service
	Watch    *event.Watch
	Base     string // the platform's public URL, to which passkeys are bound; empty on a developer's machine
}

// Service sets up, checks and resets second factors.
type Service struct {
	db       *postgres.DB
	vault    *vault.Vault
	limits   *limit.Service
	outbox   *outbox.Service
	sessions *session.Service
	watch    *event.Watch
	passkeys *webauthn.WebAuthn
}

// New returns the service.
func New(p Parts) (*Service, error) {
	passkeys, err := newRelyingParty(cmp.Or(p.Base, "http://localhost"))
	if err != nil {
		return nil, err
	}
	return &Service{db: p.DB, vault: p.Vault, limits: p.Limits, outbox: p.Outbox, sessions: p.Sessions, watch: p.Watch, passkeys: passkeys}, nil
}

// At returns the service on db, which may have another clock.
func (s *Service) At(db *postgres.DB) *Service {
	moved := *s
	moved.db, moved.limits, moved.outbox, moved.sessions, moved.watch = db, s.limits.At(db), s.outbox.At(db), s.sessions.At(db), s.watch.At(db)
	return &moved
}

// HTTP serves the pages of second factors.
type HTTP struct {
	factors  *Service
	sessions *session.HTTP
	render   *web.Renderer
}

// NewHTTP returns the pages.
func NewHTTP(factors *Service, sessions *session.HTTP, render *web.Renderer) *HTTP {
	return &HTTP{factors: factors, sessions: sessions, render: render}
}
