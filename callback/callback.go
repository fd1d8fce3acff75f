// Package callback keeps the requests of people who ask the switchboard to call them (R49):
// a number, a first name and a time of the day. They need no account and no code, and nothing
// is asked about their need.
//
// The answer is the same whoever asks. Where an SMS gateway is set, a request counts once its
// number is proved by a code. There is one request for each number; what one place and
// everybody together can ask is bounded. Requests are sealed, and gone once the call was made,
// or after seven days.
package callback

import (
	"time"

	"socialdirect/account/limit"
	"socialdirect/account/people"
	"socialdirect/internal/fault"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"

	"github.com/google/uuid"
)

// Window is the time of the day at which somebody wants to be called.
type Window string

// The windows.
const (
	Soon      Window = "soon"
	Morning   Window = "morning"
	Afternoon Window = "afternoon"
	Evening   Window = "evening"
)

// windows are all windows, in the order in which they are offered.
var windows = []Window{Soon, Morning, Afternoon, Evening}

// Label is the window on pages.
func (w Window) Label() string {
	switch w {
	case Soon:
		return "Dès que possible"
	case Morning:
		return "Le matin"
	case Afternoon:
		return "L’après-midi"
	case Evening:
		return "En fin de journée"
	}
	return ""
}

// Asked is what somebody says who asks to be called.
type Asked struct {
	Mobile    string // E.164
	FirstName string
	Window    Window
}

// Request is a request on the switchboard's list.
type Request struct {
	ID uuid.UUID
	Asked
	AskedAt time.Time
	TakenBy uuid.UUID // who makes the call, zero for nobody yet
	TakenAt time.Time
	Taker   string // the name of that person
}

// Taken reports whether somebody makes the call.
func (r Request) Taken() bool { return r.TakenBy != uuid.Nil }

// Bounds of requests. A place is an IP address, which many people may share.
const (
	Lifetime = 7 * 24 * time.Hour // of a request

	fromPlace  = 20  // an hour
	everywhere = 300 // a day, over the whole platform
	byNumber   = 3   // codes to one number, a day
)

const tooMany = "Trop de demandes d’appel viennent d’arriver. Le standard peut aussi vous répondre."

var (
	errNone  = fault.New(fault.NotFound, "Cette demande n’est plus dans la liste\u00a0: l’appel est fait, ou elle a plus de 7 jours.")
	errTaken = fault.New(fault.Conflict, "Quelqu’un d’autre du standard vient de prendre cette demande.")
	errFirst = fault.New(fault.Conflict, "Prenez d’abord cette demande\u00a0: le numéro s’affiche alors.")
)

// Service keeps the requests.
type Service struct{ Parts }

// Parts are what the service works with.
type Parts struct {
	DB     *postgres.DB
	Vault  *vault.Vault
	Queue  *jobs.Queue
	Limits *limit.Service
	People *people.Service
	SMS    bool // an SMS gateway is set: numbers are proved by a code
}

// New returns the service.
func New(p Parts) *Service { return &Service{p} }

// sweepEvery is how often requests are deleted that are over.
const sweepEvery = time.Hour

// Rounds returns the periodic jobs.
func (s *Service) Rounds() []jobs.Round {
	return []jobs.Round{{Name: "callback_sweep", Every: sweepEvery, Do: s.Sweep}}
}
