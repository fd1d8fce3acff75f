// Package booking turns a social worker's openings into one-hour slots and a
// slot into an appointment.
//
// The rules it keeps:
//
//   - A slot lasts one elapsed hour, lies inside an opening and outside every
//     absence. Openings are wall-clock times in the worker's own zone, so that
//     09:00 stays 09:00 when the clocks change (R14).
//   - Two people never get the same hour, and one person never has two
//     appointments that overlap. The database refuses it by exclusion
//     constraints, whatever the code does (R13).
//   - Cancelling and moving are free until 24 elapsed hours before the start, that
//     instant included; later they are possible and marked (R18). While the mark
//     stands, what the person books with that worker is a request (R19).
//   - Every act that changes hours locks the worker, then the person, then the
//     appointment, and releases overdue requests before it looks at what is free.
//   - What a person writes when booking is sealed with that person's key.
//
// Promised faults: Conflict when somebody else took the hour a moment ago,
// Invalid for an hour that was never free, NotFound for what is not the
// viewer's own.
package booking

import (
	"time"

	"socialdirect/account"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"

	"github.com/google/uuid"
)

// FreeCancellation is how long before the start cancelling stays free, in
// elapsed time (R18).
const FreeCancellation = 24 * time.Hour

// Status is where an appointment stands.
type Status string

// The states of an appointment.
const (
	Confirmed         Status = "confirmed"
	Requested         Status = "requested" // holds its hour until it is answered, or overdue (R19)
	Declined          Status = "declined"
	Expired           Status = "expired"
	Cancelled         Status = "cancelled"
	CancelledLate     Status = "cancelled_late"
	CancelledByWorker Status = "cancelled_by_worker"
	Held              Status = "held"
	NoShow            Status = "no_show"
)

// Label says the state as a person would.
func (s Status) Label() string {
	switch s {
	case Confirmed:
		return "Confirmé"
	case Requested:
		return "En attente de réponse"
	case Declined:
		return "Décliné"
	case Expired:
		return "Resté sans réponse"
	case Cancelled:
		return "Annulé"
	case CancelledLate:
		return "Annulé tardivement"
	case CancelledByWorker:
		return "Annulé par l’assistante sociale"
	case Held:
		return "A eu lieu"
	case NoShow:
		return "N’a pas eu lieu"
	}
	return ""
}

// Occupies reports whether an appointment in this state has its hour to itself: the
// exclusion constraints and everything that is busy count these states.
func (s Status) Occupies() bool { return s == Requested || s.Agreed() }

// Agreed reports whether both people meant to meet, whatever came of it: it can be
// marked held, or not, while they still talk.
func (s Status) Agreed() bool { return s == Confirmed || s == Held || s == NoShow }

// Appointment is one hour of two people.
type Appointment struct {
	ID               uuid.UUID
	SocialWorkerID   uuid.UUID
	SocialWorkerName string
	BeneficiaryID    uuid.UUID
	BeneficiaryName  string
	StartsAt         time.Time // UTC
	EndsAt           time.Time // UTC
	Mode             slot.Mode
	Reason           string // a slug
	ReasonLabel      string
	Place            string // where, in person; empty otherwise
	Status           Status
	AnswerBy         time.Time      // until when a request holds its hour; zero for what never was one
	Sequence         int            // grows with every change, for calendars (RFC 5545, 3.8.7.4)
	ChangedAt        time.Time      // UTC
	Zone             *time.Location // the worker's
}

// at is the appointment as it counts at now: a request whose answer is overdue has
// expired, even before anything released it.
func (a Appointment) at(now time.Time) Appointment {
	if a.Status == Requested && now.After(a.AnswerBy) {
		a.Status = Expired
	}
	return a
}

// Asks reports whether it is a request that still waits for its answer.
func (a Appointment) Asks() bool { return a.Status == Requested }

// FreeUntil is the last instant at which cancelling is free.
func (a Appointment) FreeUntil() time.Time { return a.StartsAt.Add(-FreeCancellation) }

// Free reports whether cancelling or moving at now is free: the boundary is, and so
// is what nobody has agreed to yet.
func (a Appointment) Free(now time.Time) bool {
	return a.Status == Requested || !now.After(a.FreeUntil())
}

// Cancellable reports whether the appointment can still be cancelled at now.
func (a Appointment) Cancellable(now time.Time) bool {
	return (a.Status == Confirmed || a.Status == Requested) && now.Before(a.StartsAt)
}

// conversations makes the identifier of two people's conversation out of their
// two (RFC 9562, 5.5). It must never change.
var conversations = uuid.MustParse("8d0c4c5e-5c0b-4f0e-9f43-6b8a3b1f7a52")

// ConversationID is the conversation of a beneficiary and a social worker, which
// is there from their first appointment on.
func ConversationID(beneficiary, worker uuid.UUID) uuid.UUID {
	return uuid.NewSHA1(conversations, append(beneficiary[:], worker[:]...))
}

// ConversationID is the conversation of the appointment's two people.
func (a Appointment) ConversationID() uuid.UUID {
	return ConversationID(a.BeneficiaryID, a.SocialWorkerID)
}

// Relation is a beneficiary and a worker who have, or had, an appointment.
type Relation struct {
	BeneficiaryID    uuid.UUID
	BeneficiaryName  string
	SocialWorkerID   uuid.UUID
	SocialWorkerName string
	Latest           time.Time // the start of their latest appointment
}

// The faults of this package.
var (
	errNotFound   = fault.New(fault.NotFound, "Ce rendez-vous n’existe pas, ou n’est pas le vôtre.")
	errNotOffered = fault.New(fault.NotFound, "Cette personne ne propose pas de rendez-vous ici.")
	errTaken      = fault.New(fault.Conflict, "Quelqu’un vient de prendre cette heure. Voici ce qui est encore libre.")
	errClosed     = fault.New(fault.Conflict, "Cette heure n’est plus libre. Voici celles qui le sont encore.")
	errNotFree    = fault.New(fault.Invalid, "Cette heure n’est pas proposée. Choisissez-en une parmi les heures libres.")
	errOverlap    = fault.New(fault.Invalid, "Vous avez déjà un rendez-vous à ce moment-là. Choisissez une autre heure.")
	errBusy       = fault.New(fault.Invalid, "Cette personne ne peut pas à ce moment-là. Choisissez une autre heure.")
	errTooLate    = fault.New(fault.Conflict, "Ce rendez-vous a déjà commencé, ou n’est plus prévu : il ne peut plus être annulé.")
)

// Service is the acts of booking.
type Service struct {
	db       *postgres.DB
	queue    *jobs.Queue
	vault    *vault.Vault
	accounts *account.Service
	bounds   Bounds

	portraits studio
	documents Documents // nil for none
}

// New returns the acts on the given parts, under the default bounds.
func New(db *postgres.DB, queue *jobs.Queue, vault *vault.Vault, accounts *account.Service) *Service {
	return &Service{db: db, queue: queue, vault: vault, accounts: accounts, bounds: DefaultBounds, portraits: newStudio()}
}

// At returns the same acts on a database whose clock stands elsewhere.
func (s *Service) At(db *postgres.DB) *Service {
	moved := *s
	moved.db = db
	return &moved
}
