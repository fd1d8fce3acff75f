// Package guest contains the invitations of third persons to calls (R24): an interpreter, or a
// relative.
//
// Either person of an appointment by video invites somebody through a link, which works once:
// opening it makes the browser that opened it the guest's, and the link nobody's. An invitation
// lets nobody into the call: the guest waits until the beneficiary has consented and the worker
// has admitted them, and is removed when either takes it back. This package knows who is
// invited; who is in the call, package signaling does.
package guest

import (
	"context"
	"time"

	"socialdirect/account/limit"
	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Kind says what a guest is there for.
type Kind string

// The kinds of guest.
const (
	Interpreter Kind = "interpreter"
	Relative    Kind = "relative"
)

// Kinds are all kinds, in the order of a form.
func Kinds() []Kind { return []Kind{Interpreter, Relative} }

// Label is the kind in French, with a capital letter.
func (k Kind) Label() string {
	if k == Interpreter {
		return "Interprète"
	}
	return "Proche"
}

const (
	// Lifetime is how long a link can be opened. One that is made ahead can be opened until the
	// call has gone on for as long.
	Lifetime = time.Hour
	// MaxGuests is the number of guests of one call at a time: with four people, each sends their
	// picture three times.
	MaxGuests = 2
	// maxInvitations is the number of links of one appointment, ended ones included.
	maxInvitations = 20
)

// Invitation is one link, and then one guest.
type Invitation struct {
	ID            uuid.UUID
	AppointmentID uuid.UUID
	Place         int // 1 to MaxGuests: an open invitation has a place of the call to itself
	Name          string
	Kind          Kind
	By            uuid.UUID // who invited; zero for the switchboard
	OpensAt       time.Time // from when the link can be opened,
	ExpiresAt     time.Time // and until when
	Opened        bool      // the link was opened: a browser is the guest's
	Consented     bool      // the beneficiary lets the worker admit the guest
	Admitted      bool      // the worker has admitted the guest
}

// Appointments reads an appointment as one of its people; appointment.Service implements it.
type Appointments interface {
	Appointment(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (appointment.Appointment, error)
}

// Interpreters returns the appointment of an interpreter whom the switchboard has found;
// interpreter.Service implements it.
type Interpreters interface {
	Ready(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, id uuid.UUID) (appointment.Appointment, error)
}

// Service makes, mails and opens invitations.
type Service struct{ Parts }

// Parts are what the service works with.
type Parts struct {
	DB           *postgres.DB
	Vault        *vault.Vault
	Queue        *jobs.Queue
	Limits       *limit.Service
	Appointments Appointments
	Interpreters Interpreters
}

// New returns the service.
func New(p Parts) *Service { return &Service{p} }

var (
	errNotNow = fault.New(fault.Conflict, "On n’invite quelqu’un que dans un appel vidéo à venir ou en cours.")
	errFull   = fault.New(fault.Conflict, "Deux personnes sont déjà invitées. Retirez d’abord une invitation.")
	errMany   = fault.New(fault.Conflict, "Trop d’invitations ont été faites pour ce rendez-vous. Appelez le standard.")
	// ErrEnded is a link that nobody may open any more, or the browser of a guest who is no
	// longer invited.
	ErrEnded    = fault.New(fault.Gone, "Ce lien ne fonctionne plus\u00a0: il a déjà servi, il a plus d’une heure, ou il a été retiré. Demandez-en un autre à la personne qui vous a invité.")
	errEarly    = fault.New(fault.Conflict, "L’appel n’est pas encore ouvert. Gardez ce lien, et ouvrez-le à l’heure dite.")
	errNotFound = fault.New(fault.NotFound, "Cette invitation n’existe pas.")
)

// closesAt is when a call closes, and every invitation to it ends.
func closesAt(a appointment.Appointment) time.Time { return a.EndsAt.Add(appointment.Doors) }

// expiry returns until when a link can be opened that is made now.
func expiry(a appointment.Appointment, now time.Time) time.Time {
	latest := now.Add(Lifetime)
	if ahead := a.StartsAt.Add(Lifetime); latest.Before(ahead) {
		latest = ahead
	}
	if closes := closesAt(a); closes.Before(latest) {
		return closes
	}
	return latest
}

// ahead returns from when and until when a link of the switchboard can be opened: from the
// opening of the call to the end of the hour.
func ahead(a appointment.Appointment) (from, until time.Time) {
	return a.StartsAt.Add(-appointment.Doors), a.EndsAt
}

// invitable reports whether somebody can be invited to the appointment's call.
func invitable(a appointment.Appointment, now time.Time) bool {
	return a.Mode == slot.Video && a.Status.Agreed() && now.Before(closesAt(a))
}

// about is the context to which a guest's name is bound.
func about(id uuid.UUID) string { return "call-guest " + id.String() }
