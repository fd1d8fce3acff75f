// Package privacy is what people may ask of their data, and what is done with it.
//
// The rules it keeps:
//
//   - Anybody may ask for the erasure of their account, on screen, on a public page
//     without one, or in writing, and a parent may report a child's data (R1, R7).
//     A request is due one calendar month after it was received.
//   - No answer tells whether somebody has an account: a public request is never
//     looked up before the data-protection officer does (R5). It becomes a request
//     once a link that was mailed to its address is used.
//   - Only the officer carries an erasure out, never with the click that asks for
//     it, and never on their own account. Everybody else's requests do not exist.
//   - An erasure is one transaction: every domain takes out its own part, what may
//     be kept is sealed in an archive that has its day (R35), and the person's key
//     is destroyed, so that nothing it sealed is ever read again (R36).
//   - Every step has its author and its instant. What was written in a request is
//     sealed with a key of the request's own.
package privacy

import (
	"time"

	"socialdirect/account"
	"socialdirect/booking"
	"socialdirect/booking/appointment"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/internal/zone"
	"socialdirect/messaging"
	"socialdirect/notification"

	"github.com/google/uuid"
)

// Kind is what is asked for.
type Kind string

// Erasure is the deletion of an account and of what is kept about its person.
const Erasure Kind = "erasure"

// Origin is where a request came from.
type Origin string

// The origins.
const (
	FromAccount Origin = "account" // the person, signed in
	FromPublic  Origin = "public"  // the public page, without an account
	FromParent  Origin = "parent"  // the public page, about a child
	FromWriting Origin = "writing" // any other way, entered by the officer
)

// Label says the origin as a person would.
func (o Origin) Label() string {
	switch o {
	case FromAccount:
		return "Depuis le compte"
	case FromPublic:
		return "Depuis la page publique"
	case FromParent:
		return "Par un parent, au sujet d’un enfant"
	case FromWriting:
		return "Reçue autrement"
	}
	return ""
}

// Channel is how a request that the officer entered arrived.
type Channel string

// The channels.
const (
	ByPost  Channel = "post"
	ByPhone Channel = "phone"
	ByMail  Channel = "mail"
)

// channels are all channels.
var channels = []Channel{ByPost, ByPhone, ByMail}

// Label says the channel as a person would.
func (c Channel) Label() string {
	switch c {
	case ByPost:
		return "Par courrier"
	case ByPhone:
		return "Par téléphone"
	case ByMail:
		return "Par e-mail"
	}
	return ""
}

// State is where a request stands.
type State string

// The states of a request.
const (
	Unconfirmed State = "unconfirmed" // its address is not proved yet: nobody's task
	Open        State = "open"
	Done        State = "done"
	Refused     State = "refused"
	Withdrawn   State = "withdrawn"
)

// Label says the state as a person would.
func (s State) Label() string {
	switch s {
	case Unconfirmed:
		return "À confirmer"
	case Open:
		return "En cours"
	case Done:
		return "Suppression faite"
	case Refused:
		return "Refusée"
	case Withdrawn:
		return "Retirée"
	}
	return ""
}

// Request is one request, without what was written in it.
type Request struct {
	ID          uuid.UUID
	Kind        Kind
	Origin      Origin
	Channel     Channel   // with FromWriting
	AccountID   uuid.UUID // zero until it is known whose it is
	State       State
	ReceivedAt  time.Time
	DueOn       time.Time  // the last day to answer
	ConfirmedAt *time.Time // the address was proved by its link
	ClosedAt    *time.Time
}

// Overdue reports whether the last day to answer an open request has passed.
func (r Request) Overdue(now time.Time) bool {
	return r.State == Open && day(now).After(r.DueOn)
}

// Matched reports whether it is known whose account the request is about.
func (r Request) Matched() bool { return r.AccountID != uuid.Nil }

// Details is what was written in a request.
type Details struct {
	Name   string // of whoever asks
	Child  string // of the child, with FromParent
	Email  string
	Mobile string
	Text   string
}

// Step is one thing that was done with a request.
type Step struct {
	At     time.Time
	Act    StepAct
	Author string // empty for the platform and for somebody without an account
	Text   string
}

// StepAct is what a step did.
type StepAct string

// The steps.
const (
	stepAsked     StepAct = "asked"
	stepConfirmed StepAct = "confirmed"
	stepEntered   StepAct = "entered"
	stepMatched   StepAct = "matched"
	stepNoted     StepAct = "noted"
	stepRefused   StepAct = "refused"
	stepWithdrawn StepAct = "withdrawn"
	stepErased    StepAct = "erased"
)

// Label says the step as a person would.
func (a StepAct) Label() string {
	switch a {
	case stepAsked:
		return "Demande reçue"
	case stepConfirmed:
		return "Adresse confirmée par le lien"
	case stepEntered:
		return "Demande enregistrée"
	case stepMatched:
		return "Rattachée à un compte"
	case stepNoted:
		return "Note"
	case stepRefused:
		return "Demande refusée"
	case stepWithdrawn:
		return "Demande retirée par la personne"
	case stepErased:
		return "Suppression faite"
	}
	return ""
}

// Bounds of what is written.
const (
	maxText   = 2000
	MaxReason = 1000
)

// How long things last.
const (
	LinkLifetime = 7 * 24 * time.Hour // of a public request that nobody confirms, too
	archiveYears = 5                  // of the identity, after the account's closure (R35)
)

// legalZone is the zone in which days of a legal term are counted.
var legalZone = zone.Paris()

// day is the day of an instant in the zone of legal terms, as a date.
func day(t time.Time) time.Time {
	t = t.In(legalZone)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// dueOn is the last day to answer what was received at an instant: the same day of
// the next month, or the last one of a month that has no such day.
func dueOn(received time.Time) time.Time { return monthsLater(day(received), 1) }

func monthsLater(d time.Time, months int) time.Time {
	later := d.AddDate(0, months, 0)
	if later.Day() != d.Day() {
		later = later.AddDate(0, 0, -later.Day())
	}
	return later
}

// The faults of this package.
var (
	errNotFound  = fault.New(fault.NotFound, "Cette demande n’existe pas, ou n’est pas la vôtre.")
	errGone      = fault.New(fault.Gone, "Ce lien a déjà servi, a expiré, ou n’est pas complet. Faites une nouvelle demande.")
	errAlready   = fault.New(fault.Conflict, "Vous avez déjà demandé la suppression de votre compte. Cette demande est en cours.")
	errClosed    = fault.New(fault.Conflict, "Cette demande est close\u00a0: il n’y a plus rien à y faire.")
	errUnmatched = fault.New(fault.Conflict, "Rattachez d’abord la demande à un compte.")
	errOther     = fault.New(fault.Conflict, "Cette demande vient d’être rattachée à un autre compte\u00a0: rien n’a été supprimé. Relisez-la d’abord.")
	errText      = fault.New(fault.Invalid, "Écrivez de quoi il s’agit.")
	errWhose     = fault.New(fault.Invalid, "Dites qui demande, et comment lui répondre.")
	errReceived  = fault.New(fault.Invalid, "La date de réception est celle d’aujourd’hui, ou d’un jour de l’année passée.")
)

// Service is the acts on rights.
type Service struct {
	db            *postgres.DB
	notifications *notification.Service
	vault         *vault.Vault
	accounts      *account.Service
	bookings      *booking.Service
	appointments  *appointment.Service
	messages      *messaging.Service
}

// Parts are what the acts work with.
type Parts struct {
	DB            *postgres.DB
	Notifications *notification.Service
	Vault         *vault.Vault
	Accounts      *account.Service
	Appointments  *appointment.Service
	Bookings      *booking.Service
	Messages      *messaging.Service
}

// New returns the acts on the given parts, and registers their notifications.
func New(p Parts) *Service {
	s := &Service{
		db: p.DB, notifications: p.Notifications, vault: p.Vault, accounts: p.Accounts,
		appointments: p.Appointments, bookings: p.Bookings, messages: p.Messages,
	}
	p.Notifications.Register(s.kinds()...)
	return s
}
