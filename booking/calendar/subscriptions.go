package calendar

import (
	"context"
	"net/url"
	"slices"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/fetch"
	"socialdirect/internal/form"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// MaxSubscriptions is the maximum number of external calendars of a worker.
const MaxSubscriptions = 5

// maxCalendarName is the maximum length of a calendar's name, in characters.
const maxCalendarName = 60

// minSyncInterval is how long a worker must wait before synchronising the same calendar
// again.
const minSyncInterval = time.Minute

// Subscription is an external calendar of a worker, whose busy periods block slots here
// (R41). Of its events nothing else is stored but the days of those that were not
// understood.
type Subscription struct {
	ID           uuid.UUID
	Name         string
	Host         string // the host of its address; the rest is a secret
	AllDay       bool   // whether all-day events are busy
	Paused       bool
	ReadAt       time.Time // the last success; zero for none
	FailingSince time.Time // zero if the last synchronisation succeeded
	Failure      Failure
	Next         time.Time // when it is synchronised next

	// What the last synchronisation did not understand, as calendar.Busy has it.
	LeftOut      int
	LeftOutDays  []time.Time
	WholeDays    []time.Time
	UnknownZones []string
	AssumedZone  string // the zone that the worker chose for UnknownZones; empty for none
}

// Failure is why a calendar could not be read.
type Failure string

// The failures that workers can tell apart, since each needs another action.
const (
	FailureAddress     Failure = "address"     // not a public address
	FailureUnknown     Failure = "unknown"     // no such server
	FailureUnreachable Failure = "unreachable" // no usable answer
	FailureCertificate Failure = "certificate"
	FailureGone        Failure = "gone" // the link no longer works
	FailureRedirects   Failure = "redirects"
	FailureTooLarge    Failure = "too_large"
	FailureTooSlow     Failure = "too_slow"
	FailureNotCalendar Failure = "not_calendar"
	FailureTooComplex  Failure = "too_complex"
)

// NewSubscription is an external calendar to be added.
type NewSubscription struct {
	Name    string
	Address string // as the worker pasted it
	AllDay  bool
}

// Faults of this file.
var (
	errNoSubscription = fault.New(fault.NotFound, "Cet agenda n’est plus dans votre liste.")
	errManyCalendars  = fault.New(fault.Invalid, "Vous avez déjà cinq agendas. Supprimez-en un pour en ajouter un autre.")
	errSameCalendar   = fault.New(fault.Invalid, "Cet agenda est déjà dans votre liste.")
	errNoAddress      = fault.New(fault.Invalid, "Ce n’est pas l’adresse d’un agenda. Elle commence par https:// ou webcal:// et se copie en entier.")
)

func aboutCalendar(id uuid.UUID) string { return "calendar-address/" + id.String() }

// Subscribe adds an external calendar of the viewer, which is read at once. Its address
// gives access to it, and is therefore sealed with the viewer's key.
func (s *Service) Subscribe(ctx context.Context, v *viewer.Viewer, n NewSubscription) error {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return err
	}
	address, err := fetch.Parse(n.Address)
	if err != nil {
		return errNoAddress
	}
	id := uuid.New()
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if _, err := worker.Lock(ctx, tx, v.ID); err != nil {
			return err
		}
		if count, err := countSubscriptions(ctx, tx, v.ID); err != nil || count >= MaxSubscriptions {
			return orFault(err, errManyCalendars)
		}
		sealed, err := s.vault.Seal(ctx, tx, v.ID, aboutCalendar(id), []byte(address.String()))
		if err != nil {
			return err
		}
		digest := s.vault.Digest("calendar-address/"+v.ID.String(), address.String())
		if err := insertSubscription(ctx, tx, v.ID, id, n, sealed, digest); err != nil {
			return err
		}
		return s.readSoon(ctx, tx, id)
	})
}

func orFault(err error, otherwise *fault.Fault) error {
	if err != nil {
		return err
	}
	return otherwise
}

// Subscriptions lists the viewer's external calendars.
func (s *Service) Subscriptions(ctx context.Context, v *viewer.Viewer) ([]Subscription, error) {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return nil, err
	}
	rows, err := readSubscriptions(ctx, s.db.Pool, v.ID)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	key, err := s.vault.Key(ctx, s.db.Pool, v.ID)
	if err != nil {
		return nil, err
	}
	all := make([]Subscription, len(rows))
	for i, row := range rows {
		address, err := key.Unseal(aboutCalendar(row.ID), row.SealedAddress)
		if err != nil {
			return nil, err
		}
		all[i] = row.subscription(host(address))
	}
	return all, nil
}

// host returns the part of an address that is shown.
func host(address []byte) string {
	u, err := url.Parse(string(address))
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// changeCalendar changes one of the viewer's external calendars.
func (s *Service) changeCalendar(ctx context.Context, v *viewer.Viewer, id uuid.UUID, act func(tx postgres.Tx, row subscriptionRow) error) error {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if _, err := worker.Lock(ctx, tx, v.ID); err != nil {
			return err
		}
		row, err := lockSubscription(ctx, tx, id)
		if err != nil {
			return err
		}
		if row.SocialWorkerID != v.ID {
			return errNoSubscription
		}
		return act(tx, row)
	})
}

// Unsubscribe deletes one of the viewer's external calendars, and its busy periods.
func (s *Service) Unsubscribe(ctx context.Context, v *viewer.Viewer, id uuid.UUID) error {
	return s.changeCalendar(ctx, v, id, func(tx postgres.Tx, _ subscriptionRow) error { return deleteSubscription(ctx, tx, id) })
}

// PauseCalendar pauses one of the viewer's external calendars: its busy periods are
// deleted. It is synchronised within a minute after it is resumed.
func (s *Service) PauseCalendar(ctx context.Context, v *viewer.Viewer, id uuid.UUID, paused bool) error {
	return s.changeCalendar(ctx, v, id, func(tx postgres.Tx, _ subscriptionRow) error {
		return pauseSubscription(ctx, tx, id, paused)
	})
}

// CountAllDay sets whether all-day events of one of the viewer's external calendars are
// busy. It is synchronised again within a minute.
func (s *Service) CountAllDay(ctx context.Context, v *viewer.Viewer, id uuid.UUID, count bool) error {
	return s.changeCalendar(ctx, v, id, func(tx postgres.Tx, _ subscriptionRow) error {
		return setAllDay(ctx, tx, id, count)
	})
}

var errZone = fault.New(fault.Invalid, "Choisissez un fuseau horaire dans la liste.")

// AssumeZone sets in which zone, one of people.Zones, the times of one of the viewer's
// external calendars are whose own zone is not understood. It is synchronised again within
// a minute.
func (s *Service) AssumeZone(ctx context.Context, v *viewer.Viewer, id uuid.UUID, zone string) error {
	return s.changeCalendar(ctx, v, id, func(tx postgres.Tx, _ subscriptionRow) error {
		if !slices.Contains(form.Values(people.Zones), zone) {
			return errZone
		}
		return setAssumedZone(ctx, tx, id, zone)
	})
}

// Sync synchronises one of the viewer's external calendars now; Throttled if that was done
// less than minSyncInterval ago.
func (s *Service) Sync(ctx context.Context, v *viewer.Viewer, id uuid.UUID) error {
	return s.changeCalendar(ctx, v, id, func(tx postgres.Tx, row subscriptionRow) error {
		if wait := row.AskedAt.Add(minSyncInterval).Sub(tx.Now); wait > 0 {
			return fault.Wait("Cet agenda vient d’être demandé.", wait)
		}
		if row.Paused {
			return fault.New(fault.Conflict, "Cet agenda est en pause. Reprenez-le d’abord.")
		}
		if err := setAsked(ctx, tx, id); err != nil {
			return err
		}
		return s.readSoon(ctx, tx, id)
	})
}
