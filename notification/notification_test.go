package notification_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"socialdirect/internal/dbtest"
	"socialdirect/internal/jobs"
	"socialdirect/internal/mail"
	"socialdirect/internal/postgres"
	"socialdirect/internal/sms"
	"socialdirect/notification"
	"socialdirect/web"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// office is the notifications of nobody in particular.
type office struct {
	*notification.Service
	db     *postgres.DB
	worker *notification.Worker
	now    time.Time
	mails  []mail.Message
	texts  []sms.Message
	answer error
}

func newOffice(t *testing.T) *office {
	t.Helper()
	db, err := postgres.Open(t.Context(), dbtest.New(t), 4)
	must(t, err)
	t.Cleanup(db.Close)
	o := &office{now: time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)}
	o.db = db.At(func() time.Time { return o.now })
	queue, err := jobs.NewQueue(o.db)
	must(t, err)
	o.Service = notification.New(o.db, queue, keyless{})
	texts, err := web.NewNotificationTexts("https://exemple.fr", web.Phone{})
	must(t, err)
	o.worker = notification.NewWorker(o.Service, texts, mails{o}, messages{o})
	return o
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// keyless makes no digests: no kind of these tests has a topic.
type keyless struct{}

func (keyless) Digest(string, string) []byte { panic("no key") }

type mails struct{ *office }

func (o mails) Send(_ context.Context, m mail.Message) error {
	if o.answer == nil {
		o.office.mails = append(o.office.mails, m)
	}
	return o.answer
}

type messages struct{ *office }

func (o messages) Send(_ context.Context, m sms.Message) error {
	o.texts = append(o.texts, m)
	return nil
}

// always fills a notification with the same.
func always(c notification.Content, v notification.Verdict) notification.Fill {
	return func(context.Context, postgres.Tx, notification.Notification) (notification.Content, notification.Verdict, error) {
		return c, v, nil
	}
}

func (o *office) queue(t *testing.T, r notification.Request) {
	t.Helper()
	must(t, o.db.InTx(t.Context(), func(tx postgres.Tx) error { return o.Queue(t.Context(), tx, r) }))
}

// row is what is known of one notification.
type row struct {
	ID             uuid.UUID
	Channel, State string
	Cause          string
	Attempt        int
}

func (o *office) rows(t *testing.T) []row {
	t.Helper()
	rows, err := postgres.All[row](t.Context(), o.db.Pool, `select id, channel, state, cause, attempt from notifications order by queued_at, channel, id`)
	must(t, err)
	return rows
}

// deliver tries each that waits once more.
func (o *office) deliver(t *testing.T) (errs error) {
	t.Helper()
	for _, r := range o.rows(t) {
		if r.State == "queued" {
			errs = errors.Join(errs, o.worker.Deliver(t.Context(), r.ID, jobs.Try{Number: r.Attempt + 1}))
		}
	}
	return errs
}

func (o *office) states(t *testing.T, want ...string) {
	t.Helper()
	var got []string
	for _, r := range o.rows(t) {
		got = append(got, r.Channel+" "+r.State+" "+r.Cause)
	}
	if len(got) != len(want) {
		t.Fatalf("%q, want %q", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

var (
	zoe      = uuid.New()
	discreet = notification.Content{To: "zoe@exemple.fr", Discreet: true, Data: struct{ Page string }{"https://exemple.fr"}}
)

func TestR21_AVersionIsSentOnceUnlessEachIsAskedFor(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Register(notification.Kind{Name: "message", Fill: always(notification.Content{To: "zoe@exemple.fr", Data: struct{ FirstName string }{"Zoé"}}, notification.Verdict{})})
	about := notification.Request{Kind: "message", SubjectID: uuid.New(), Version: 1, To: notification.ByMail(zoe)}
	o.queue(t, about)
	o.queue(t, about)
	o.states(t, "mail queued ")
	about.Version = 2
	o.queue(t, about)
	o.states(t, "mail queued ", "mail queued ")
	about.Each = true
	o.queue(t, about)
	o.queue(t, about)
	must(t, o.deliver(t))
	o.states(t, "mail sent ", "mail sent ", "mail sent ", "mail sent ")
	if len(o.mails) != 4 || o.mails[0].To != "zoe@exemple.fr" {
		t.Errorf("%d mails: %+v", len(o.mails), o.mails)
	}
}

func TestR21_WhatIsOfNoUseIsDropped(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		content notification.Content
		verdict notification.Verdict
		want    string
	}{
		"for a cause": {notification.Content{To: "zoe@exemple.fr"}, notification.Verdict{Drop: notification.Stale}, "mail dropped stale"},
		"for nobody":  {notification.Content{}, notification.Verdict{}, "mail dropped no_channel"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.Register(notification.Kind{Name: "message", Fill: always(c.content, c.verdict)})
			o.queue(t, notification.Request{Kind: "message", Each: true, To: notification.ByMail(zoe)})
			must(t, o.deliver(t))
			o.states(t, c.want)
			if len(o.mails) != 0 {
				t.Errorf("sent: %+v", o.mails)
			}
		})
	}
}

func TestR21_WhatIsNotDueYetIsPutOff(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Register(notification.Kind{Name: "message", Fill: always(notification.Content{To: "zoe@exemple.fr"}, notification.Verdict{Wait: time.Hour})})
	o.queue(t, notification.Request{Kind: "message", Each: true, To: notification.ByMail(zoe)})
	var later *river.JobSnoozeError
	if err := o.deliver(t); !errors.As(err, &later) || later.Duration != time.Hour {
		t.Errorf("%v", err)
	}
	o.states(t, "mail queued ")
}

func TestR21_AnUnregisteredKindIsNotQueued(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	err := o.db.InTx(t.Context(), func(tx postgres.Tx) error {
		return o.Queue(t.Context(), tx, notification.Request{Kind: "nobody's", To: notification.ByMail(zoe)})
	})
	if err == nil {
		t.Error("it is queued, and nobody could fill it")
	}
}

func TestR21_WhatNobodyFillsAnyMoreIsDropped(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Register(notification.Kind{Name: "message", Fill: always(discreet, notification.Verdict{})})
	o.queue(t, notification.Request{Kind: "message", Each: true, To: notification.ByMail(zoe)})
	queue, err := jobs.NewQueue(o.db)
	must(t, err)
	o.worker = notification.NewWorker(notification.New(o.db, queue, keyless{}), nil, mails{o}, messages{o})
	must(t, o.deliver(t))
	o.states(t, "mail dropped stale")
}

// policy allows so many SMS.
type policy struct{ left *int }

func (p policy) MayText(context.Context, postgres.Querier, uuid.UUID) (bool, error) { return true, nil }

func (p policy) SpendText(context.Context, postgres.Tx, uuid.UUID) (bool, error) {
	*p.left--
	return *p.left >= 0, nil
}

func TestR21_AnSMSReplacesABouncedMailWithinTheDaysBound(t *testing.T) {
	t.Parallel()
	o, left := newOffice(t), 1
	o.Register(notification.Kind{Name: "discreet", SMS: policy{&left}, Fill: always(discreet, notification.Verdict{})})
	for range 2 {
		o.queue(t, notification.Request{Kind: "discreet", SubjectID: uuid.New(), To: notification.ByMail(zoe)})
	}
	for _, r := range o.rows(t) {
		must(t, o.NoteBounce(t.Context(), r.ID, mail.MailboxFull))
		must(t, o.NoteBounce(t.Context(), r.ID, mail.MailboxFull)) // says nothing new
	}
	must(t, o.deliver(t))
	o.states(t, "mail bounced mailbox_full", "mail bounced mailbox_full", "sms sent ", "sms failed texts")
	if len(o.texts) != 1 {
		t.Errorf("%d SMS", len(o.texts))
	}
}

func TestR21_WhatWasSentLongAgoIsForgottenUnlessItsSubjectKeepsIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	fill := always(discreet, notification.Verdict{})
	o.Register(notification.Kind{Name: "message", Fill: fill}, notification.Kind{Name: "confirmation", Fill: fill, KeptWithSubject: true})
	subject := uuid.New()
	for _, kind := range []string{"message", "confirmation"} {
		o.queue(t, notification.Request{Kind: kind, SubjectID: subject, To: notification.ByMail(zoe)})
	}
	must(t, o.deliver(t))
	for _, round := range o.Rounds() {
		o.now = o.now.Add(30 * 24 * time.Hour)
		must(t, round.Do(t.Context()))
		o.states(t, "mail sent ", "mail sent ")
		o.now = o.now.Add(time.Second)
		must(t, round.Do(t.Context()))
		o.states(t, "mail sent ")
	}
	must(t, o.db.InTx(t.Context(), func(tx postgres.Tx) error { return o.Erase(t.Context(), tx, zoe) }))
	o.states(t, "mail sent ")
	must(t, o.db.InTx(t.Context(), func(tx postgres.Tx) error { return notification.DeleteAbout(t.Context(), tx, []uuid.UUID{subject}) }))
	o.states(t)
}

// What is noted of a notification, its domain learns in the same transaction; what could
// not be handed over is noted by nobody.
func TestR21_ItsDomainLearnsThatANotificationIsSettled(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var settled int
	o.Register(notification.Kind{
		Name: "message", Fill: always(discreet, notification.Verdict{}),
		Settled: func(context.Context, postgres.Tx, notification.Notification) error { settled++; return nil },
	})
	o.queue(t, notification.Request{Kind: "message", Each: true, To: notification.ByMail(zoe)})
	o.answer = errors.New("nobody answers")
	if err := o.deliver(t); err == nil || settled != 0 {
		t.Fatalf("%v, settled %d times", err, settled)
	}
	o.states(t, "mail queued ")
	o.answer = nil
	must(t, o.deliver(t))
	if settled != 1 {
		t.Errorf("settled %d times", settled)
	}
	o.states(t, "mail sent ")
}
