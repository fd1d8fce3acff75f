// Package rebooking offers other hours to somebody whose worker cancelled (R20), from
// the notification itself; one of them takes the place of what was lost, once. Nobody is
// forgotten: whoever neither takes one nor says no is called by the switchboard.
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

// State is where somebody stands whose worker cancelled.
type State string

// The states of a rebooking.
const (
	Open     State = "open"     // no answer yet
	Rebooked State = "rebooked" // another appointment took the place, for good
	Declined State = "declined" // none suits the person
	Reached  State = "reached"  // the switchboard spoke with the person
)

// recallAfter is how long after the notice the switchboard calls who has not
// answered, and at least so long before the hour that was lost.
const recallAfter = 24 * time.Hour

// Documents are those of conversations, for somebody who hands them on.
type Documents interface {
	// Count is how many documents the two people's conversation holds.
	Count(ctx context.Context, person, worker uuid.UUID) (int, error)
	// Hand shows the documents of the person's conversation with one worker to another.
	Hand(ctx context.Context, tx postgres.Tx, person, from, to uuid.UUID) error
}

// Service is the rebookings.
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

// New returns the rebookings of a platform.
func New(p Parts) *Service { return &Service{p} }

// At returns the same rebookings on a database whose clock stands elsewhere.
func (s *Service) At(db *postgres.DB) *Service {
	moved := *s
	moved.DB, moved.Appointments, moved.Workers = db, s.Appointments.At(db), s.Workers.At(db)
	return &moved
}

// Proposal is what somebody can take in place of an appointment that the worker
// cancelled.
type Proposal struct {
	appointment.Appointment // the cancelled one
	appointment.Details     // what was written for it
	State                   State
	BookedID                uuid.UUID // what took its place; zero for nothing
	Offers                  Offers    // as they are now; none once something took its place
	Documents               int       // how many could be handed on
}

// Proposal returns it to the person whose appointment it was; NotFound for anybody
// else, and for what was not cancelled by its worker.
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

// Replacement is what took the place of the viewer's cancelled appointment; zero for
// nothing.
func (s *Service) Replacement(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (uuid.UUID, error) {
	kept, err := s.own(ctx, v, id)
	return postgres.OrZero(kept.BookedID), err
}

// Answerable reports whether the appointment is one of the viewer's for which other
// hours are offered, and nothing took its place yet.
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

// Replacement is the hour that the person takes, and what goes on with it.
type Replacement struct {
	SocialWorkerID uuid.UUID
	StartsAt       time.Time
	Note           bool // what the person wrote for the cancelled one
	Needs          bool
	Documents      bool // of the conversation with its worker
}

// Request asks for the same as the cancelled appointment with another hour.
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

// HandOn shows the documents of the cancelled appointment's conversation to the worker of
// its replacement, where the person wants that. It is a step of the caller's booking.
func (s *Service) HandOn(ctx context.Context, tx postgres.Tx, cancelled appointment.Appointment, r Replacement) error {
	if !r.Documents || s.Documents == nil || r.SocialWorkerID == cancelled.SocialWorkerID {
		return nil
	}
	return s.Documents.Hand(ctx, tx, cancelled.BeneficiaryID, cancelled.SocialWorkerID, r.SocialWorkerID)
}

// Settle takes a booking as the answer of somebody whose worker cancelled: to the
// appointment whose place it takes, or else to the soonest one about the same.
func Settle(ctx context.Context, tx postgres.Tx, r appointment.Request, person, booked uuid.UUID) error {
	if r.Instead == uuid.Nil {
		return setAlike(ctx, tx, person, booked, r.Reason)
	}
	settled, err := setRebooked(ctx, tx, r.Instead, booked)
	return fault.OrMissing(settled, err, errReplaced)
}

// SettleSame is Settle for a booking that was there already.
func SettleSame(ctx context.Context, tx postgres.Tx, r appointment.Request, person, booked uuid.UUID) error {
	if r.Instead == uuid.Nil {
		return nil
	}
	return Settle(ctx, tx, r, person, booked)
}

// errReplaced says that the hour is not needed any more.
var errReplaced = fault.New(fault.Conflict, "Un autre rendez-vous a déjà pris la place de celui qui est annulé.")

// Propose returns what is offered in place of a cancelled appointment, in the person's own
// zone, each hour once; open is false when nothing is, or something took its place.
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

// inWords says the offers as a mail does: never with whom.
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

// Decline notes that none of the offers suits the viewer, who is not called
// then; they can still take one. It returns what took the place already, zero for
// nothing.
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
