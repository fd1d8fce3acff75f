// Package notify notifies people of what becomes of their appointments, reminds them of
// the hour, and shows the switchboard what became of it (R21).
//
// It registers its kinds with package notification, which sends them. What is told is
// judged as it is sent: nobody is told what is no longer true, too late, or against
// their wishes, and no SMS comes outside of the call hours.
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

// The kinds about an appointment: the names of their texts.
const (
	Confirmation  = "confirmation"
	Cancellation  = "cancellation"
	Change        = "change"  // another hour, another way to talk, other needs
	Request       = "request" // an hour is asked for, and kept
	Accepted      = "accepted"
	Declined      = "declined"
	Expired       = "expired"
	ClosedRequest = "closed_request" // to the worker, of both
	LimitReminder = "reminder_limit"
	HourReminder  = "reminder_hour"
)

// kind is what holds for every notification of a name.
type kind struct {
	label  string                    // as the switchboard reads it
	valid  []appointment.Status      // the states of its appointment in which it is true
	byMail bool                      // it goes by SMS only to somebody without an e-mail address
	wanted func(people.Contact) bool // of a reminder: whether the person wants it

	before  time.Duration // of a reminder: how long before the hour it is due
	useless time.Duration // of a reminder: how long before the hour it helps nobody any more
}

// reminder reports whether notifications of the kind are planned from the appointment,
// and say nothing new.
func (k kind) reminder() bool { return k.before > 0 }

// uselessFrom is from when a notification of the kind helps nobody any more: news is told
// until the hour is over.
func (k kind) uselessFrom(a appointment.Appointment) time.Time {
	if k.reminder() {
		return a.StartsAt.Add(-k.useless)
	}
	return a.EndsAt
}

func (k kind) priority() int {
	if k.reminder() {
		return jobs.Reminder
	}
	return jobs.News
}

// kinds are the kinds by name. A reminder before the limit comes a day before it, and
// not in its last hour; the one before the hour stops when the doors open.
var kinds = map[string]kind{
	Confirmation:  {label: "Confirmation", valid: []appointment.Status{appointment.Confirmed}},
	Cancellation:  {label: "Annulation", valid: []appointment.Status{appointment.Cancelled, appointment.CancelledLate, appointment.CancelledByWorker}},
	Change:        {label: "Changement", valid: []appointment.Status{appointment.Confirmed, appointment.Requested}},
	Request:       {label: "Demande reçue", valid: []appointment.Status{appointment.Requested}},
	Accepted:      {label: "Demande acceptée", valid: []appointment.Status{appointment.Confirmed}},
	Declined:      {label: "Demande déclinée", valid: []appointment.Status{appointment.Declined}},
	ClosedRequest: {label: "Demande close", valid: []appointment.Status{appointment.Declined, appointment.Expired}, byMail: true},
	Expired:       {label: "Demande sans réponse", valid: []appointment.Status{appointment.Expired}},
	LimitReminder: {
		label: "Rappel avant la limite", valid: []appointment.Status{appointment.Confirmed}, wanted: func(c people.Contact) bool { return c.LimitReminder },
		before: appointment.PenaltyFreeBefore + 24*time.Hour, useless: appointment.PenaltyFreeBefore + time.Hour,
	},
	HourReminder: {
		label: "Rappel avant l’heure", valid: []appointment.Status{appointment.Confirmed}, wanted: func(c people.Contact) bool { return c.HourReminder },
		before: time.Hour, useless: 15 * time.Minute,
	},
}

// Proposer says what is offered in place of an appointment that its worker cancelled.
type Proposer interface {
	// Propose returns the hours that can be had now; open is false when nothing is
	// offered, or something took the appointment's place.
	Propose(ctx context.Context, q postgres.Querier, a appointment.Appointment, reader *time.Location, now time.Time) (offers []Offers, open bool, err error)
}

// Offers are hours of one kind as a mail names them: never with whom.
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

// New returns the notifications of appointments, and registers their kinds.
func New(p Parts) *Service {
	s := &Service{p}
	for name, k := range kinds {
		p.Notifications.Register(notification.Kind{
			Name: name, Label: k.label, HourAs: "Rendez-vous du", Priority: k.priority(), Fill: s.fill, SMS: s, Followed: true, KeptWithSubject: true,
		})
	}
	return s
}

// At returns the same notifications on a database whose clock stands elsewhere.
func (s *Service) At(db *postgres.DB) *Service {
	moved := *s
	moved.DB, moved.Notifications = db, s.Notifications.At(db)
	return &moved
}

// Rounds are what comes round by itself.
func (s *Service) Rounds() []jobs.Round {
	return []jobs.Round{{Name: "appointment_reminders", Every: remindEvery, Do: s.Remind}}
}

// About has people told of the appointment as it stands in the transaction: once for
// each change of it (its sequence), by each channel that reaches them.
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

// News addresses somebody by each channel that reaches them; what reaches nobody is kept
// too, for the switchboard to tell.
func (s *Service) News(r people.Reachable, bySMS bool) []notification.Addressee {
	if to := s.addressed(r, bySMS); len(to) > 0 {
		return to
	}
	return []notification.Addressee{{AccountID: r.ID, Channel: notification.NoChannel}}
}

// addressed is somebody by each channel that reaches them. Where no mail does, an SMS
// goes whether the kind has one or not.
func (s *Service) addressed(r people.Reachable, bySMS bool) (to []notification.Addressee) {
	if r.Email != "" {
		to = notification.ByMail(r.ID)
	}
	if s.textable(r) && (bySMS || r.Email == "") {
		to = append(to, notification.Addressee{AccountID: r.ID, Channel: notification.SMS})
	}
	return to
}

// textable reports whether the person may be sent SMS: staff read their mail, and a
// number that never answered a code may be a stranger's (R47).
func (s *Service) textable(r people.Reachable) bool {
	return s.Accounts.People.Texts() && r.Role == viewer.Beneficiary && r.Mobile != "" && r.MobileProved && r.Contact.Texts
}

// Reaches reports whether the channel is still one to the person.
func (s *Service) Reaches(channel notification.Channel, r people.Reachable) bool {
	if channel == notification.Mail {
		return r.Email != ""
	}
	return s.textable(r)
}

// MayText reports whether somebody can be told by SMS.
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

// Within has an SMS wait for the person's call hours, as long as it helps then.
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

// To is where a notification to the person goes, and that it is discreet where they want
// that.
func To(channel notification.Channel, r people.Reachable) notification.Content {
	if channel == notification.SMS {
		return notification.Content{To: r.Mobile, Discreet: r.Discreet}
	}
	return notification.Content{To: r.Email, Discreet: r.Discreet}
}
