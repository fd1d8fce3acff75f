// Package rebooking offers other slots to people whose worker cancelled (R20), starting
// with the notification. One of them replaces the cancelled appointment, once. The
// switchboard calls everybody who neither books nor declines.
package rebooking

import (
	"context"
	"slices"
	"time"

	"socialdirect/account"
	"socialdirect/booking/appointment"
	"socialdirect/booking/notify"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// State is the state of a rebooking.
type State string

// The states of a rebooking.
const (
	Open     State = "open"     // not answered
	Rebooked State = "rebooked" // another appointment was booked, finally
	Declined State = "declined" // no offer suits the person
	Reached  State = "reached"  // the switchboard spoke with the person
)

// recallAfter is how long after the notification the switchboard calls people who did not
// answer, and how long before the cancelled appointment at the latest.
const recallAfter = 24 * time.Hour

// Documents gives access to the documents of conversations.
type Documents interface {
	// Count returns the number of documents in the conversation of two people.
	Count(ctx context.Context, person, worker uuid.UUID) (int, error)
	// Hand shares the documents of the person's conversation with one worker with another.
	Hand(ctx context.Context, tx postgres.Tx, person, from, to uuid.UUID) error
}

// Service keeps rebookings.
type Service struct {
	Parts
}

// Parts are what a Service works with.
type Parts struct {
	DB           *postgres.DB
	Accounts     *account.Service
	Appointments *appointment.Service
	Workers      *worker.Service
	Documents    Documents // nil for none
}

// New returns the service.
func New(p Parts) *Service { return &Service{p} }

// At returns the service on a database with another clock.
func (s *Service) At(db *postgres.DB) *Service {
	moved := *s
	moved.DB, moved.Appointments, moved.Workers = db, s.Appointments.At(db), s.Workers.At(db)
	return &moved
}

// Proposal is a cancelled appointment and what the person can book instead.
type Proposal struct {
	appointment.Appointment // the cancelled one
	appointment.Details     // the details of the cancelled one
	State                   State
	BookedID                uuid.UUID // the appointment booked instead; zero for none
	Offers                  Offers    // the current offers; none once another appointment was booked
	Documents               int       // how many could be shared
}

// Proposal returns it to the person of the appointment. It fails with NotFound for others,
// and if its worker did not cancel it.
func (s *Service) Proposal(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (Proposal, error) {
	kept, err := s.own(ctx, v, id)
	if err != nil {
		return Proposal{}, err
	}
	p := Proposal{State: kept.State}
	if p.Appointment, err = s.Appointments.Appointment(ctx, v, id); err != nil {
		return Proposal{}, err
	}
	if kept.BookedID != nil {
		p.BookedID = *kept.BookedID
		return p, nil
	}
	if p.Details, err = s.Appointments.Details(ctx, v, p.Appointment); err != nil {
		return Proposal{}, err
	}
	if s.Documents != nil {
		if p.Documents, err = s.Documents.Count(ctx, v.ID, p.SocialWorkerID); err != nil {
			return Proposal{}, err
		}
	}
	p.Offers, err = s.offers(ctx, s.DB.Pool, p.Appointment, s.DB.Now())
	return p, err
}

func (s *Service) own(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (row, error) {
	kept, err := read(ctx, s.DB.Pool, id)
	if err == nil && (v == nil || kept.BeneficiaryID != v.ID) {
		err = appointment.ErrNotFound
	}
	return kept, err
}

// Replacement returns the appointment that was booked instead of the viewer's cancelled
// one; zero for none.
func (s *Service) Replacement(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (uuid.UUID, error) {
	kept, err := s.own(ctx, v, id)
	return postgres.OrZero(kept.BookedID), err
}

// Answerable reports whether the appointment is one of the viewer's for which offers are
// open.
func (s *Service) Answerable(ctx context.Context, v *viewer.Viewer, a appointment.Appointment) (bool, error) {
	if a.Status != appointment.CancelledByWorker || v.ID != a.BeneficiaryID {
		return false, nil
	}
	kept, err := read(ctx, s.DB.Pool, a.ID)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return kept.State != Rebooked, err
}

// Replacement is the offer that the person chose, and what is carried over.
type Replacement struct {
	SocialWorkerID uuid.UUID
	StartsAt       time.Time
	Note           bool // the note of the cancelled appointment
	Needs          bool
	Documents      bool // of the conversation with its worker
}

// Request returns the request for the same appointment in the other slot.
func (s *Service) Request(ctx context.Context, v *viewer.Viewer, cancelled appointment.Appointment, r Replacement) (appointment.Request, error) {
	details, err := s.Appointments.Details(ctx, v, cancelled)
	request := appointment.Request{SocialWorkerID: r.SocialWorkerID, StartsAt: r.StartsAt, Mode: cancelled.Mode, Reason: cancelled.Reason, Instead: cancelled.ID}
	if r.Note {
		request.Note = details.Note
	}
	if r.Needs {
		request.Needs = details.Needs
	}
	return request, err
}

// HandOn shares the documents of the cancelled appointment's conversation with the worker
// of its replacement, if the person chose that. It is a step of the caller's booking.
func (s *Service) HandOn(ctx context.Context, tx postgres.Tx, cancelled appointment.Appointment, r Replacement) error {
	if !r.Documents || s.Documents == nil || r.SocialWorkerID == cancelled.SocialWorkerID {
		return nil
	}
	return s.Documents.Hand(ctx, tx, cancelled.BeneficiaryID, cancelled.SocialWorkerID, r.SocialWorkerID)
}

// Settle records a booking as the answer to a cancellation: of the appointment that it
// replaces, or else of the soonest one about the same reason.
func Settle(ctx context.Context, tx postgres.Tx, r appointment.Request, person, booked uuid.UUID) error {
	if r.Instead == uuid.Nil {
		return setAlike(ctx, tx, person, booked, r.Reason)
	}
	settled, err := setRebooked(ctx, tx, r.Instead, booked)
	return fault.OrMissing(settled, err, errReplaced)
}

// SettleSame is Settle for an existing booking.
func SettleSame(ctx context.Context, tx postgres.Tx, r appointment.Request, person, booked uuid.UUID) error {
	if r.Instead == uuid.Nil {
		return nil
	}
	return Settle(ctx, tx, r, person, booked)
}

// errReplaced means that another appointment was booked already.
var errReplaced = fault.New(fault.Conflict, "Un autre rendez-vous a déjà pris la place de celui qui est annulé.")

// Propose returns the current offers for a cancelled appointment, in the person's zone,
// each hour once. open is false if there is nothing to offer, or another appointment was
// booked.
func (s *Service) Propose(ctx context.Context, q postgres.Querier, a appointment.Appointment, reader *time.Location, now time.Time) (all []notify.Offers, open bool, err error) {
	kept, err := read(ctx, q, a.ID)
	if fault.Is(err, fault.NotFound) || err == nil && kept.State == Rebooked {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	offers, err := s.offers(ctx, q, a, now)
	return offers.inWords(reader), true, err
}

// inWords formats the offers for a mail, without names.
func (o Offers) inWords(reader *time.Location) (all []notify.Offers) {
	titles := []string{"À la même heure, avec quelqu’un d’autre", "À une autre heure, avec quelqu’un d’autre", "À une autre heure, avec la même personne"}
	for i, group := range o.groups() {
		words := notify.Offers{Title: titles[i]}
		for _, offer := range group {
			words.Hours = append(words.Hours, web.Both(offer.StartsAt, reader, offer.Zone))
		}
		if words.Hours = slices.Compact(words.Hours); len(words.Hours) > 0 {
			all = append(all, words)
		}
	}
	return all
}

// Decline records that no offer suits the viewer, who is not called then. They can still
// book one. It returns the appointment that was already booked instead, zero for none.
func (s *Service) Decline(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (booked uuid.UUID, err error) {
	if _, err := s.own(ctx, v, id); err != nil {
		return uuid.Nil, err
	}
	err = s.DB.InTx(ctx, func(tx postgres.Tx) error {
		kept, err := lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if kept.BookedID != nil {
			booked = *kept.BookedID
			return nil
		}
		return setState(ctx, tx, id, Declined)
	})
	return booked, err
}
