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
	"socialdirect/account"
	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/search"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
)

// The faults of this package.
var (
	errOverlap = fault.New(fault.Invalid, "Vous avez déjà un rendez-vous à ce moment-là. Choisissez une autre heure.")
	errBusy    = fault.New(fault.Invalid, "Cette personne ne peut pas à ce moment-là. Choisissez une autre heure.")
	errTooLate = fault.New(fault.Conflict, "Ce rendez-vous a déjà commencé, ou n’est plus prévu : il ne peut plus être annulé.")
)

// Service is the acts of booking.
type Service struct {
	db       *postgres.DB
	queue    *jobs.Queue
	vault    *vault.Vault
	accounts *account.Service

	appointments *appointment.Service
	workers      *worker.Service
	agendas      *agenda.Service
	searches     *search.Service

	documents Documents // nil for none
}

// New returns the acts on the given parts.
func New(db *postgres.DB, queue *jobs.Queue, vault *vault.Vault, accounts *account.Service, appointments *appointment.Service, workers *worker.Service, agendas *agenda.Service, searches *search.Service) *Service {
	return &Service{db: db, queue: queue, vault: vault, accounts: accounts, appointments: appointments, workers: workers, agendas: agendas, searches: searches}
}

// At returns the same acts on a database whose clock stands elsewhere.
func (s *Service) At(db *postgres.DB) *Service {
	moved := *s
	moved.db, moved.appointments, moved.workers, moved.agendas, moved.searches = db, s.appointments.At(db), s.workers.At(db), s.agendas.At(db), s.searches.At(db)
	return &moved
}
