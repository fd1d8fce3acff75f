// Package privacy handles people's requests about their data.
//
// The rules it keeps:
//
//   - Anybody may request the erasure of their account: signed in, on a public page,
//     or in writing. A parent may report a child's data (R1, R7).
//     A request is due one calendar month after it was received.
//   - No answer reveals whether somebody has an account: nothing looks up the account
//     of a public request before the data-protection officer does (R5). A public
//     request counts once the link that was mailed to its address is used.
//   - Only the officer carries out an erasure, after a confirmation, and never of
//     their own account. For other people, a request that is not theirs does not exist.
//   - An erasure is one transaction: every domain erases its part, what may be kept
//     is sealed in an archive with a date of destruction (R35), and the person's key
//     is destroyed, so that nothing sealed with it can be read again (R36).
//   - Every step has an author and a time. The text of a request is sealed with the
//     request's own key.
package privacy

import (
	"time"

	"socialdirect/account"
	"socialdirect/booking"
	"socialdirect/booking/appointment"
	"socialdirect/callback"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/internal/zone"
	"socialdirect/messaging"
	"socialdirect/notification"

	"github.com/google/uuid"
)

// Kind is what is requested.
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

// Label returns the French words for the origin.
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

// Channel is how a request reached the officer who entered it.
type Channel string

// The channels.
const (
	ByPost  Channel = "post"
	ByPhone Channel = "phone"
	ByMail  Channel = "mail"
)

// channels lists all channels.
var channels = []Channel{ByPost, ByPhone, ByMail}

// Label returns the French words for the channel.
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

// State is the state of a request.
type State string

// The states of a request.
const (
	Unconfirmed State = "unconfirmed" // the address is not proved yet: the officer does not see it
	Open        State = "open"
	Done        State = "done"
	Refused     State = "refused"
	Withdrawn   State = "withdrawn"
)

// Label returns the French words for the state.
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

// Request is one request without its text.
type Request struct {
	ID          uuid.UUID
	Kind        Kind
	Origin      Origin
	Channel     Channel   // for FromWriting
	AccountID   uuid.UUID // zero until it is matched to an account
	State       State
	ReceivedAt  time.Time
	DueOn       time.Time  // the last day to answer
	ConfirmedAt *time.Time // when the link proved the address
	ClosedAt    *time.Time
}

// Overdue reports whether the last day to answer an open request has passed.
func (r Request) Overdue(now time.Time) bool {
	return r.State == Open && day(now).After(r.DueOn)
}

// Matched reports whether the request is matched to an account.
func (r Request) Matched() bool { return r.AccountID != uuid.Nil }

// Details is the text of a request.
type Details struct {
	Name   string // of the person who makes the request
	Child  string // of the child, for FromParent
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

// Label returns the French words for the step.
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

// Limits of the texts, in characters.
const (
	maxText   = 2000
	MaxReason = 1000
)

// How long links and archives are kept.
const (
	LinkLifetime = 7 * 24 * time.Hour // also of an unconfirmed public request
	archiveYears = 5                  // of the identity, after the account's closure (R35)
)

// legalZone is the time zone in which the days of a legal term are counted.
var legalZone = zone.Paris()

// day returns the date of an instant in the time zone of legal terms.
func day(t time.Time) time.Time {
	t = t.In(legalZone)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// dueOn returns the last day to answer a request received at an instant: the same day of the
// next month, or the last day of a shorter month.
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

// Service handles requests.
type Service struct {
	db            *postgres.DB
	notifications *notification.Service
	vault         *vault.Vault
	accounts      *account.Service
	bookings      *booking.Service
	appointments  *appointment.Service
	messages      *messaging.Service
	callbacks     *callback.Service
}

// Parts are what New needs.
type Parts struct {
	DB            *postgres.DB
	Notifications *notification.Service
	Vault         *vault.Vault
	Accounts      *account.Service
	Appointments  *appointment.Service
	Bookings      *booking.Service
	Messages      *messaging.Service
	Callbacks     *callback.Service
}

// New returns the service, and registers its notifications.
func New(p Parts) *Service {
	s := &Service{
		db: p.DB, notifications: p.Notifications, vault: p.Vault, accounts: p.Accounts,
		appointments: p.Appointments, bookings: p.Bookings, messages: p.Messages, callbacks: p.Callbacks,
	}
	p.Notifications.Register(s.kinds()...)
	return s
}
