// Package appointment is one hour of two people: its states, its table, who may see it,
// what is written for it, and how many a person may have.
//
// The database refuses two appointments of one worker, or of one person, that overlap,
// whatever the code does (R13). What a person writes is sealed with that person's key.
package appointment

import (
	"time"

	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// PenaltyFreeBefore is how long before the start cancelling is penalty-free, in elapsed
// time (R18).
const PenaltyFreeBefore = 24 * time.Hour

// Status is the status of an appointment.
type Status string

// The statuses of an appointment.
const (
	Confirmed         Status = "confirmed"
	Requested         Status = "requested" // occupies its slot until it is answered or expires (R19)
	Declined          Status = "declined"
	Expired           Status = "expired"
	Cancelled         Status = "cancelled"
	CancelledLate     Status = "cancelled_late"
	CancelledByWorker Status = "cancelled_by_worker"
	Attended          Status = "held"
	NoShow            Status = "no_show"
)

// Label is the status on pages.
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
	case Attended:
		return "A eu lieu"
	case NoShow:
		return "N’a pas eu lieu"
	}
	return ""
}

// Occupies reports whether an appointment with this status occupies its slot. The exclusion
// constraints and the agenda use the same statuses.
func (s Status) Occupies() bool { return s == Requested || s.Agreed() }

// Agreed reports whether both people agreed to the appointment, whatever its outcome.
func (s Status) Agreed() bool { return s == Confirmed || s == Attended || s == NoShow }

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
	AnswerBy         time.Time      // the deadline of a request; zero if it never was one
	Sequence         int            // grows with every change, for calendars (RFC 5545, 3.8.7.4)
	ChangedAt        time.Time      // UTC
	Zone             *time.Location // the worker's
	ShownNumber      string         // what people see when the worker calls, in E.164; empty: no number
	Voicemail        bool           // the worker may leave a voice message if the person does not answer
	Tries            []time.Time    // when the worker called and nobody answered, in order; UTC

	CallUntil time.Time // when its call closes; zero unless Calls has read it
}

// Doors is how long before the start of an appointment its call opens, and how long after the
// end it closes at the latest.
const Doors = 15 * time.Minute

// At returns the appointment as it counts at now: an unanswered request expires at its
// deadline, even before ReleaseOverdue marks it.
func (a Appointment) At(now time.Time) Appointment {
	if a.Status == Requested && now.After(a.AnswerBy) {
		a.Status = Expired
	}
	return a
}

// Asks reports whether it is a request that is not answered yet.
func (a Appointment) Asks() bool { return a.Status == Requested }

// PenaltyFreeUntil is the last instant at which cancelling is penalty-free.
func (a Appointment) PenaltyFreeUntil() time.Time { return a.StartsAt.Add(-PenaltyFreeBefore) }

// PenaltyFree reports whether cancelling or moving at now is penalty-free: up to and
// including the limit, and always for a request.
func (a Appointment) PenaltyFree(now time.Time) bool {
	return a.Status == Requested || !now.After(a.PenaltyFreeUntil())
}

// Cancellable reports whether the appointment can still be cancelled at now.
func (a Appointment) Cancellable(now time.Time) bool {
	return (a.Status == Confirmed || a.Status == Requested) && now.Before(a.StartsAt)
}

// conversations is the namespace of conversation identifiers (RFC 9562, 5.5). It must
// never change.
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

var (
	ErrNotFound = fault.New(fault.NotFound, "Ce rendez-vous n’existe pas, ou n’est pas le vôtre.")
)

// ByPhone reports whether it is a call by phone that is not over, to a viewer who is not
// its worker.
func (a Appointment) ByPhone(v *viewer.Viewer, now time.Time) bool {
	return a.Mode == slot.Phone && a.Talkable(now) && v.ID != a.SocialWorkerID
}

// Talkable reports whether the appointment takes place and is not over.
func (a Appointment) Talkable(now time.Time) bool {
	return a.Cancellable(now) || a.Status == Confirmed && !a.Over(now)
}

// MovesTo reports whether the appointment can be moved to slots of that worker at now,
// penalty-free.
func (a Appointment) MovesTo(worker uuid.UUID, now time.Time) bool {
	return a.SocialWorkerID == worker && a.At(now).Cancellable(now) && a.PenaltyFree(now)
}
