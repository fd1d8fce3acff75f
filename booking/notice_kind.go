package booking

import (
	"context"
	"slices"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// The notices that this package sends: the names of their texts. Each has
// NAME.txt, and those that go by SMS sms_NAME.txt.
const (
	noticeConfirmation  = "confirmation"
	NoticeCancellation  = "cancellation"
	noticeChange        = "change"  // another hour, another way to talk, other needs
	noticeRequest       = "request" // an hour is asked for, and held
	noticeAccepted      = "accepted"
	noticeDeclined      = "declined"
	noticeExpired       = "expired"
	noticeClosed        = "closed_request" // to the worker, of both
	noticeLimitReminder = "reminder_limit"
	noticeHourReminder  = "reminder_hour"
	noticeFreed         = "freed" // hours that somebody waits for; it is about no appointment
)

// noticeKind is what holds for every notice of a name.
type noticeKind struct {
	label  string                    // as the switchboard reads it
	holds  []appointment.Status      // the states of its appointment in which it is true
	texted bool                      // it goes by SMS too, to somebody who has an e-mail address
	wanted func(people.Contact) bool // of a reminder: whether the person wants it

	before  time.Duration // of a reminder: how long before the hour it is due
	useless time.Duration // of a reminder: how long before the hour it helps nobody any more
}

// uselessFrom is from when a notice of the kind helps nobody any more: news is told
// until the hour is over.
func (k noticeKind) uselessFrom(a appointment.Appointment) time.Time {
	if k.reminder() {
		return a.StartsAt.Add(-k.useless)
	}
	return a.EndsAt
}

// noticeKinds are the kinds by name. A reminder before the limit comes a day before
// it, and not in its last hour; the one before the hour stops when the doors open.
var noticeKinds = map[string]noticeKind{
	noticeConfirmation: {label: "Confirmation", holds: []appointment.Status{appointment.Confirmed}, texted: true},
	NoticeCancellation: {label: "Annulation", holds: []appointment.Status{appointment.Cancelled, appointment.CancelledLate, appointment.CancelledByWorker}, texted: true},
	noticeChange:       {label: "Changement", holds: []appointment.Status{appointment.Confirmed, appointment.Requested}, texted: true},
	noticeRequest:      {label: "Demande reçue", holds: []appointment.Status{appointment.Requested}, texted: true},
	noticeAccepted:     {label: "Demande acceptée", holds: []appointment.Status{appointment.Confirmed}, texted: true},
	noticeDeclined:     {label: "Demande déclinée", holds: []appointment.Status{appointment.Declined}, texted: true},
	noticeClosed:       {label: "Demande close", holds: []appointment.Status{appointment.Declined, appointment.Expired}},
	noticeExpired:      {label: "Demande sans réponse", holds: []appointment.Status{appointment.Expired}, texted: true},
	noticeLimitReminder: {
		label: "Rappel avant la limite", holds: []appointment.Status{appointment.Confirmed}, texted: true, wanted: func(c people.Contact) bool { return c.LimitReminder },
		before: appointment.FreeCancellation + 24*time.Hour, useless: appointment.FreeCancellation + time.Hour,
	},
	noticeHourReminder: {
		label: "Rappel avant l’heure", holds: []appointment.Status{appointment.Confirmed}, texted: true, wanted: func(c people.Contact) bool { return c.HourReminder },
		before: time.Hour, useless: 15 * time.Minute,
	},
	noticeFreed: {label: "Heure plus proche", texted: true},
}

// NoticeLabel says which notice it was.
func NoticeLabel(name string) string {
	if kind, known := noticeKinds[name]; known {
		return kind.label
	}
	return "Message"
}

// reminder reports whether notices of the kind are planned from the appointment, and
// say nothing new.
func (k noticeKind) reminder() bool { return k.before > 0 }

// Channel is how a notice goes.
type Channel string

// The channels.
const (
	ByMail    Channel = "mail"
	ByText    Channel = "sms"
	byNothing Channel = "none" // nothing reaches the person
)

// NoticeState is what became of a notice.
type NoticeState string

// The states of a notice.
const (
	NoticeQueued  NoticeState = "queued"
	NoticeSent    NoticeState = "sent"    // the mail server or the SMS gateway has taken it
	NoticeFailed  NoticeState = "failed"  // the person cannot be reached so
	NoticeBounced NoticeState = "bounced" // it was taken, and came back
	NoticeDropped NoticeState = "dropped" // there is no reason left to send it
)

// Why a notice was dropped, or failed where no server says it (mail.Cause, sms.Number).
const (
	causeStale     = "stale"      // it would no longer be true, or something later is told
	causeLate      = "late"       // it would have come too late to help
	causeUnwanted  = "unwanted"   // the person does not want it, or knows it better
	causeNoChannel = "no_channel" // nothing reaches the person
	causeTexts     = "texts"      // the day's SMS to the person, or to their number, were all sent
	causeNoAnswer  = "no_answer"  // the mail server or the gateway never took it, in time
)

// noticeArgs is the job that sends one notice. It holds nothing but which.
type noticeArgs struct {
	NoticeID uuid.UUID `json:"notice_id"`
}

// Kind names the job.
func (noticeArgs) Kind() string { return "appointment_notice" }

// Notify has people told of the appointment as it stands in the transaction: once
// for each change of it (its sequence), by each channel that reaches them.
func (s *Service) Notify(ctx context.Context, tx postgres.Tx, appointment uuid.UUID, notice string, people ...uuid.UUID) error {
	reachable, err := s.accounts.People.Reachable(ctx, tx, people)
	if err != nil {
		return err
	}
	var to []addressee
	for _, person := range people {
		r, found := reachable[person]
		if !found {
			continue
		}
		to = append(to, addressed(person, orNothing(s.channels(noticeKinds[notice], r)))...)
	}
	return s.queueNotices(ctx, tx, anAppointment, appointment, notice, to)
}

// queueNotices has a notice sent to those who do not have it yet.
func (s *Service) queueNotices(ctx context.Context, tx postgres.Tx, about string, which uuid.UUID, notice string, to []addressee) error {
	queued, err := insertNotices(ctx, tx, about, which, notice, to)
	if err != nil {
		return err
	}
	return s.enqueue(ctx, tx, notice, queued)
}

// orNothing are the channels of news: what reaches nobody is kept too, for the
// switchboard to tell.
func orNothing(channels []Channel) []Channel {
	if len(channels) == 0 {
		return []Channel{byNothing}
	}
	return channels
}

func addressed(person uuid.UUID, channels []Channel) []addressee {
	to := make([]addressee, len(channels))
	for i, channel := range channels {
		to[i] = addressee{person, channel}
	}
	return to
}

// channels are those by which a notice goes to a person; none where nothing reaches
// them.
func (s *Service) channels(kind noticeKind, r people.Reachable) []Channel {
	var channels []Channel
	if r.Email != "" {
		channels = append(channels, ByMail)
	}
	if s.textable(r) && (kind.texted || r.Email == "") {
		channels = append(channels, ByText)
	}
	return channels
}

// textable reports whether the person may be sent SMS: staff read their mail, and a
// number that never answered a code may be a stranger's (R47).
func (s *Service) textable(r people.Reachable) bool {
	return s.accounts.People.Texts() && r.Role == viewer.Beneficiary && r.Mobile != "" && r.MobileProved && r.Contact.Texts
}

func (s *Service) enqueue(ctx context.Context, tx postgres.Tx, notice string, queued []queuedRow) error {
	for _, n := range queued {
		if n.Channel == byNothing {
			continue
		}
		opts := noticeKinds[notice].opts(n.Channel)
		if err := s.queue.Add(ctx, tx, noticeArgs{n.ID}, &opts); err != nil {
			return err
		}
	}
	return nil
}

// opts has news come before reminders.
func (k noticeKind) opts(channel Channel) river.InsertOpts {
	priority := jobs.News
	if k.reminder() {
		priority = jobs.Reminder
	}
	if channel == ByText {
		return jobs.ByText(priority)
	}
	return jobs.ByMail(priority)
}

// verdict is what to do with a queued notice: wait, drop it for a cause, or neither
// and send it.
type verdict struct {
	wait time.Duration
	drop string
}

// judge decides on a notice by what holds now: nobody is told what is no longer true,
// too late, or against their wishes, and no SMS comes outside of the call hours.
func (s *Service) judge(n noticeRow, a appointment.Appointment, r people.Reachable, superseded bool, now time.Time) verdict {
	kind := noticeKinds[n.Notice]
	useless := kind.uselessFrom(a)
	switch {
	case superseded, kind.holds != nil && !slices.Contains(kind.holds, a.Status):
		return verdict{drop: causeStale}
	case kind.reminder() && !n.StartsAt.Equal(a.StartsAt):
		return verdict{drop: causeStale}
	case !now.Before(useless):
		return verdict{drop: causeLate}
	case !s.wants(n, kind, a, r):
		return verdict{drop: causeUnwanted}
	}
	return n.within(r, useless, now)
}

// within has an SMS wait for the person's call hours, as long as it helps then.
func (n noticeRow) within(r people.Reachable, useless, now time.Time) verdict {
	if n.Channel != ByText {
		return verdict{}
	}
	callable := r.Callability(now, r.Zone)
	if !callable.Before(useless) {
		return verdict{drop: causeLate}
	}
	return verdict{wait: callable.Sub(now)}
}

// wants reports whether the person still wants the notice by its channel. Whoever
// cancelled needs no SMS about it, as long as the mail says it.
func (s *Service) wants(n noticeRow, kind noticeKind, a appointment.Appointment, r people.Reachable) bool {
	switch {
	case kind.reminder() && !(r.Active && kind.wanted(r.Contact)):
		return false
	case n.Channel == ByText && n.Notice == NoticeCancellation && a.Status != appointment.CancelledByWorker && r.Email != "":
		return false
	}
	return s.reaches(n, r)
}

// reaches reports whether the notice's channel is still one to the person.
func (s *Service) reaches(n noticeRow, r people.Reachable) bool {
	if n.Channel == ByMail {
		return r.Email != ""
	}
	return s.textable(r)
}
