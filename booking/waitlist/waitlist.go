// Package waitlist notifies people who want an earlier slot when one is released (R12). No
// slot is reserved: the first who books it gets it.
package waitlist

import (
	"context"
	"slices"
	"time"

	"socialdirect/account"
	"socialdirect/booking/appointment"
	"socialdirect/booking/notify"
	"socialdirect/booking/search"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/notification"

	"github.com/google/uuid"
)

// Entry is what somebody waits for: a slot before one of their appointments, before a day,
// or any.
type Entry struct {
	ID             uuid.UUID
	SocialWorkerID uuid.UUID // zero for any worker who matches
	Reason         string    // a slug; empty fields match everything
	Mode           slot.Mode
	Language       string
	AppointmentID  uuid.UUID // the appointment that should be earlier; zero for none
	Until          time.Time // slots must start before it
	OpenEnded      bool      // no last day was chosen: Until is the horizon
}

// LastDay is an instant of the last day.
func (e Entry) LastDay() time.Time { return e.Until.Add(-time.Second) }

// Service keeps the waitlist.
type Service struct {
	Parts
}

// Parts are what a Service works with.
type Parts struct {
	DB            *postgres.DB
	Accounts      *account.Service
	Appointments  *appointment.Service
	Workers       *worker.Service
	Searches      *search.Service
	Notify        *notify.Service
	Notifications *notification.Service
}

// New returns the service, and registers its kind of notification.
func New(p Parts) *Service {
	s := &Service{p}
	p.Notifications.Register(notification.Kind{Name: releasedSlot, Label: "Heure plus proche", HourAs: "Le", Priority: jobs.News, Fill: s.fill, SMS: p.Notify, Topic: &topic, Followed: true, KeptWithSubject: true})
	return s
}

// topic lets people stop these notifications.
var topic = notification.Topic{Name: "released_slots", Label: "les heures plus proches qui se libèrent", Roles: []viewer.Role{viewer.Beneficiary}}

// Rounds returns the periodic jobs.
func (s *Service) Rounds() []jobs.Round {
	return []jobs.Round{{Name: "available_slots", Every: search.RefreshInterval, Do: s.RefreshSlots}}
}

const (
	maxEntries = 5 // entries of one person
	maxADay    = 3 // notifications to one person in 24 hours
	maxSlots   = 5 // slots in one notification

	retention = 30 * 24 * time.Hour // how long releases are stored
)

var (
	errNotWaiting    = fault.New(fault.Forbidden, "La liste d’attente est celle des personnes qui prennent rendez-vous.")
	errTooMany       = fault.New(fault.Invalid, "Vous attendez déjà cinq fois. Retirez-vous d’une de ces attentes d’abord.")
	errNoEntry       = fault.New(fault.NotFound, "Cette attente est finie, ou n’est pas la vôtre.")
	errNoEarlier     = fault.New(fault.Invalid, "Ce rendez-vous n’est plus à venir. Choisissez-en un autre, ou une date.")
	errWaitingWorker = fault.New(fault.Invalid, "Cette personne ne prend pas de rendez-vous pour le moment. Choisissez quelqu’un d’autre, ou « Peu importe ».")
)

// Join adds an entry: the viewer is notified by mail and SMS when a matching slot is
// released. Joining twice for the same adds one entry. It fails with Throttled after too
// many acts (R47).
func (s *Service) Join(ctx context.Context, v *viewer.Viewer, e Entry) error {
	if v == nil || v.Role != viewer.Beneficiary {
		return errNotWaiting
	}
	allowed, err := s.Appointments.AllowedModes(ctx, v)
	if err != nil {
		return err
	}
	if e.Mode != "" && !slices.Contains(allowed, e.Mode) {
		return appointment.ErrMode
	}
	return s.DB.InTx(ctx, func(tx postgres.Tx) error {
		if _, err := s.Accounts.People.LockClient(ctx, tx, v.ID); err != nil {
			return err
		}
		if err := s.bookable(ctx, tx, e.SocialWorkerID); err != nil {
			return err
		}
		e.OpenEnded = e.Until.IsZero() && e.AppointmentID == uuid.Nil
		if e.Until, err = s.bound(ctx, tx, v, e); err != nil {
			return err
		}
		entries, err := readEntries(ctx, tx, v.ID, tx.Now)
		if err != nil || slices.ContainsFunc(entries, e.same) {
			return err
		}
		if len(entries) >= maxEntries {
			return errTooMany
		}
		if err := s.Appointments.Spend(ctx, tx, v, v.ID); err != nil {
			return err
		}
		return insertEntry(ctx, tx, v.ID, e)
	})
}

// bookable fails if nobody can book with the worker; zero is any worker.
func (s *Service) bookable(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	if id == uuid.Nil {
		return nil
	}
	_, err := worker.Read(ctx, tx, id)
	if err == nil {
		err = s.Workers.Offered(ctx, tx, id)
	}
	if fault.Is(err, fault.NotFound) {
		return errWaitingWorker
	}
	return err
}

// same reports whether the row waits for the same. The end of an open-ended entry moves
// with the horizon.
func (e Entry) same(row entryRow) bool {
	other := row.entry()
	other.ID = e.ID
	if e.OpenEnded && other.OpenEnded || e.Until.Equal(other.Until) {
		other.Until = e.Until
	}
	return other == e
}

// bound returns the instant before which slots must start: the end of the chosen day, at
// most the horizon, or the start of the appointment.
func (s *Service) bound(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, e Entry) (time.Time, error) {
	last := tx.Now.Add(slot.Horizon)
	if e.AppointmentID != uuid.Nil {
		row, err := appointment.Read(ctx, tx, v.ID, e.AppointmentID)
		if fault.Is(err, fault.NotFound) || err == nil && !row.Appointment().At(tx.Now).Cancellable(tx.Now) {
			return time.Time{}, errNoEarlier
		}
		if err != nil {
			return time.Time{}, err
		}
		last = row.StartsAt
	}
	if e.Until.IsZero() || e.Until.After(last) {
		return last, nil
	}
	return e.Until, nil
}

// Leave deletes one of the viewer's entries. It stops notifications, and is therefore
// never limited.
func (s *Service) Leave(ctx context.Context, v *viewer.Viewer, id uuid.UUID) error {
	found, err := deleteEntry(ctx, s.DB.Pool, v.ID, id)
	return fault.OrMissing(found, err, errNoEntry)
}

// Entries returns the viewer's entries, oldest first. An entry is over when its time has
// passed, when the person has booked an appointment since (a request does not
// count), or when its appointment became early enough or was cancelled.
func (s *Service) Entries(ctx context.Context, v *viewer.Viewer) ([]Entry, error) {
	if v == nil || v.Role != viewer.Beneficiary {
		return nil, errNotWaiting
	}
	rows, err := readEntries(ctx, s.DB.Pool, v.ID, s.DB.Now())
	entries := make([]Entry, len(rows))
	for i, row := range rows {
		entries[i] = row.entry()
	}
	return entries, err
}

// Available returns the next available slots for one of the viewer's entries, without those
// that the viewer lost because the worker cancelled or declined (R20).
func (s *Service) Available(ctx context.Context, v *viewer.Viewer, e Entry) ([]search.Hour, error) {
	wanted := search.Search{Choice: search.Choice{Reason: e.Reason, Mode: e.Mode, Language: e.Language}, Worker: e.SocialWorkerID}
	hours, err := s.Searches.FirstSlots(ctx, v, wanted, e.AppointmentID)
	if err != nil || len(hours) == 0 {
		return nil, err
	}
	lost, err := appointment.ReadLost(ctx, s.DB.Pool, v.ID, slot.Period{From: s.DB.Now(), To: e.Until.Add(slot.Length)})
	hours = slices.DeleteFunc(hours, func(h search.Hour) bool {
		return !h.StartsAt.Before(e.Until) || slot.OverlapsAny(h.Period(), lost[h.Worker.ID])
	})
	return hours[:min(len(hours), maxSlots)], err
}
