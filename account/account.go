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
	"socialdirect/account/age"
	"socialdirect/account/decision"
	"socialdirect/account/factor"
	"socialdirect/account/limit"
	"socialdirect/account/lookup"
	"socialdirect/account/outbox"
	"socialdirect/account/passwordreset"
	"socialdirect/account/passwords"
	"socialdirect/account/people"
	"socialdirect/account/profile"
	"socialdirect/account/report"
	"socialdirect/account/session"
	"socialdirect/account/signup"
	"socialdirect/account/smscode"
	"socialdirect/company"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/legal"
)

// Service is the acts on accounts.
type Service struct {
	Limits         *limit.Service
	People         *people.Service
	Codes          *smscode.Service
	Outbox         *outbox.Service
	Sessions       *session.Service
	Factors        *factor.Service
	Lookups        *lookup.Service
	SignUps        *signup.Service
	Reports        *report.Service
	PasswordResets *passwordreset.Service
	Decisions      *decision.Service
	Ages           *age.Service
	Profiles       *profile.Service

	db        *postgres.DB
	queue     *jobs.Queue
	vault     *vault.Vault
	companies *company.Service
	legal     *legal.Service
	Passwords *passwords.Hasher
}

// Parts are what accounts work with.
type Parts struct {
	DB        *postgres.DB
	Queue     *jobs.Queue
	Vault     *vault.Vault
	Companies *company.Service
	Legal     *legal.Service
	Base      string // where people reach the platform; empty for this machine
	SMS       bool   // an SMS gateway is set
}

// New returns the acts on accounts.
func New(p Parts) (*Service, error) {
	db, vault := p.DB, p.Vault
	limits := limit.New(db, vault)
	persons := people.New(people.Parts{DB: db, Vault: vault, Companies: p.Companies, Limits: limits, SMS: p.SMS})
	codes := smscode.New(db, vault, limits)
	hasher, err := passwords.NewHasher()
	if err != nil {
		return nil, err
	}
	mails := outbox.New(outbox.Parts{DB: db, Queue: p.Queue, Limits: limits, People: persons, Codes: codes})
	sessions := session.New(session.Parts{DB: db, Passwords: hasher, Limits: limits, People: persons, Codes: codes, Outbox: mails})
	factors, err := factor.New(factor.Parts{DB: db, Vault: vault, Limits: limits, Outbox: mails, Sessions: sessions, Base: p.Base})
	if err != nil {
		return nil, err
	}
	lookups := lookup.New(db, limits, mails)
	signUps := signup.New(signup.Parts{
		DB: db, Vault: vault, Companies: p.Companies, Legal: p.Legal, Limits: limits, Lookups: lookups, Outbox: mails, Passwords: hasher, People: persons,
	})
	decisions := decision.New(decision.Parts{DB: db, Vault: vault, Outbox: mails, People: persons, SignUps: signUps})
	return &Service{
		Limits: limits, People: persons, Codes: codes,
		Outbox: mails, Sessions: sessions, Factors: factors, Lookups: lookups,
		SignUps:        signUps,
		PasswordResets: passwordreset.New(passwordreset.Parts{DB: db, Limits: limits, Outbox: mails, Passwords: hasher, People: persons, Sessions: sessions}),
		Decisions:      decisions,
		Ages:           age.New(age.Parts{DB: db, Vault: vault, Outbox: mails, People: persons, Decisions: decisions}),
		Profiles:       profile.New(profile.Parts{DB: db, Limits: limits, People: persons, Codes: codes, Outbox: mails}),
		Reports:        report.New(db, vault, persons),
		db:             db, queue: p.Queue, vault: vault, companies: p.Companies, legal: p.Legal,
		Passwords: hasher,
	}, nil
}
