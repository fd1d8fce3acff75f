package rebooking

import (
	"context"
	"slices"
	"time"

	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/reason"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Offer is a slot that can replace an appointment that its worker cancelled.
type Offer struct {
	SocialWorkerID   uuid.UUID
	SocialWorkerName string
	StartsAt         time.Time // UTC
	Zone             *time.Location
	Place            string // where, in person
	Asks             bool   // booking it would make a request (R19)
}

// Offers are the offers for one cancelled appointment, best first (R20).
type Offers struct {
	SameHour   []Offer // other workers
	OtherHours []Offer // other workers, the nearest hours
	SameWorker []Offer // the nearest hours
}

// None reports whether there are no offers.
func (o Offers) None() bool { return len(o.SameHour)+len(o.OtherHours)+len(o.SameWorker) == 0 }

// groups returns all groups, to be filled.
func (o *Offers) groups() [][]Offer { return [][]Offer{o.SameHour, o.OtherHours, o.SameWorker} }

// The limits of offers.
const (
	offersEach = 3                   // of each group
	offersNear = 14 * 24 * time.Hour // before and after the cancelled appointment
	candidates = 12                  // other workers whose agendas are read
)

// offers finds the slots that the person can book at now instead of a cancelled
// appointment, by every rule of booking.
func (s *Service) offers(ctx context.Context, q postgres.Querier, a appointment.Appointment, now time.Time) (Offers, error) {
	fits, err := s.room(ctx, q, a, now)
	if err != nil || fits == nil {
		return Offers{}, err
	}
	before, err := worker.Read(ctx, q, a.SocialWorkerID)
	if err != nil {
		return Offers{}, err
	}
	others, err := s.replacements(ctx, q, a, before.Languages, now)
	if err != nil {
		return Offers{}, err
	}
	var found Offers
	for _, worker := range others {
		available, err := s.availableFor(ctx, q, worker, a, fits)
		if err != nil {
			return Offers{}, err
		}
		for _, o := range available {
			if o.StartsAt.Equal(a.StartsAt) {
				found.SameHour = append(found.SameHour, o)
			} else {
				found.OtherHours = append(found.OtherHours, o)
			}
		}
	}
	if found.SameWorker, err = s.withSame(ctx, q, before, a, fits); err != nil {
		return Offers{}, err
	}
	found.SameHour = found.SameHour[:min(offersEach, len(found.SameHour))]
	found.OtherHours, found.SameWorker = nearest(found.OtherHours, a.StartsAt), nearest(found.SameWorker, a.StartsAt)
	return found, s.nameOffers(ctx, q, &found)
}

// replacements returns the workers whose agendas are read, best first. Workers who cannot
// be booked are left out before they are counted.
func (s *Service) replacements(ctx context.Context, q postgres.Querier, a appointment.Appointment, languages []string, now time.Time) ([]worker.Row, error) {
	rows, err := readReplacements(ctx, q, a, languages, now)
	if err != nil {
		return nil, err
	}
	known, err := s.Accounts.People.Reachable(ctx, q, worker.IDs(rows))
	rows = slices.DeleteFunc(rows, func(w worker.Row) bool { return !known[w.AccountID].Active })
	return rows[:min(candidates, len(rows))], err
}

// room is what limits the offers: the person's own appointments, the contract and its
// number of consultations.
type room struct {
	span slot.Period
	now  time.Time
	own  []slot.Period
	lost map[uuid.UUID][]slot.Period // what each worker cancelled on the person or declined
	full []slot.Period               // years without a consultation left
}

// room returns nil if the contract allows nothing, or the reason is no longer offered.
func (s *Service) room(ctx context.Context, q postgres.Querier, a appointment.Appointment, now time.Time) (*room, error) {
	contract, err := s.Accounts.People.ContractOf(ctx, q, a.BeneficiaryID)
	if fault.Is(err, fault.NotFound) {
		return nil, nil // no longer covered by a client
	}
	if err != nil || appointment.Permits(contract, a.Mode, now) != nil {
		return nil, err
	}
	kept, err := reason.Read(ctx, q)
	if err != nil || !slices.ContainsFunc(kept, func(r reason.Reason) bool { return r.Slug == a.Reason }) {
		return nil, err
	}
	about := a.StartsAt
	if about.Before(now) {
		about = now
	}
	f := &room{span: slot.Clip(slot.Period{From: about.Add(-offersNear), To: about.Add(offersNear)}, slot.Period{From: now, To: now.Add(slot.Horizon)}), now: now}
	if f.own, err = appointment.ReadOwnHours(ctx, q, a.BeneficiaryID, uuid.Nil, agenda.Around(f.span), now); err != nil {
		return nil, err
	}
	if f.lost, err = appointment.ReadLost(ctx, q, a.BeneficiaryID, agenda.Around(f.span)); err != nil {
		return nil, err
	}
	f.full, err = appointment.UsedUp(ctx, q, contract, a.BeneficiaryID, uuid.Nil, f.span, now)
	return f, err
}

// availableFor returns the available slots of a worker that fit.
func (s *Service) availableFor(ctx context.Context, q postgres.Querier, row worker.Row, a appointment.Appointment, fits *room) (available []Offer, err error) {
	marked, err := appointment.ReadMark(ctx, q, row.AccountID, a.BeneficiaryID)
	if err != nil {
		return nil, err
	}
	agenda, err := agenda.Read(ctx, q, row, fits.span, fits.now)
	if err != nil {
		return nil, err
	}
	var places []worker.Place
	if a.Mode == slot.InPerson {
		places, err = worker.ReadPlaces(ctx, q, row.AccountID)
	}
	for _, hour := range agenda.Available(fits.span, fits.now) {
		o := Offer{SocialWorkerID: row.AccountID, StartsAt: hour.StartsAt, Zone: row.Zone(), Asks: !marked.IsZero()}
		where := worker.PlaceIn(places, hour.Place)
		if a.Mode == slot.InPerson && where != nil {
			o.Place = where.Words()
		}
		if hour.Offers(a.Mode) && (a.Mode != slot.InPerson || where != nil) && fits.has(o) {
			available = append(available, o)
		}
	}
	return available, err
}

// has reports whether the person can have the slot.
func (f *room) has(o Offer) bool {
	hour := slot.Slot{StartsAt: o.StartsAt}.Period()
	answerable := !o.Asks || appointment.AnswerBy(o.StartsAt, f.now).After(f.now)
	return answerable && !slot.OverlapsAny(hour, f.lost[o.SocialWorkerID]) && !slot.OverlapsAny(hour, f.own) && !slot.StartsIn(hour, f.full)
}

// withSame returns other slots of the worker who cancelled.
func (s *Service) withSame(ctx context.Context, q postgres.Querier, worker worker.Row, a appointment.Appointment, fits *room) ([]Offer, error) {
	err := s.Workers.Offered(ctx, q, worker.AccountID)
	if fault.Is(err, fault.NotFound) || err == nil && !slices.Contains(worker.Reasons, a.Reason) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return s.availableFor(ctx, q, worker, a, fits)
}

// nearest returns the first offers, ordered by distance to at.
func nearest(offers []Offer, at time.Time) []Offer {
	slices.SortStableFunc(offers, func(a, b Offer) int {
		return int(a.StartsAt.Sub(at).Abs()/time.Second) - int(b.StartsAt.Sub(at).Abs()/time.Second)
	})
	return offers[:min(offersEach, len(offers))]
}

func (s *Service) nameOffers(ctx context.Context, q postgres.Querier, found *Offers) error {
	var ids []uuid.UUID
	for _, group := range found.groups() {
		for _, o := range group {
			ids = append(ids, o.SocialWorkerID)
		}
	}
	known, err := s.Accounts.People.Reachable(ctx, q, ids)
	for _, group := range found.groups() {
		for i, o := range group {
			group[i].SocialWorkerName = known[o.SocialWorkerID].Name()
		}
	}
	return err
}
