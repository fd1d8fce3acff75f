// Package account manages people's accounts: how they sign up, prove their address,
// sign in and out, and change their profile. Each of these is a package below this one.
//
// The rules it keeps:
//
//   - Opening a beneficiary's account requires a connection code, a declaration of
//     being an adult and the acceptance of the texts in force (R1). Its password is
//     neither short nor guessable (R2).
//   - An address is proved by a link. Only a button consumes it, once, before it
//     expires (R3).
//   - No answer reveals whether an address has an account (R5): the words and the
//     status are the same, a hash is computed either way, and mail is sent by a job.
//   - An attack on an account does not slow down its owner: a device from which they
//     have signed in before has its own throttle (R2).
//   - A new password ends every session but the one that chose it, and a new
//     address replaces the old one only once it is proved (R6).
//   - Staff must give a second factor before anything else works. A one-time code,
//     a recovery code and a passkey's response each work once (R8). Only an
//     administrator resets a second factor, for a reason that is kept.
//   - Secrets are stored as hashes, or sealed with the person's key.
package account

import (
	"socialdirect/account/age"
	"socialdirect/account/decision"
	"socialdirect/account/event"
	"socialdirect/account/factor"
	"socialdirect/account/interrupted"
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

// Service performs the acts on accounts.
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
	Interrupted    *interrupted.Service

	db        *postgres.DB
	queue     *jobs.Queue
	vault     *vault.Vault
	companies *company.Service
	legal     *legal.Service
	Passwords *passwords.Hasher
}

// Parts are what New needs.
type Parts struct {
	DB        *postgres.DB
	Queue     *jobs.Queue
	Vault     *vault.Vault
	Companies *company.Service
	Legal     *legal.Service
	Base      string          // the platform's public URL; empty on a developer's machine
	SMS       bool            // an SMS gateway is set
	Leaks     passwords.Leaks // asks whether a password is known from a leak; nil for nobody
}

// New returns the service of accounts.
func New(p Parts) (*Service, error) {
	db, vault := p.DB, p.Vault
	limits := limit.New(db, vault)
	persons := people.New(people.Parts{DB: db, Vault: vault, Companies: p.Companies, Limits: limits, SMS: p.SMS})
	codes := smscode.New(db, vault, limits)
	hasher, err := passwords.NewHasher(p.Leaks)
	if err != nil {
		return nil, err
	}
	mails := outbox.New(outbox.Parts{DB: db, Queue: p.Queue, Limits: limits, People: persons, Codes: codes})
	watch := event.New(db)
	sessions := session.New(session.Parts{DB: db, Passwords: hasher, Limits: limits, People: persons, Codes: codes, Outbox: mails, Watch: watch})
	factors, err := factor.New(factor.Parts{DB: db, Vault: vault, Limits: limits, Outbox: mails, Sessions: sessions, Watch: watch, Base: p.Base})
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
		Interrupted:    interrupted.New(db, vault),
		db:             db, queue: p.Queue, vault: vault, companies: p.Companies, legal: p.Legal,
		Passwords: hasher,
	}, nil
}
