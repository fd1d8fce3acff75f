// Package notify notifies people of changes to their appointments, reminds them, and shows
// the delivery log to the switchboard (R21).
//
// It registers its kinds with package notification, which sends them. Each notification is
// checked when it is sent: nothing outdated, late or unwanted is sent, and no SMS outside
// call hours.
package notify

import (
	"context"
	"time"

	"socialdirect/account"
	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/notification"

	"github.com/google/uuid"
)

// The kinds of notifications about an appointment, which are also the names of their
// texts.
const (
	Confirmation  = "confirmation"
	Cancellation  = "cancellation"
	Change        = "change"  // another hour, mode or other needs
	Detail        = "detail"  // something was settled for it; its hour stays
	Request       = "request" // a request was made
	Accepted      = "accepted"
	Declined      = "declined"
	Expired       = "expired"
	ClosedRequest = "closed_request" // to the worker, of a declined or expired request
	LimitReminder = "reminder_limit"
	HourReminder  = "reminder_hour"
	Unreached     = "unreached" // the worker called, and nobody answered
)

// kind describes all notifications of one name.
type kind struct {
	label  string                    // on the switchboard's pages
	valid  []appointment.Status      // the states of the appointment in which it is valid
	byMail bool                      // an SMS is sent only if no mail reaches the person
	wanted func(people.Contact) bool // of a reminder: whether the person wants it

	before  time.Duration // of a reminder: how long before the hour it is due
	useless time.Duration // of a reminder: how long before the hour it is no longer useful

	call bool // it is about a try to call: urgent, without a calendar file
}

// reminder reports whether the kind is a reminder, planned from the appointments.
func (k kind) reminder() bool { return k.before > 0 }

// afterLastTry is how long after the appointment a person may still read that nobody will call
// again.
const afterLastTry = 24 * time.Hour

// uselessFrom returns from when a notification of the kind is no longer useful: other than
// reminders and tries to call, when the appointment is over.
func (k kind) uselessFrom(a appointment.Appointment) time.Time {
	switch {
	case k.reminder():
		return a.StartsAt.Add(-k.useless)
	case k.call && a.TriedOut():
		return a.EndsAt.Add(afterLastTry)
	case k.call:
		return a.NextTry()
	}
	return a.EndsAt
}

func (k kind) priority() int {
	switch {
	case k.reminder():
		return jobs.Reminder
	case k.call:
		return jobs.Awaited
	}
	return jobs.News
}

// kinds are the kinds by name. The reminder of the limit is due a day before it and no
// longer useful in its last hour; the reminder of the hour is no longer useful when the
// call page opens.
var kinds = map[string]kind{
	Confirmation:  {label: "Confirmation", valid: []appointment.Status{appointment.Confirmed}},
	Cancellation:  {label: "Annulation", valid: []appointment.Status{appointment.Cancelled, appointment.CancelledLate, appointment.CancelledByWorker}},
	Change:        {label: "Changement", valid: []appointment.Status{appointment.Confirmed, appointment.Requested}},
	Detail:        {label: "Précision", valid: []appointment.Status{appointment.Confirmed, appointment.Requested}},
	Request:       {label: "Demande reçue", valid: []appointment.Status{appointment.Requested}},
	Accepted:      {label: "Demande acceptée", valid: []appointment.Status{appointment.Confirmed}},
	Declined:      {label: "Demande déclinée", valid: []appointment.Status{appointment.Declined}},
	ClosedRequest: {label: "Demande close", valid: []appointment.Status{appointment.Declined, appointment.Expired}, byMail: true},
	Expired:       {label: "Demande sans réponse", valid: []appointment.Status{appointment.Expired}},
	Unreached:     {label: "Appel sans réponse", valid: []appointment.Status{appointment.Confirmed, appointment.NoShow}, call: true},
	LimitReminder: {
		label: "Rappel avant la limite", valid: []appointment.Status{appointment.Confirmed}, wanted: func(c people.Contact) bool { return c.LimitReminder },
		before: appointment.PenaltyFreeBefore + 24*time.Hour, useless: appointment.PenaltyFreeBefore + time.Hour,
	},
	HourReminder: {
		label: "Rappel avant l’heure", valid: []appointment.Status{appointment.Confirmed}, wanted: func(c people.Contact) bool { return c.HourReminder },
		before: time.Hour, useless: 15 * time.Minute,
	},
}

// Proposer returns offers for an appointment that its worker cancelled.
type Proposer interface {
	// Propose returns the current offers; open is false if there are none, or another
	// appointment was booked.
	Propose(ctx context.Context, q postgres.Querier, a appointment.Appointment, reader *time.Location, now time.Time) (offers []Offers, open bool, err error)
}

// Offers are one group of offers in a mail, without names.
type Offers struct {
	Title string
	Hours []string
}

// Service notifies people of their appointments.
type Service struct {
	Parts
}

// Parts are what a Service works with.
type Parts struct {
	DB            *postgres.DB
	Accounts      *account.Service
	Notifications *notification.Service
	Proposals     Proposer
	Links         appointment.Links
}

// New returns the service, and registers its kinds.
func New(p Parts) *Service {
	s := &Service{p}
	for name, k := range kinds {
		p.Notifications.Register(notification.Kind{
			Name: name, Label: k.label, HourAs: "Rendez-vous du", Priority: k.priority(), Fill: s.fill, SMS: s, Followed: true, KeptWithSubject: true,
		})
	}
	return s
}

// At returns the service on a database with another clock.
func (s *Service) At(db *postgres.DB) *Service {
	moved := *s
	moved.DB, moved.Notifications = db, s.Notifications.At(db)
	return &moved
}

// Rounds returns the periodic jobs.
func (s *Service) Rounds() []jobs.Round {
	return []jobs.Round{{Name: "appointment_reminders", Every: remindEvery, Do: s.Remind}}
}

// About notifies people of the current state of the appointment: once for each change of
// it (its sequence), by each channel that reaches them.
func (s *Service) About(ctx context.Context, tx postgres.Tx, id uuid.UUID, name string, people ...uuid.UUID) error {
	a, err := appointment.ReadAny(ctx, tx, id)
	if err != nil {
		return err
	}
	reachable, err := s.Accounts.People.Reachable(ctx, tx, people)
	if err != nil {
		return err
	}
	var to []notification.Addressee
	for _, person := range people {
		if r, found := reachable[person]; found {
			to = append(to, s.News(r, !kinds[name].byMail)...)
		}
	}
	return s.queue(ctx, tx, name, due{ID: id, Sequence: a.Sequence, StartsAt: a.StartsAt}, to)
}

func (s *Service) queue(ctx context.Context, tx postgres.Tx, name string, about due, to []notification.Addressee) error {
	return s.Notifications.Queue(ctx, tx, notification.Request{Kind: name, SubjectID: about.ID, Version: about.Sequence, ConcernsAt: about.StartsAt, To: to})
}

// News returns the channels that reach somebody. If there are none the notification is
// still stored, for the switchboard to call.
func (s *Service) News(r people.Reachable, bySMS bool) []notification.Addressee {
	if to := s.addressed(r, bySMS); len(to) > 0 {
		return to
	}
	return []notification.Addressee{{AccountID: r.ID, Channel: notification.NoChannel}}
}

// addressed returns the channels that reach somebody. If no mail does, an SMS is sent for
// every kind.
func (s *Service) addressed(r people.Reachable, bySMS bool) (to []notification.Addressee) {
	if r.Email != "" {
		to = notification.ByMail(r.ID)
	}
	if s.textable(r) && (bySMS || r.Email == "") {
		to = append(to, notification.Addressee{AccountID: r.ID, Channel: notification.SMS})
	}
	return to
}

// textable reports whether the person may be sent SMS: not staff, who read their mail, and
// not to an unverified number, which may be a stranger's (R47).
func (s *Service) textable(r people.Reachable) bool {
	return s.Accounts.People.SMS && r.Role == viewer.Beneficiary && r.Mobile != "" && r.MobileProved && r.Contact.Texts
}

// Reaches reports whether the channel still reaches the person.
func (s *Service) Reaches(channel notification.Channel, r people.Reachable) bool {
	if channel == notification.Mail {
		return r.Email != ""
	}
	return s.textable(r)
}

// MayText reports whether somebody can be notified by SMS.
func (s *Service) MayText(ctx context.Context, q postgres.Querier, person uuid.UUID) (bool, error) {
	known, err := s.Accounts.People.Reachable(ctx, q, []uuid.UUID{person})
	return s.textable(known[person]), err
}

// SpendText counts an SMS (R47).
func (s *Service) SpendText(ctx context.Context, tx postgres.Tx, person uuid.UUID) (bool, error) {
	known, err := s.Accounts.People.Reachable(ctx, tx, []uuid.UUID{person})
	if err != nil {
		return false, err
	}
	return s.Accounts.Outbox.SpendText(ctx, tx, known[person].Person)
}

// Within delays an SMS until the person's call hours, if it is still useful then.
func Within(channel notification.Channel, r people.Reachable, useless, now time.Time) notification.Verdict {
	if channel != notification.SMS {
		return notification.Verdict{}
	}
	callable := r.Callability(now, r.Zone)
	if !callable.Before(useless) {
		return notification.Verdict{Drop: notification.Late}
	}
	return notification.Verdict{Wait: callable.Sub(now)}
}

// To returns the address of a notification, and whether its text is discreet.
func To(channel notification.Channel, r people.Reachable) notification.Content {
	if channel == notification.SMS {
		return notification.Content{To: r.Mobile, Discreet: r.Discreet}
	}
	return notification.Content{To: r.Email, Discreet: r.Discreet}
}
