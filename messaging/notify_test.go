package messaging_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/internal/embedded"
	"socialdirect/internal/jobs"
	"socialdirect/internal/mail"
	"socialdirect/internal/postgres"
	"socialdirect/notification"
	"socialdirect/web"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// postOffice counts the mails to which a world's notifications lead.
type postOffice struct {
	sender bookingtest.Sender
	mails  *embedded.MailReceiver
}

// notify tries once to send the first notification that waits for Nadia; it does nothing if
// there is none.
func (w *world) notify(t *testing.T, sender bookingtest.Sender) error {
	t.Helper()
	type row struct{ ID uuid.UUID }
	waiting, err := postgres.All[row](t.Context(), w.DB.Pool, `select id from notifications where kind = 'message' and account_id = $1 and state = 'queued' order by queued_at, id limit 1`, w.nadia.ID)
	if err != nil || len(waiting) == 0 {
		return err
	}
	return sender.Deliver(t.Context(), waiting[0].ID, 1)
}

func senderTo(t *testing.T, w *world, server string) bookingtest.Sender {
	t.Helper()
	mails, err := mail.New(server, "Social Direct <contact@exemple.fr>", "localhost")
	if err != nil {
		t.Fatal(err)
	}
	texts, err := web.NewNotificationTexts("https://exemple.fr", web.Phone{Display: "01 23 45 67 89"})
	if err != nil {
		t.Fatal(err)
	}
	return bookingtest.Sender{Worker: notification.NewWorker(w.Notifications, texts, mails, nil), DB: w.DB}
}

func newPostOffice(t *testing.T, w *world) postOffice {
	t.Helper()
	mails, err := embedded.StartMailReceiver(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mails.Stop(t.Context()) })
	return postOffice{senderTo(t, w, mails.URL()), mails}
}

func (o postOffice) count(t *testing.T) int {
	t.Helper()
	mails, err := embedded.ReadMails(o.mails.Dir())
	if err != nil {
		t.Fatal(err)
	}
	return len(mails)
}

func TestR28_ANotificationRevealsOnlyThatAMessageIsWaiting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	post := newPostOffice(t, w)
	w.mustSend(t, w.zoe, secretBody, secretFile())
	if err := w.notify(t, post.sender); err != nil {
		t.Fatal(err)
	}
	mails, err := embedded.ReadMails(post.mails.Dir())
	if err != nil || len(mails) != 1 {
		t.Fatalf("%d mails, %v", len(mails), err)
	}
	text := mails[0].Subject + "\n" + mails[0].Text
	if !strings.Contains(text, "Bonjour Nadia") || !strings.Contains(text, "https://exemple.fr/messages") {
		t.Errorf("%s", text)
	}
	for _, secret := range []string{secretBody, secretName, "Zoé", "Vidal", "Logement"} {
		if strings.Contains(text, secret) {
			t.Errorf("the notification reveals %q", secret)
		}
	}
}

func TestR28_NotificationsAreSentEveryQuarterOfAnHourWhileUnread(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	post := newPostOffice(t, w)
	notify := func(want int, snoozed time.Duration) {
		t.Helper()
		err := w.notify(t, post.sender)
		var snooze *river.JobSnoozeError
		switch {
		case errors.As(err, &snooze):
			if snooze.Duration != snoozed {
				t.Fatalf("put off by %v", snooze.Duration)
			}
		case err != nil || snoozed != 0:
			t.Fatalf("%v, want it put off by %v", err, snoozed)
		}
		if got := post.count(t); got != want {
			t.Fatalf("%d mails, want %d", got, want)
		}
	}
	w.mustSend(t, w.zoe, "un")
	w.mustSend(t, w.zoe, "deux")
	notify(1, 0)
	notify(1, 0) // the second message's job: one notification was for both
	w.later(time.Minute)
	w.mustSend(t, w.zoe, "trois")
	w.later(3 * time.Minute)
	notify(1, 10*time.Minute)
	w.later(10 * time.Minute)
	notify(2, 0)
	w.later(time.Hour)
	w.mustSend(t, w.zoe, "quatre")
	w.thread(t, w.nadia)
	notify(2, 0) // already read
	w.mustSend(t, w.nadia, "réponse")
	notify(2, 0) // nobody is notified of their own message
}

func TestR28_NobodyWithoutAnAccountIsNotified(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	post := newPostOffice(t, w)
	w.mustSend(t, w.zoe, "un")
	if _, err := w.DB.Pool.Exec(t.Context(), `update notifications set account_id = gen_random_uuid() where kind = 'message'`); err != nil {
		t.Fatal(err)
	}
	var id uuid.UUID
	if err := w.DB.Pool.QueryRow(t.Context(), `select id from notifications where kind = 'message'`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	if err := post.sender.Deliver(t.Context(), id, 1); err != nil || post.count(t) != 0 {
		t.Fatalf("%d mails, %v", post.count(t), err)
	}
}

// If the mail server is down, the job fails and records nothing; its next try sends.
func TestR28_AFailedNotificationIsRetried(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	post := newPostOffice(t, w)
	w.mustSend(t, w.zoe, "un")
	failing := senderTo(t, w, "smtp://127.0.0.1:1")
	if err := w.notify(t, failing); err == nil {
		t.Fatal("a mail that could not be sent caused no error")
	}
	if err := w.notify(t, post.sender); err != nil || post.count(t) != 1 {
		t.Fatalf("%d mails, %v", post.count(t), err)
	}
}

// The jobs run in the queue as it is started in production.
func TestR29_TheSweepRunsPeriodically(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	dead, err := w.messages.Draft(t.Context(), w.zoe, w.conversation)
	if err != nil {
		t.Fatal(err)
	}
	if err := dead.Attach(t.Context(), "a.pdf", strings.NewReader("%PDF-1.7 abandonné")); err != nil {
		t.Fatal(err)
	}
	w.later(25 * time.Hour)
	workers := river.NewWorkers()
	runner, err := jobs.Start(t.Context(), w.DB, workers, w.messages.Rounds())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = runner.Stop(t.Context()) })
	for deadline := time.Now().Add(30 * time.Second); w.count(t, "uploads") != 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("not swept")
		}
	}
	w.nothingKept(t)
}
