// Package booking turns a social worker's openings into one-hour slots and a
// slot into an appointment.
//
// Its rules:
//
//   - A slot lasts one elapsed hour, lies inside an opening and outside every
//     absence. Openings are wall-clock times in the worker's own zone, so that
//     09:00 stays 09:00 when the clocks change (R14).
//   - Two people never get the same slot, and one person never has two
//     appointments that overlap. Exclusion constraints of the database prevent
//     both, whatever the code does (R13).
//   - Cancelling and moving are penalty-free until 24 elapsed hours before the start,
//     that instant included; later they are possible and marked (R18). While the
//     person is marked, their bookings with that worker are requests (R19).
//   - Every act that changes slots locks the worker, then the person, then the
//     appointment, and releases overdue requests before it reads what is available.
//   - What a person writes when booking is sealed with that person's key.
//
// Its faults: Conflict if somebody else has just booked the slot, Invalid for a slot that is
// not offered, NotFound for an appointment that is not the viewer's own.
package booking

import (
	"time"

	"socialdirect/account"
	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/interpreter"
	"socialdirect/booking/notify"
	"socialdirect/booking/rebooking"
	"socialdirect/booking/search"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
)

// Faults of this package.
var (
	errOverlap = fault.New(fault.Invalid, "Vous avez déjà un rendez-vous à ce moment-là. Choisissez une autre heure.")
	errBusy    = fault.New(fault.Invalid, "Cette personne ne peut pas à ce moment-là. Choisissez une autre heure.")
	errTooLate = fault.New(fault.Conflict, "Ce rendez-vous a déjà commencé, ou n’est plus prévu : il ne peut plus être annulé.")
)

// crowded says that an act met too many others at the same rows.
const crowded = "Beaucoup de personnes réservent en ce moment, et rien n’a été fait. Attendez quelques secondes, puis recommencez."

// The constraints that enforce R13.
const (
	workerOverlap      = "appointments_worker_overlap"
	beneficiaryOverlap = "appointments_beneficiary_overlap"
)

// Service is the acts of booking.
type Service struct {
	Parts
}

// Parts are what the service is made of.
type Parts struct {
	DB           *postgres.DB
	Vault        *vault.Vault
	Accounts     *account.Service
	Appointments *appointment.Service
	Workers      *worker.Service
	Agendas      *agenda.Service
	Searches     *search.Service
	Rebookings   *rebooking.Service
	Interpreters *interpreter.Service
	Notify       *notify.Service
}

// New returns the service with the given parts.
func New(p Parts) *Service { return &Service{p} }

// At returns the same service on a database with another clock.
func (s *Service) At(db *postgres.DB) *Service {
	moved := *s
	moved.DB, moved.Appointments, moved.Workers, moved.Agendas, moved.Searches = db, s.Appointments.At(db), s.Workers.At(db), s.Agendas.At(db), s.Searches.At(db)
	moved.Rebookings, moved.Notify = s.Rebookings.At(db), s.Notify.At(db)
	return &moved
}

// Rounds returns the periodic jobs.
func (s *Service) Rounds() []jobs.Round {
	return []jobs.Round{{Name: "appointment_release", Every: time.Minute, Do: s.ReleaseOverdue}}
}
