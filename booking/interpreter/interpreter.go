// Package interpreter is the search for an interpreter whom a person has asked for (R12): a task
// of the switchboard.
//
// A search belongs to an appointment, and begins when a language is asked for. The switchboard
// sees who the worker is, when and how they meet, and the language; never whose appointment it
// is, nor any other need. Both people see how far the search is, and are notified when that
// changes. Another hour or another language begins it again.
package interpreter

import (
	"context"
	"time"

	"socialdirect/account"
	"socialdirect/booking/appointment"
	"socialdirect/booking/notify"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// State is how far a search is.
type State string

// The states of a search.
const (
	ToFind State = "to_find"
	Found  State = "found"
	None   State = "none"
)

// States are all states, in the order of the switchboard's buttons.
func States() []State { return []State{Found, None, ToFind} }

// Label is the state on the switchboard's page.
func (s State) Label() string {
	switch s {
	case Found:
		return "Trouvé"
	case None:
		return "Aucun"
	}
	return "À trouver"
}

// Task is a search as the switchboard sees it.
type Task struct {
	AppointmentID    uuid.UUID
	SocialWorkerName string
	StartsAt         time.Time
	Mode             slot.Mode
	Asks             bool   // the worker has not accepted the appointment yet
	Language         string // as the person has written it
	State            State
}

// Invitable reports whether a link into the call can be made for the interpreter.
func (t Task) Invitable() bool { return t.State == Found && t.Mode == slot.Video && !t.Asks }

var (
	errNoTask   = fault.New(fault.NotFound, "Aucun interprète n’est demandé pour ce rendez-vous, ou plus personne ne l’attend.")
	errOver     = fault.New(fault.Conflict, "Ce rendez-vous est passé, ou n’est plus prévu\u00a0: il n’y a plus rien à chercher.")
	errNotFound = fault.New(fault.Conflict, "Dites d’abord que l’interprète est trouvé, puis faites le lien.")
)

// Parts are what the service works with.
type Parts struct {
	DB           *postgres.DB
	Accounts     *account.Service
	Appointments *appointment.Service
	Notify       *notify.Service

	// Revoke ends the links into the call that the switchboard made for this appointment.
	Revoke func(ctx context.Context, tx postgres.Tx, appointment uuid.UUID) error
}

// Service keeps the searches.
type Service struct{ Parts }

// New returns the service.
func New(p Parts) *Service { return &Service{p} }

// keptAfter is how long a search is kept after its appointment.
const keptAfter = 24 * time.Hour

// Rounds returns the periodic jobs.
func (s *Service) Rounds() []jobs.Round {
	return []jobs.Round{{Name: "interpreter_sweep", Every: time.Hour, Do: s.sweep}}
}

func (s *Service) sweep(ctx context.Context) error {
	return deleteOver(ctx, s.DB.Pool, s.DB.Now().Add(-keptAfter))
}
