package bookingtest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/internal/jobs"
	"socialdirect/internal/mail"
	"socialdirect/internal/postgres"
	"socialdirect/internal/sms"
	"socialdirect/internal/viewer"
	"socialdirect/notification"
	"socialdirect/web"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// Base is a public address of typical length.
const Base = "https://rendezvous.example.org"

// Store stores mails and SMS as mail stores and gateways do: one for each identifier.
type Store struct {
	mu     sync.Mutex
	Mails  map[string]mail.Message
	Texts  map[string]sms.Message
	Handed int   // how often a message was accepted
	Before error // refuses a message, if set
	After  error // is returned for an accepted message, as in a crash
	During func()
	Dies   bool // panics once a message was accepted
}

func (s *Store) accept(keep func()) error {
	if s.During != nil {
		s.During()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Before != nil {
		return s.Before
	}
	s.Handed++
	keep()
	if s.Dies {
		panic("the process dies")
	}
	return s.After
}

type mails struct{ *Store }

func (m mails) Send(_ context.Context, message mail.Message) error {
	return m.accept(func() { m.Mails[message.ID] = message })
}

type texts struct{ *Store }

func (x texts) Send(_ context.Context, message sms.Message) error {
	return x.accept(func() { x.Texts[message.Key] = message })
}

// PostOffice is a world whose notifications are sent when the test delivers them.
type PostOffice struct {
	*World
	*Store
	Worker     Sender
	Zoe, Nadia *viewer.Viewer
}

// NewPostOffice returns a post office with Zoé, and Nadia, who can be booked at any hour.
func NewPostOffice(t testing.TB) *PostOffice {
	t.Helper()
	o := PostOfficeOf(t, New(t))
	o.Accounts.People.SMS = true
	o.Zoe, o.Nadia = o.Beneficiary(t, "Zoé", "Vidal"), o.SocialWorker(t, "Nadia", "Le Goff")
	return o
}

// PostOfficeOf returns a post office of a world with its own people.
func PostOfficeOf(t testing.TB, w *World) *PostOffice {
	t.Helper()
	o := &PostOffice{World: w, Store: &Store{Mails: map[string]mail.Message{}, Texts: map[string]sms.Message{}}}
	templates, err := web.NewNotificationTexts(Base, web.Phone{Display: "02 97 00 00 00"})
	Must(t, err)
	o.Worker = Sender{notification.NewWorker(o.Notifications, templates, mails{o.Store}, texts{o.Store}), w.DB}
	return o
}

// Sender sends the notifications of a world.
type Sender struct {
	*notification.Worker
	DB *postgres.DB
}

// Deliver tries to send a notification as River does: with a try number greater than those
// before it, and at least the given one.
func (w Sender) Deliver(ctx context.Context, id uuid.UUID, try int) error {
	var before int
	if err := w.DB.Pool.QueryRow(ctx, `select attempt from notifications where id = $1`, id).Scan(&before); err != nil {
		return err
	}
	return w.DeliverAs(ctx, id, max(try, before+1), 0)
}

// DeliverAs does exactly that try, of a notification that was refused so many times.
func (w Sender) DeliverAs(ctx context.Context, id uuid.UUID, number, refused int) error {
	try := jobs.Try{Number: number}
	try.Refused = refused
	return w.Worker.Deliver(ctx, id, try)
}

// Notification is a row of the table of notifications.
type Notification struct {
	ID            uuid.UUID
	AppointmentID uuid.UUID
	AccountID     uuid.UUID
	Kind          string
	Channel       string
	State         string
	Cause         string
	Sequence      int
}

// Rows returns the notifications in a state; empty for any.
func (o *PostOffice) Rows(t testing.TB, state string) []Notification {
	t.Helper()
	rows, err := postgres.All[Notification](context.Background(), o.DB.Pool, `
		select id, subject_id as appointment_id, account_id, kind, channel, state, cause, version as sequence from notifications where $1 in ('', state) order by queued_at, kind, channel, id`, state)
	Must(t, err)
	return rows
}

// Row returns a person's only notification of that kind and channel.
func (o *PostOffice) Row(t testing.TB, person *viewer.Viewer, kind, channel string) Notification {
	t.Helper()
	var found []Notification
	for _, n := range o.Rows(t, "") {
		if n.AccountID == person.ID && n.Kind == kind && n.Channel == channel {
			found = append(found, n)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d notifications %s by %s, want 1: %+v", len(found), kind, channel, o.Rows(t, ""))
	}
	return found[0]
}

// Mail returns the mail of that kind that a person received.
func (o *PostOffice) Mail(t testing.TB, person *viewer.Viewer, kind string) mail.Message {
	t.Helper()
	return o.Mails["notice-"+o.Row(t, person, kind, "mail").ID.String()]
}

// Text returns the SMS of that kind that a person received.
func (o *PostOffice) Text(t testing.TB, person *viewer.Viewer, kind string) sms.Message {
	t.Helper()
	return o.Texts["notice-"+o.Row(t, person, kind, "sms").ID.String()]
}

// Deliver tries once to send everything that is queued, and returns the errors other than
// "later".
func (o *PostOffice) Deliver(t testing.TB) (errs error) {
	t.Helper()
	for _, n := range o.Rows(t, "queued") {
		var later *river.JobSnoozeError
		if err := o.Worker.Deliver(context.Background(), n.ID, 1); err != nil && !errors.As(err, &later) {
			errs = errors.Join(errs, err)
		}
	}
	return errs
}

// Pass moves the clock in steps shorter than any reminder is useful, and delivers at each.
func (o *PostOffice) Pass(t testing.TB, d time.Duration) {
	t.Helper()
	for until := o.DB.Now().Add(d); o.DB.Now().Before(until); {
		o.SetNow(o.DB.Now().Add(min(40*time.Minute, until.Sub(o.DB.Now()))))
		o.Turn(t)
	}
}

// Turn plans reminders and delivers, without moving the clock.
func (o *PostOffice) Turn(t testing.TB) {
	t.Helper()
	Must(t, o.Notify.Remind(context.Background()))
	Must(t, o.Deliver(t))
}

// Got lists what a person received, such as "mail confirmation", in no order.
func (o *PostOffice) Got(t testing.TB, person *viewer.Viewer) []string {
	t.Helper()
	var all []string
	for _, n := range o.Rows(t, "") {
		_, mailed := o.Mails["notice-"+n.ID.String()]
		_, texted := o.Texts["notice-"+n.ID.String()]
		if n.AccountID == person.ID && (mailed || texted) {
			all = append(all, n.Channel+" "+n.Kind)
		}
	}
	slices.Sort(all)
	return all
}

// WantGot fails unless a person received exactly that.
func (o *PostOffice) WantGot(t testing.TB, person *viewer.Viewer, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := o.Got(t, person); !slices.Equal(got, want) {
		t.Errorf("%s got\n%s\nwant\n%s\nof %+v", person.Name, strings.Join(got, "\n"), strings.Join(want, "\n"), o.Rows(t, ""))
	}
}

// Choose changes how Zoé wants to be notified.
func (o *PostOffice) Choose(t testing.TB, change func(*people.Contact)) {
	t.Helper()
	c := people.DefaultContact
	change(&c)
	Must(t, o.Accounts.Profiles.ChooseContact(context.Background(), o.Zoe, c))
}

// SendAbout queues a notification of a new appointment in some status, as the acts do, and
// sends it by both channels.
func (o *PostOffice) SendAbout(t testing.TB, status appointment.Status, kind string) {
	t.Helper()
	a := o.Book(t, o.Zoe, o.Nadia, Friday, slot.Phone)
	_, err := o.DB.Pool.Exec(context.Background(), `update appointments set status = $2, answer_by = $3, sequence = 1 where id = $1`, a.ID, status, o.DB.Now().Add(time.Hour))
	Must(t, err)
	Must(t, o.DB.InTx(context.Background(), func(tx postgres.Tx) error {
		return o.Notify.About(context.Background(), tx, a.ID, kind, o.Zoe.ID, o.Nadia.ID)
	}))
	_, err = o.DB.Pool.Exec(context.Background(), `insert into notifications (subject_id, account_id, kind, channel, version, concerns_at, details, state, cause, queued_at)
		values ($1, $2, $3, 'sms', 1, $4, 'null', 'queued', '', $5) on conflict do nothing`, a.ID, o.Zoe.ID, kind, Friday, o.DB.Now())
	Must(t, err)
	Must(t, o.Deliver(t))
	if status.Occupies() {
		_, err = o.DB.Pool.Exec(context.Background(), `update appointments set status = 'cancelled' where id = $1`, a.ID)
		Must(t, err)
	}
}
