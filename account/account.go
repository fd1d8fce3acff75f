// Package account is people: how they sign up, prove their address, sign in and
// out, and what their profile says.
//
// The rules it keeps:
//
//   - A beneficiary's account begins with a connection code, an adult's word and
//     the acceptance of the texts in force (R1); its password is neither short
//     nor guessable (R2).
//   - An address is proved by a link that only a button consumes, once, within
//     its time (R3).
//   - No answer tells whether an address is known (R5): the same words, the same
//     status, a hash computed either way, and mail goes out through the queue.
//   - What an attack on an account slows down is not its owner: a device from
//     which they have signed in before has a counter of its own (R2).
//   - A new password ends every session but the one that chose it, and a new
//     address replaces the old one only once it is proved (R6).
//   - Staff give a second factor before anything else works, and a one-time code,
//     a recovery code or a passkey's answer works once (R8). Only an administrator
//     takes a second factor away, for a reason that is kept.
//   - Secrets are kept as hashes, or sealed with the person's key.
package account

import (
	"time"

	"socialdirect/account/limit"
	"socialdirect/account/outbox"
	"socialdirect/account/passwords"
	"socialdirect/account/people"
	"socialdirect/account/smscode"
	"socialdirect/company"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/legal"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"
)

// How long things last.
const (
	SessionLifetime = 12 * time.Hour   // of a session, at most
	SessionIdle     = 3 * time.Hour    // of a session in which nothing happens
	SharedLifetime  = 2 * time.Hour    // of a session on a device that others use too
	SharedIdle      = 20 * time.Minute // of such a session in which nothing happens

	DeviceLifetime = 365 * 24 * time.Hour
)

// Service is the acts on accounts.
type Service struct {
	Limits *limit.Service
	People *people.Service
	Codes  *smscode.Service
	Outbox *outbox.Service

	db        *postgres.DB
	queue     *jobs.Queue
	vault     *vault.Vault
	companies *company.Service
	legal     *legal.Service
	Passwords *passwords.Hasher
	passkeys  *webauthn.WebAuthn
	nobody    uuid.UUID // makes the ids of accounts that do not exist
}

// New returns the acts on the given parts.
func New(db *postgres.DB, queue *jobs.Queue, vault *vault.Vault, companies *company.Service, legal *legal.Service) (*Service, error) {
	limits := limit.New(db, vault)
	persons, codes := people.New(db, vault, companies, limits), smscode.New(db, vault, limits)
	hasher, err := passwords.NewHasher()
	if err != nil {
		return nil, err
	}
	passkeys, err := newRelyingParty("http://localhost")
	if err != nil {
		return nil, err
	}
	return &Service{
		Limits: limits, People: persons, Codes: codes,
		Outbox: outbox.New(outbox.Options{DB: db, Queue: queue, Limits: limits, People: persons, Codes: codes}),
		db:     db, queue: queue, vault: vault, companies: companies, legal: legal,
		Passwords: hasher, passkeys: passkeys, nobody: uuid.New(),
	}, nil
}

// ServedAt returns the same acts for a platform that people reach at base: a
// passkey belongs to one site.
func (s *Service) ServedAt(base string) (*Service, error) {
	passkeys, err := newRelyingParty(base)
	if err != nil {
		return nil, err
	}
	served := *s
	served.passkeys = passkeys
	return &served, nil
}

// At returns the same acts on a database whose clock stands elsewhere.
func (s *Service) At(db *postgres.DB) *Service {
	moved := *s
	moved.db = db
	moved.Limits, moved.People, moved.Codes = s.Limits.At(db), s.People.At(db), s.Codes.At(db)
	moved.Outbox = s.Outbox.At(db)
	return &moved
}
