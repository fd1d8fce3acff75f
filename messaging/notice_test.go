package messaging_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/embedded"
	"socialdirect/internal/jobs"
	"socialdirect/internal/mail"
	"socialdirect/messaging"
	"socialdirect/web"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// postOffice is the notices of a world, and the mail that they became.
type postOffice struct {
	worker *messaging.NoticeWorker
	mails  *embedded.MailReceiver
}

func newPostOffice(t *testing.T, w *world) postOffice {
	t.Helper()
	mails, err := embedded.StartMailReceiver(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mails.Stop(t.Context()) })
	sender, err := mail.New(mails.URL(), "Social Direct <contact@exemple.fr>", "localhost")
	if err != nil {
		t.Fatal(err)
	}
	notices, err := web.NewNotices("https://exemple.fr", web.Phone{Display: "01 23 45 67 89"})
	if err != nil {
		t.Fatal(err)
	}
	return postOffice{messaging.NewNoticeWorker(w.messages, w.Accounts, notices, sender), mails}
}

func (o postOffice) count(t *testing.T) int {
	t.Helper()
	mails, err := embedded.ReadMails(o.mails.Dir())
	if err != nil {
		t.Fatal(err)
	}
	return len(mails)
}

func TestR28_ANoticeTellsThatSomethingWaitsAndNoMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	post := newPostOffice(t, w)
	w.mustSend(t, w.zoe, secretBody, secretFile())
	if err := post.worker.Notify(t.Context(), w.conversation, w.nadia.ID); err != nil {
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
			t.Errorf("the notice tells %q", secret)
		}
	}
}

func TestR28_NoticesComeOnceAQuarterOfAnHourWhileUnread(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	post := newPostOffice(t, w)
	notify := func(want int, snoozed time.Duration) {
		t.Helper()
		err := post.worker.Notify(t.Context(), w.conversation, w.nadia.ID)
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
	notify(1, 0) // the second message's job: both were told of at once
	w.later(time.Minute)
	w.mustSend(t, w.zoe, "trois")
	w.later(3 * time.Minute)
	notify(1, 10*time.Minute)
	w.later(10 * time.Minute)
	notify(2, 0)
	w.later(time.Hour)
	w.mustSend(t, w.zoe, "quatre")
	w.thread(t, w.nadia)
	notify(2, 0) // read meanwhile
	w.mustSend(t, w.nadia, "réponse")
	notify(2, 0) // one's own message is no news
}

func TestR28_NobodyIsToldWhoHasNoAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	post := newPostOffice(t, w)
	if err := post.worker.Notify(t.Context(), w.conversation, uuid.New()); err != nil || post.count(t) != 0 {
		t.Fatal(err)
	}
}

// A mail server that is down loses nothing: the job fails, notes nothing, and
// its next try sends.
func TestR28_ANoticeThatCouldNotGoIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	post := newPostOffice(t, w)
	notices, err := web.NewNotices("https://exemple.fr", web.Phone{})
	if err != nil {
		t.Fatal(err)
	}
	nowhere, err := mail.New("smtp://127.0.0.1:1", "contact@exemple.fr", "localhost")
	if err != nil {
		t.Fatal(err)
	}
	w.mustSend(t, w.zoe, "un")
	failing := messaging.NewNoticeWorker(w.messages, w.Accounts, notices, nowhere)
	if err := failing.Notify(t.Context(), w.conversation, w.nadia.ID); err == nil {
		t.Fatal("the mail went nowhere without an error")
	}
	if err := post.worker.Notify(t.Context(), w.conversation, w.nadia.ID); err != nil || post.count(t) != 1 {
		t.Fatalf("%d mails, %v", post.count(t), err)
	}
}

// The jobs run in the queue as it is started in production.
func TestR29_TheSweepRunsByItself(t *testing.T) {
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
