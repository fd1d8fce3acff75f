package booking

import (
	"context"
	"fmt"
	"slices"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Horizon is how far ahead agendas are open.
const Horizon = 26 * 7 * 24 * time.Hour

// agenda is what makes a worker's slots.
type agenda struct {
	worker      workerRow
	openings    []Opening
	absences    []Period
	credentials Credentials
}

// slots are the hours that begin inside span, on days that the worker's
// credentials cover (R42).
func (a agenda) slots(span Period) []Slot {
	return slices.DeleteFunc(slotsIn(span, a.worker.zone(), a.openings, a.absences), func(s Slot) bool {
		return !a.credentials.coverHour(s.Period(), a.worker.zone())
	})
}

// slotAt finds the slot that starts at that very instant.
func (a agenda) slotAt(at time.Time) (Slot, bool) {
	slots := a.slots(Period{at, at.Add(time.Second)})
	if len(slots) == 0 || !slots[0].StartsAt.Equal(at) {
		return Slot{}, false
	}
	return slots[0], true
}

func readAgenda(ctx context.Context, q postgres.Querier, worker workerRow, span Period) (agenda, error) {
	openings, err := readOpenings(ctx, q, worker.AccountID)
	if err != nil {
		return agenda{}, err
	}
	absences, err := readAbsences(ctx, q, worker.AccountID, span)
	if err != nil {
		return agenda{}, err
	}
	credentials, err := readCredentials(ctx, q, worker.AccountID)
	return agenda{worker: worker, openings: inModes(openings, worker.modes()), absences: periods(absences), credentials: credentials}, err
}

// inModes keeps of each opening the modes that the worker's sheet offers.
func inModes(openings []Opening, offered []Mode) []Opening {
	for i, o := range openings {
		openings[i].Modes = slices.DeleteFunc(o.Modes, func(m Mode) bool { return !slices.Contains(offered, m) })
	}
	return slices.DeleteFunc(openings, func(o Opening) bool { return len(o.Modes) == 0 })
}

// FreeSlots lists a worker's free hours that start inside span, in order;
// NotFound when there is no such worker, or none who can be booked now.
func (s *Service) FreeSlots(ctx context.Context, worker uuid.UUID, span Period) ([]Slot, error) {
	row, err := readWorker(ctx, s.db.Pool, worker)
	if err != nil {
		return nil, err
	}
	if err := s.offered(ctx, s.db.Pool, worker); err != nil {
		return nil, err
	}
	now := s.db.Now()
	span = clip(span, Period{now, now.Add(Horizon)})
	a, err := readAgenda(ctx, s.db.Pool, row, span)
	if err != nil {
		return nil, err
	}
	busy, err := readBusy(ctx, s.db.Pool, worker, span, now)
	if err != nil {
		return nil, err
	}
	return freeSlots(a.slots(span), busy, now), nil
}

func clip(span, within Period) Period {
	if span.From.Before(within.From) {
		span.From = within.From
	}
	if span.To.After(within.To) {
		span.To = within.To
	}
	return span
}

// Absence is a time in which a worker cannot be booked.
type Absence struct {
	ID   uuid.UUID
	From time.Time
	To   time.Time
}

func periods(absences []Absence) []Period {
	all := make([]Period, len(absences))
	for i, a := range absences {
		all[i] = Period{a.From, a.To}
	}
	return all
}

var errNotWorker = fault.New(fault.Forbidden, "Cette page est réservée aux assistantes sociales.")

func worker(v *viewer.Viewer) error {
	if v == nil || v.Role != viewer.SocialWorker {
		return errNotWorker
	}
	return nil
}

// Zone is the zone of the viewer's own openings and absences: that of their
// sheet, wherever they read their own times.
func (s *Service) Zone(ctx context.Context, v *viewer.Viewer) (*time.Location, error) {
	if err := worker(v); err != nil {
		return nil, err
	}
	row, err := readWorker(ctx, s.db.Pool, v.ID)
	if err != nil {
		return nil, err
	}
	return row.zone(), nil
}

// Openings lists the viewer's own openings that are not over.
func (s *Service) Openings(ctx context.Context, v *viewer.Viewer) ([]Opening, error) {
	zone, err := s.Zone(ctx, v)
	if err != nil {
		return nil, err
	}
	openings, err := readOpenings(ctx, s.db.Pool, v.ID)
	today := calendarDay(s.db.Now().In(zone))
	return slices.DeleteFunc(openings, func(o Opening) bool { return !o.LastDay.IsZero() && o.LastDay.Before(today) }), err
}

// errOpeningOverlap says that two openings of one kind would offer the same hour.
var errOpeningOverlap = fault.New(fault.Invalid, "Cette plage en chevauche une autre. Changez ses heures, ou supprimez d’abord l’autre.")

var errOpeningMode = fault.New(fault.Invalid, "Votre fiche ne propose pas ce mode. L’administration peut l’ajouter.")

// AddOpening adds an opening to the viewer's agenda. It may not overlap another
// of the same kind; one made for a day goes before the weekly ones on that day.
func (s *Service) AddOpening(ctx context.Context, v *viewer.Viewer, o Opening) error {
	if err := worker(v); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		row, err := lockWorker(ctx, tx, v.ID)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(o.Modes, func(m Mode) bool { return !slices.Contains(row.modes(), m) }) {
			return errOpeningMode
		}
		others, err := readOpenings(ctx, tx, v.ID)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(others, o.clashes) {
			return errOpeningOverlap
		}
		return insertOpening(ctx, tx, v.ID, o)
	})
}

// clashes reports whether two openings of one kind share a minute of a day.
func (o Opening) clashes(p Opening) bool {
	sameDays := o.Weekday == p.Weekday && !endsBefore(o, p) && !endsBefore(p, o)
	return sameDays && o.Starts < p.Ends && p.Starts < o.Ends
}

func endsBefore(a, b Opening) bool { return !a.LastDay.IsZero() && a.LastDay.Before(b.FirstDay) }

var errNoOpening = fault.New(fault.NotFound, "Cette plage n’existe plus.")

// RemoveOpening takes one of the viewer's openings away; what was booked in it
// stays booked.
func (s *Service) RemoveOpening(ctx context.Context, v *viewer.Viewer, id uuid.UUID) error {
	if err := worker(v); err != nil {
		return err
	}
	found, err := deleteOpening(ctx, s.db.Pool, v.ID, id)
	return orMissing(found, err, errNoOpening)
}

// Absences lists the viewer's own absences that are not over.
func (s *Service) Absences(ctx context.Context, v *viewer.Viewer) ([]Absence, error) {
	if err := worker(v); err != nil {
		return nil, err
	}
	now := s.db.Now()
	return readAbsences(ctx, s.db.Pool, v.ID, Period{now, now.AddDate(100, 0, 0)})
}

// AddAbsence closes a time in the viewer's agenda. It is refused while somebody
// is booked in it: no appointment is dropped in silence.
func (s *Service) AddAbsence(ctx context.Context, v *viewer.Viewer, p Period) error {
	if err := worker(v); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if _, err := lockWorker(ctx, tx, v.ID); err != nil {
			return err
		}
		busy, err := readBusy(ctx, tx, v.ID, p, tx.Now)
		if err != nil {
			return err
		}
		if len(busy) > 0 {
			return fault.New(fault.Invalid, fmt.Sprintf("Vous avez %d rendez-vous pendant cette absence. Annulez-les d’abord, pour que chaque personne soit prévenue.", len(busy)))
		}
		return insertAbsence(ctx, tx, v.ID, p)
	})
}

var errNoAbsence = fault.New(fault.NotFound, "Cette absence n’existe plus.")

// RemoveAbsence opens the time of one of the viewer's absences again.
func (s *Service) RemoveAbsence(ctx context.Context, v *viewer.Viewer, id uuid.UUID) error {
	if err := worker(v); err != nil {
		return err
	}
	found, err := deleteAbsence(ctx, s.db.Pool, v.ID, id)
	return orMissing(found, err, errNoAbsence)
}

func orMissing(found bool, err, missing error) error {
	if err == nil && !found {
		return missing
	}
	return err
}
