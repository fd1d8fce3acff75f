// Package awaited tells a worker who is not in the call that somebody waits there (R24): by mail,
// and by SMS if they want it, once for each appointment, since an admission holds for the whole
// call.
package awaited

import (
	"context"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking"
	"socialdirect/booking/appointment"
	"socialdirect/booking/worker"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/notification"
	"socialdirect/web"

	"github.com/google/uuid"
)

// kind is the kind of the notification, and the name of its texts.
const kind = "awaited"

// Service notifies workers.
type Service struct {
	db       *postgres.DB
	bookings *booking.Service
	notices  *notification.Service
}

// New returns the service, and registers its kind.
func New(db *postgres.DB, bookings *booking.Service) *Service {
	s := &Service{db: db, bookings: bookings, notices: bookings.Notify.Notifications}
	s.notices.Register(notification.Kind{
		Name: kind, Label: "Quelqu’un attend dans l’appel", HourAs: "Rendez-vous du", Priority: jobs.Awaited, Fill: s.fill, SMS: texts{s},
	})
	return s
}

// Notify notifies the worker of an appointment that the person waits, and returns since when
// they were: doing it again changes nothing.
func (s *Service) Notify(ctx context.Context, id uuid.UUID) (at time.Time, err error) {
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		a, err := appointment.ReadAny(ctx, tx, id)
		if err != nil {
			return err
		}
		its, err := worker.Read(ctx, tx, a.SocialWorkerID)
		if err != nil {
			return err
		}
		to := notification.ByMail(a.SocialWorkerID)
		if its.AwaitedMobile != "" && s.bookings.Accounts.People.SMS {
			to = append(to, notification.Addressee{AccountID: a.SocialWorkerID, Channel: notification.SMS})
		}
		err = s.notices.Queue(ctx, tx, notification.Request{Kind: kind, SubjectID: id, Version: a.Sequence, ConcernsAt: a.StartsAt, To: to})
		if err != nil {
			return err
		}
		at, err = notification.QueuedAt(ctx, tx, kind, id, a.Sequence)
		return err
	})
	return at, err
}

// Since returns since when the worker was notified that the person waits; zero if they were not.
func (s *Service) Since(ctx context.Context, a appointment.Appointment) (time.Time, error) {
	return notification.QueuedAt(ctx, s.db.Pool, kind, a.ID, a.Sequence)
}

// texts limits the SMS, which go to the number of the worker's settings.
type texts struct{ *Service }

// MayText is always false: a mail that bounces is not replaced.
func (texts) MayText(context.Context, postgres.Querier, uuid.UUID) (bool, error) { return false, nil }

// SpendText counts an SMS (R47).
func (t texts) SpendText(ctx context.Context, tx postgres.Tx, id uuid.UUID) (bool, error) {
	its, err := worker.Read(ctx, tx, id)
	if err != nil {
		return false, err
	}
	return t.bookings.Accounts.Outbox.SpendText(ctx, tx, people.Person{ID: id, Mobile: its.AwaitedMobile})
}

// words are the data of the texts: nothing of the person.
type words struct {
	Hour      string // of the appointment, on the worker's clock
	PlainHour string // for an SMS
	Page      string // of the call
}

// fill returns the content, unless nobody waits any more.
func (s *Service) fill(ctx context.Context, tx postgres.Tx, n notification.Notification) (content notification.Content, verdict notification.Verdict, err error) {
	row, err := appointment.ReadAny(ctx, tx, n.SubjectID)
	if err != nil {
		return content, verdict, err
	}
	admitted, err := readAdmitted(ctx, tx, row.ID)
	if err != nil {
		return content, verdict, err
	}
	a := row.Appointment()
	if admitted || !a.Status.Agreed() || !tx.Now.Before(a.EndsAt) {
		return content, notification.Verdict{Drop: notification.Stale}, nil
	}
	to, zone, err := s.address(ctx, tx, n)
	if err != nil {
		return content, verdict, err
	}
	starts := a.StartsAt.In(zone)
	content.To, content.Data = to, words{Hour: web.Hour(starts), PlainHour: web.PlainHour(starts), Page: s.bookings.Notify.Links.Appointment(a.ID) + "/appel"}
	return content, verdict, nil
}

// address returns where a notification goes, and the worker's zone.
func (s *Service) address(ctx context.Context, tx postgres.Tx, n notification.Notification) (to string, zone *time.Location, err error) {
	known, err := s.bookings.Accounts.People.Reachable(ctx, tx, []uuid.UUID{n.AccountID})
	if err != nil {
		return "", nil, err
	}
	its, err := worker.Read(ctx, tx, n.AccountID)
	if n.Channel == notification.SMS {
		return its.AwaitedMobile, its.Zone(), err
	}
	return known[n.AccountID].Email, its.Zone(), err
}
