package booking_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking"
	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/mail"
	"socialdirect/internal/postgres"
	"socialdirect/internal/sms"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// base is a public address as long as most.
const base = "https://rendezvous.example.org"

// store keeps mails and SMS as mail stores and gateways do: one of each identifier.
type store struct {
	mu     sync.Mutex
	mails  map[string]mail.Message
	texts  map[string]sms.Message
	handed int   // how often something was taken
	before error // refuses
	after  error // is told though it was taken, as in a crash
	during func()
	dies   bool // once it was taken
}

func (s *store) take(keep func()) error {
	if s.during != nil {
		s.during()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.before != nil {
		return s.before
	}
	s.handed++
	keep()
	if s.dies {
		panic("the process dies")
	}
	return s.after
}

type mails struct{ *store }

func (m mails) Send(_ context.Context, message mail.Message) error {
	return m.take(func() { m.mails[message.ID] = message })
}

type texts struct{ *store }

func (x texts) Send(_ context.Context, message sms.Message) error {
	return x.take(func() { x.texts[message.Key] = message })
}

// postOffice is a world with notices that are sent when the test says so.
type postOffice struct {
	*bookingtest.World
	*store
	worker     *booking.NoticeWorker
	zoe, nadia *viewer.Viewer
}

func newPostOffice(t testing.TB) *postOffice {
	t.Helper()
	o := officeOf(t, bookingtest.New(t))
	o.Accounts.People.AllowTexts()
	o.zoe, o.nadia = o.Beneficiary(t, "Zoé", "Vidal"), o.SocialWorker(t, "Nadia", "Le Goff")
	return o
}

// officeOf sends the notices of a world that has its own people.
func officeOf(t testing.TB, w *bookingtest.World) *postOffice {
	t.Helper()
	o := &postOffice{World: w, store: &store{mails: map[string]mail.Message{}, texts: map[string]sms.Message{}}}
	notices, err := web.NewNotices(base, web.Phone{Display: "02 97 00 00 00"})
	must(t, err)
	links := appointment.Links{Base: base, Organizer: "Social Direct <rdv@exemple.fr>"}
	o.worker = booking.NewNoticeWorker(o.Bookings, notices, mails{o.store}, texts{o.store}, links)
	return o
}

// noticed is a row of the table.
type noticed struct {
	ID            uuid.UUID
	AppointmentID uuid.UUID
	AccountID     uuid.UUID
	Notice        string
	Channel       string
	State         string
	Cause         string
	Sequence      int
}

func (o *postOffice) rows(t testing.TB, state string) []noticed {
	t.Helper()
	rows, err := postgres.All[noticed](context.Background(), o.DB.Pool, `
		select id, coalesce(appointment_id, waiting_notice_id) as appointment_id, account_id, notice, channel, state, cause, sequence from notices where $1 in ('', state) order by queued_at, notice, channel, id`, state)
	must(t, err)
	return rows
}

// row is the one notice of a person of that name and channel.
func (o *postOffice) row(t testing.TB, person *viewer.Viewer, notice, channel string) noticed {
	t.Helper()
	var found []noticed
	for _, n := range o.rows(t, "") {
		if n.AccountID == person.ID && n.Notice == notice && n.Channel == channel {
			found = append(found, n)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d notices %s by %s, want 1: %+v", len(found), notice, channel, o.rows(t, ""))
	}
	return found[0]
}

// deliver tries once to send everything that waits, and returns the errors other than
// "later".
func (o *postOffice) deliver(t testing.TB) (errs error) {
	t.Helper()
	for _, n := range o.rows(t, "queued") {
		var later *river.JobSnoozeError
		if err := o.worker.Deliver(context.Background(), n.ID, 1); err != nil && !errors.As(err, &later) {
			errs = errors.Join(errs, err)
		}
	}
	return errs
}

// pass lets time go by in steps shorter than any reminder is of use, and delivers.
func (o *postOffice) pass(t testing.TB, d time.Duration) {
	t.Helper()
	for until := o.DB.Now().Add(d); o.DB.Now().Before(until); {
		o.SetNow(o.DB.Now().Add(min(40*time.Minute, until.Sub(o.DB.Now()))))
		o.turn(t)
	}
}

// turn plans and delivers at the present instant.
func (o *postOffice) turn(t testing.TB) {
	t.Helper()
	must(t, o.Bookings.Remind(context.Background()))
	must(t, o.deliver(t))
}

// got lists what a person received: "mail confirmation", in no order.
func (o *postOffice) got(t testing.TB, person *viewer.Viewer) []string {
	t.Helper()
	var all []string
	for _, n := range o.rows(t, "") {
		_, mailed := o.mails["notice-"+n.ID.String()]
		_, texted := o.texts["notice-"+n.ID.String()]
		if n.AccountID == person.ID && (mailed || texted) {
			all = append(all, n.Channel+" "+n.Notice)
		}
	}
	slices.Sort(all)
	return all
}

func wantGot(t testing.TB, o *postOffice, person *viewer.Viewer, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := o.got(t, person); !slices.Equal(got, want) {
		t.Errorf("%s got\n%s\nwant\n%s\nof %+v", person.Name, strings.Join(got, "\n"), strings.Join(want, "\n"), o.rows(t, ""))
	}
}

// choose changes how Zoé wants to be told.
func (o *postOffice) choose(t testing.TB, change func(*people.Contact)) {
	t.Helper()
	c := people.DefaultContact
	change(&c)
	must(t, o.Accounts.ChooseContact(context.Background(), o.zoe, c))
}

func (o *postOffice) cancel(t testing.TB, v *viewer.Viewer, a appointment.Appointment) {
	t.Helper()
	_, err := o.Bookings.Cancel(context.Background(), v, a.ID, "")
	must(t, err)
}
