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
	"context"
	"strings"
	"time"

	"socialdirect/account/passwords"

	"socialdirect/account/limit"
	"socialdirect/company"
	"socialdirect/internal/fault"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/internal/viewer"
	"socialdirect/legal"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"
)

// How long things last.
const (
	ValidationLifetime = 48 * time.Hour     // of a link that proves an address
	InvitationLifetime = 7 * 24 * time.Hour // of a link that sets a password
	SessionLifetime    = 12 * time.Hour     // of a session, at most
	SessionIdle        = 3 * time.Hour      // of a session in which nothing happens
	SharedLifetime     = 2 * time.Hour      // of a session on a device that others use too
	SharedIdle         = 20 * time.Minute   // of such a session in which nothing happens
	ResetLifetime      = time.Hour          // of a link that sets another password
	EmailLifetime      = 24 * time.Hour     // of a link that replaces the address
	DeviceLifetime     = 365 * 24 * time.Hour
)

// Person is what others may need to know of an account.
type Person struct {
	ID        uuid.UUID
	Role      viewer.Role
	Email     string // empty for somebody who has no address
	FirstName string
	LastName  string
	Mobile    string // E.164, empty when unknown
	Zone      *time.Location
	Active    bool // neither suspended nor closed (R7)

	MobileProved bool // the number answered a code: SMS may go to it (R47)
}

// Name is the person's name as pages write it; of somebody who was erased it says
// that.
func (p Person) Name() string {
	name := strings.TrimSpace(p.FirstName + " " + p.LastName)
	if name == "" {
		name, _, _ = strings.Cut(p.Email, "@")
	}
	if name == "" && p.Mobile == "" {
		return "Compte supprimé"
	}
	return name
}

// Digits are the last two of the mobile number, by which somebody knows their own.
func (p Person) Digits() string { return p.Mobile[max(0, len(p.Mobile)-2):] }

// words are the person's own, which make a password guessable.
func (p Person) words() []string { return []string{p.Email, p.FirstName, p.LastName} }

// The faults of this package.
var (
	errGone = fault.New(fault.Gone, "Ce lien a déjà servi, a expiré, ou n’est pas complet. Demandez-en un autre.")
)

// Service is the acts on accounts.
type Service struct {
	Limits *limit.Service

	db        *postgres.DB
	queue     *jobs.Queue
	vault     *vault.Vault
	companies *company.Service
	legal     *legal.Service
	Passwords *passwords.Hasher
	passkeys  *webauthn.WebAuthn
	nobody    uuid.UUID // makes the ids of accounts that do not exist
	texting   bool      // an SMS gateway is set
}

// New returns the acts on the given parts.
func New(db *postgres.DB, queue *jobs.Queue, vault *vault.Vault, companies *company.Service, legal *legal.Service) (*Service, error) {
	hasher, err := passwords.NewHasher()
	if err != nil {
		return nil, err
	}
	passkeys, err := newRelyingParty("http://localhost")
	if err != nil {
		return nil, err
	}
	return &Service{
		Limits: limit.New(db, vault),
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
	moved.db, moved.Limits = db, s.Limits.At(db)
	return &moved
}

// Person returns an account by its id; NotFound when there is none.
func (s *Service) Person(ctx context.Context, id uuid.UUID) (Person, error) {
	return readPerson(ctx, s.db.Pool, id)
}

// ByEmail returns an account by its address; NotFound when there is none. It is
// for the platform itself: no page tells whether an address is known (R5).
func (s *Service) ByEmail(ctx context.Context, email string) (Person, error) {
	return readPersonByEmail(ctx, s.db.Pool, email)
}

// idOfNobody is an id for an address without an account: the same for the same
// address, and another for each, so that what is done for it weighs as much as
// for one that has an account (R5).
func (s *Service) idOfNobody(email string) uuid.UUID {
	return uuid.NewSHA1(s.nobody, []byte(strings.ToLower(email)))
}
