package notify_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/notify"
	"socialdirect/booking/slot"
	"socialdirect/internal/mail"

	"github.com/google/uuid"
)

func TestR21_APermanentRefusalIsAStateAndIsNotifiedBySMS(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	o.Before = mail.Refused{Cause: mail.UnknownAddress, Sure: true}
	must(t, o.Worker.Deliver(t.Context(), o.Row(t, o.Zoe, "confirmation", "mail").ID, 1))
	o.Before = nil
	if n := o.Row(t, o.Zoe, "confirmation", "mail"); n.State != "failed" || n.Cause != "unknown_address" {
		t.Errorf("it became %+v", n)
	}
	must(t, o.Deliver(t))
	o.WantGot(t, o.Zoe, "sms confirmation")
}

func TestR21_ABouncedMailIsAState(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Choose(t, func(c *people.Contact) { c.Texts = false })
	o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	o.Turn(t)
	n := o.Row(t, o.Zoe, "confirmation", "mail")
	for range 2 { // servers may report twice
		must(t, o.Notifications.NoteBounce(t.Context(), n.ID, mail.MailboxFull))
	}
	must(t, o.Notifications.NoteBounce(t.Context(), uuid.New(), mail.MailboxFull)) // of another platform
	if n = o.Row(t, o.Zoe, "confirmation", "mail"); n.State != "bounced" || n.Cause != "mailbox_full" {
		t.Errorf("it became %+v", n)
	}
	o.WantGot(t, o.Zoe, "mail confirmation")
}

// A mail that our own mail server did not accept in time says nothing about the person's
// address. The switchboard calls the person while that is useful.
func TestR21_APersonWhoseMailWasNotAcceptedInTimeIsCalled(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Choose(t, func(c *people.Contact) { c.Texts = false })
	o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	id := o.Row(t, o.Zoe, "confirmation", "mail").ID
	o.Before = errors.New("nobody answers")
	if err := o.Worker.Deliver(t.Context(), id, 1); err == nil {
		t.Fatal("no other try")
	}
	if n := o.Row(t, o.Zoe, "confirmation", "mail"); n.State != "queued" {
		t.Errorf("after one try: %+v", n)
	}
	o.SetNow(bookingtest.Friday.Add(-48 * time.Hour))
	must(t, o.Notify.Remind(t.Context()))
	if err := o.Deliver(t); err == nil {
		t.Fatal("no other try")
	}
	o.SetNow(bookingtest.Friday.Add(-25 * time.Hour))
	reminder := o.Row(t, o.Zoe, notify.LimitReminder, "mail").ID
	must(t, o.Worker.Deliver(t.Context(), reminder, 500))
	if n := o.Row(t, o.Zoe, notify.LimitReminder, "mail"); n.State != "dropped" || n.Cause != "no_answer" {
		t.Errorf("too late: %+v", n)
	}
	if got := o.unreached(t); len(got) != 1 || !strings.HasPrefix(got[0], "Zoé Vidal") {
		t.Errorf("to call: %q", got)
	}
	must(t, o.Notify.MarkCalled(t.Context(), bookingtest.SwitchboardAgent(), o.Zoe.ID, o.DB.Now()))
	if got := o.unreached(t); len(got) != 0 {
		t.Errorf("called, and still to call: %q", got)
	}
	o.SetNow(bookingtest.Friday.Add(slot.Length))
	must(t, o.Worker.Deliver(t.Context(), id, 2))
	if n := o.Row(t, o.Zoe, "confirmation", "mail"); n.State != "dropped" || n.Cause != "no_answer" {
		t.Errorf("too late: %+v", n)
	}
}

// A failure that is not about the recipient is tried again for as long as that is useful; one
// that may be about them, a few times.
func TestR21_ErrorsOfOurOwnServersFailNoNotification(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Choose(t, func(c *people.Contact) { c.Texts = false })
	o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	ours, doubtful := o.Row(t, o.Zoe, "confirmation", "mail").ID, o.Row(t, o.Nadia, "confirmation", "mail").ID
	o.Before = errors.New("554 5.7.1")
	for _, number := range []int{1, 2, 25, 500, 32_000} {
		if err := o.Worker.DeliverAs(t.Context(), ours, number, 0); err == nil {
			t.Fatalf("no try after %d", number)
		}
	}
	if n := o.Row(t, o.Zoe, "confirmation", "mail"); n.State != "queued" {
		t.Errorf("it became %+v", n)
	}
	o.Before = mail.Refused{Cause: mail.UnknownAddress}
	for refused := range 5 {
		err := o.Worker.DeliverAs(t.Context(), doubtful, 100+refused, refused)
		if n := o.Row(t, o.Nadia, "confirmation", "mail"); (err == nil) != (refused == 4) || (n.State == "failed") != (refused == 4) {
			t.Fatalf("refused %d times: %v, %+v", refused+1, err, n)
		}
	}
}

// While the platform waits for the mail server or the gateway, it uses no connection of the
// pool and locks no row.
func TestR21_NoConnectionAndNoLockIsKeptWhileSending(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	for _, channel := range []string{"mail", "sms"} {
		id := o.Row(t, o.Zoe, "confirmation", channel).ID
		o.During = func() {
			if used := o.DB.Pool.Stat().AcquiredConns(); used != 0 {
				t.Errorf("%s: %d connections are in use", channel, used)
			}
			_, err := o.DB.Pool.Exec(t.Context(), `set lock_timeout = '1s'; update notifications set queued_at = queued_at where id = '`+id.String()+`'; reset lock_timeout`)
			if err != nil {
				t.Errorf("%s: %v", channel, err)
			}
			if err := o.Worker.DeliverAs(t.Context(), id, 1, 0); err == nil {
				t.Errorf("%s: the same try was made twice", channel)
			}
		}
		must(t, o.Worker.Deliver(t.Context(), id, 1))
	}
	o.During = nil
	if o.Handed != 2 {
		t.Errorf("sent %d times", o.Handed)
	}
}

// After a crash between sending a mail and recording it, the mail is sent again with the same
// identifier.
func TestR21_ACrashBetweenSendingAndRecordingSendsNothingTwice(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	a := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	id := o.Row(t, o.Zoe, "confirmation", "mail").ID
	o.After = errors.New("the process dies")
	for range 3 {
		if err := o.Worker.Deliver(t.Context(), id, 1); err == nil {
			t.Fatal("it did not die")
		}
	}
	o.After, o.Dies = nil, true // before it records anything
	func() {
		defer func() {
			if recover() == nil {
				t.Fatal("it did not die")
			}
		}()
		_ = o.Worker.Deliver(t.Context(), id, 1)
	}()
	o.Dies = false
	if n := o.Row(t, o.Zoe, "confirmation", "mail"); n.State != "queued" {
		t.Fatalf("recorded: %+v", n)
	}
	o.Turn(t)
	o.Turn(t)
	if o.Handed != 7 || len(o.Mails) != 2 || len(o.Texts) != 1 { // five times Zoé's mail, once her SMS and Nadia's
		t.Errorf("sent %d times, %d mails", o.Handed, len(o.Mails))
	}
	o.Cancel(t, o.Zoe, a)
	o.Turn(t)
	o.WantGot(t, o.Zoe, "mail confirmation", "sms confirmation", "mail cancellation")
}

func TestR21_TwoInstancesAtOnceSendOne(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	id := o.Row(t, o.Zoe, "confirmation", "mail").ID
	results := make([]error, 6)
	var wait sync.WaitGroup
	var back atomic.Int32
	o.During = func() { // until the others are done with it
		for began := time.Now(); int(back.Load()) < len(results)-1 && time.Since(began) < time.Minute; time.Sleep(time.Millisecond) {
		}
	}
	for i := range results {
		wait.Go(func() {
			results[i] = o.Worker.DeliverAs(context.Background(), id, 1, 0)
			back.Add(1)
		})
	}
	wait.Wait()
	done := slices.DeleteFunc(results, func(err error) bool { return err != nil })
	if n := o.Row(t, o.Zoe, "confirmation", "mail"); len(done) != 1 || o.Handed != 1 || n.State != "sent" {
		t.Errorf("sent %d times, %d instances are done with it: %+v", o.Handed, len(done), n)
	}
}

// A try that ends after a later one has begun changes nothing.
func TestR21_ATryThatEndsAfterALaterOneChangesNothing(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	id := o.Row(t, o.Zoe, "confirmation", "mail").ID
	first := true
	o.During = func() {
		if !first {
			return
		}
		first = false
		_, err := o.DB.Pool.Exec(t.Context(), `update notifications set attempt = 2 where id = $1`, id)
		must(t, err)
	}
	must(t, o.Worker.DeliverAs(t.Context(), id, 1, 0))
	if n := o.Row(t, o.Zoe, "confirmation", "mail"); n.State != "queued" {
		t.Errorf("it became %+v", n)
	}
	must(t, o.Worker.DeliverAs(t.Context(), id, 3, 0))
	if n := o.Row(t, o.Zoe, "confirmation", "mail"); n.State != "sent" || len(o.Mails) != 1 {
		t.Errorf("it became %+v, %d mails", n, len(o.Mails))
	}
}
