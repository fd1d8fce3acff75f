package calendar

import (
	"context"
	"net/url"
	"time"

	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/fetch"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// MaxSubscriptions is how many calendars of their own a worker may add.
const MaxSubscriptions = 5

// maxCalendarName is how many characters a calendar's name may have.
const maxCalendarName = 60

// minSyncInterval is how long a worker waits before the same calendar is read again at
// their word.
const minSyncInterval = time.Minute

// Subscription is a calendar that a worker keeps elsewhere, whose busy times close
// their hours here (R41). Nothing of it is kept but these times.
type Subscription struct {
	ID           uuid.UUID
	Name         string
	Host         string // where it lies; the rest of its address is a secret
	AllDay       bool   // whether days taken up entirely are busy
	Paused       bool
	ReadAt       time.Time // the last success; zero for none
	FailingSince time.Time // zero while all is well
	Failure      Failure
	Next         time.Time // when it is read next
}

// Failure is why a calendar could not be read.
type Failure string

// The failures that a worker is told apart, since each asks for something else.
const (
	FailureAddress     Failure = "address"     // it leads where we do not go
	FailureUnknown     Failure = "unknown"     // no such server
	FailureUnreachable Failure = "unreachable" // no answer, or none of use
	FailureCertificate Failure = "certificate"
	FailureGone        Failure = "gone" // the link no longer works
	FailureRedirects   Failure = "redirects"
	FailureTooLarge    Failure = "too_large"
	FailureTooSlow     Failure = "too_slow"
	FailureNotCalendar Failure = "not_calendar"
	FailureTooComplex  Failure = "too_complex"
)

// NewSubscription is a calendar to be added.
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

// Subscribe adds a calendar to the viewer's own, which is read at once. Its address
// opens it to whoever knows it: it is sealed with the viewer's key.
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

// Subscriptions lists the viewer's own calendars.
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

// host is all of an address that is shown again.
func host(address []byte) string {
	u, err := url.Parse(string(address))
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// changeCalendar lets the viewer change one of their own calendars.
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

// Unsubscribe forgets a calendar of the viewer's, and its busy times.
func (s *Service) Unsubscribe(ctx context.Context, v *viewer.Viewer, id uuid.UUID) error {
	return s.changeCalendar(ctx, v, id, func(tx postgres.Tx, _ subscriptionRow) error { return deleteSubscription(ctx, tx, id) })
}

// PauseCalendar has a calendar of the viewer's close no hours for now: its busy
// times are forgotten, and read anew within a minute once it goes on.
func (s *Service) PauseCalendar(ctx context.Context, v *viewer.Viewer, id uuid.UUID, paused bool) error {
	return s.changeCalendar(ctx, v, id, func(tx postgres.Tx, _ subscriptionRow) error {
		return pauseSubscription(ctx, tx, id, paused)
	})
}

// CountAllDay says whether days that a calendar of the viewer's takes up entirely
// are busy; it is read anew within a minute.
func (s *Service) CountAllDay(ctx context.Context, v *viewer.Viewer, id uuid.UUID, count bool) error {
	return s.changeCalendar(ctx, v, id, func(tx postgres.Tx, _ subscriptionRow) error {
		return setAllDay(ctx, tx, id, count)
	})
}

// Sync has a calendar of the viewer's read now; Throttled for one that
// was asked for a moment ago.
func (s *Service) Sync(ctx context.Context, v *viewer.Viewer, id uuid.UUID) error {
	return s.changeCalendar(ctx, v, id, func(tx postgres.Tx, row subscriptionRow) error {
		if wait := row.AskedAt.Add(minSyncInterval).Sub(tx.Now); wait > 0 {
			return &fault.Fault{Code: fault.Throttled, Message: "Cet agenda vient d’être demandé. Attendez une minute avant de recommencer.", RetryAfter: wait}
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
