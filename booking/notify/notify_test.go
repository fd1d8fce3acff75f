package notify_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/notify"
	"socialdirect/booking/slot"
	"socialdirect/internal/mail"
	"socialdirect/web"

	"github.com/google/uuid"
)

func TestR21_AnAppointmentIsConfirmedRemindedOfTwiceAndNoMore(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	o.Turn(t)
	o.WantGot(t, o.Zoe, "mail confirmation", "sms confirmation")
	o.SetNow(bookingtest.Friday.Add(-48*time.Hour - time.Minute))
	o.Turn(t)
	o.WantGot(t, o.Zoe, "mail confirmation", "sms confirmation")
	o.SetNow(bookingtest.Friday.Add(-48 * time.Hour))
	o.Turn(t)
	o.WantGot(t, o.Zoe, "mail confirmation", "sms confirmation", "mail reminder_limit", "sms reminder_limit")
	o.SetNow(bookingtest.Friday.Add(-time.Hour - time.Minute))
	o.Turn(t)
	o.Turn(t)
	o.WantGot(t, o.Zoe, "mail confirmation", "sms confirmation", "mail reminder_limit", "sms reminder_limit")
	o.Pass(t, 3*time.Hour)
	o.WantGot(t, o.Zoe, "mail confirmation", "sms confirmation", "mail reminder_limit", "sms reminder_limit", "mail reminder_hour", "sms reminder_hour")
	o.WantGot(t, o.Nadia, "mail confirmation")
}

func TestR21_RemindersComeInTimeToAct(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stood time.Duration // until when before the hour the platform stood still
		want  []string
	}{
		"until the limit's last hour begins": {25*time.Hour + time.Second, []string{"mail reminder_limit", "sms reminder_limit"}},
		"into the limit's last hour":         {25 * time.Hour, nil},
		"until shortly before the doors":     {15*time.Minute + time.Second, []string{"mail reminder_hour", "sms reminder_hour"}},
		"until the doors open":               {15 * time.Minute, nil},
		"until after the hour":               {-time.Minute, nil},
	} {
		o := newPostOffice(t)
		o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
		o.Turn(t)
		o.SetNow(bookingtest.Friday.Add(-c.stood))
		o.Turn(t)
		t.Log(name)
		o.WantGot(t, o.Zoe, append(c.want, "mail confirmation", "sms confirmation")...)
	}
}

func TestR21_WhoBooksLateIsNotFlooded(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.SetNow(bookingtest.Friday.Add(-47 * time.Hour))
	o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	o.Pass(t, 46*time.Hour-time.Minute)
	o.WantGot(t, o.Zoe, "mail confirmation", "sms confirmation")
	o.Pass(t, 2*time.Hour)
	o.WantGot(t, o.Zoe, "mail confirmation", "sms confirmation", "mail reminder_hour", "sms reminder_hour")
}

func TestR21_WhoMovesIsRemindedOfTheNewHourAlone(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	a := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	o.Turn(t)
	o.SetNow(bookingtest.Friday.Add(-48 * time.Hour))
	o.Turn(t) // reminded of Friday
	saturday := bookingtest.Friday.Add(24 * time.Hour)
	must(t, o.Bookings.Move(t.Context(), o.Zoe, a.ID, saturday))
	o.Pass(t, saturday.Add(-40*time.Hour).Sub(o.DB.Now())) // 48 hours before Saturday is past the move
	told := []string{"mail confirmation", "sms confirmation", "mail reminder_limit", "sms reminder_limit", "mail change", "sms change"}
	o.WantGot(t, o.Zoe, append(told, "mail reminder_limit", "sms reminder_limit")...)
	must(t, o.Bookings.Move(t.Context(), o.Zoe, a.ID, bookingtest.Friday)) // within 48 hours of it: the mail about the move says it
	o.Pass(t, bookingtest.Friday.Add(-2*time.Hour).Sub(o.DB.Now()))
	told = append(told, "mail reminder_limit", "sms reminder_limit", "mail change", "sms change")
	o.WantGot(t, o.Zoe, told...)
	o.Pass(t, 4*time.Hour)
	o.WantGot(t, o.Zoe, append(told, "mail reminder_hour", "sms reminder_hour")...)
}

// The last reminder leads into the call itself; for a call by phone, or a place, to the
// page that says what to know.
func TestR21_TheLastReminderLeadsWhereOneMeets(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	for mode, c := range map[slot.Mode]struct{ path, says string }{
		slot.Video: {"/appel", "un quart d’heure avant"}, slot.Phone: {"", "c’est nous qui vous appelons"}, slot.InPerson: {"", "L’adresse"},
	} {
		o.SetNow(bookingtest.Start)
		a := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, mode)
		o.SetNow(bookingtest.Friday.Add(-time.Hour))
		o.Turn(t)
		page, by := bookingtest.Base+"/rendez-vous/"+a.ID.String()+c.path, map[string]int{}
		for _, n := range o.Rows(t, "sent") {
			if n.AppointmentID != a.ID || n.Notice != notify.HourReminder {
				continue
			}
			by[n.Channel]++
			said := o.Mails["notice-"+n.ID.String()].Text + o.Texts["notice-"+n.ID.String()].Text
			if !slices.Contains(strings.Fields(said), page) || n.Channel == "mail" && !strings.Contains(said, c.says) {
				t.Errorf("%s, by %s: it does not lead to %s: %s", mode, n.Channel, page, said)
			}
		}
		if by["mail"] != 1 || by["sms"] != 1 {
			t.Errorf("%s: reminded of the hour %v", mode, by)
		}
		_, err := o.DB.Pool.Exec(t.Context(), `update appointments set status = 'cancelled' where id = $1`, a.ID)
		must(t, err)
	}
}

func TestR21_NobodyIsRemindedOfWhatIsCancelledMovedOrPast(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	a := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	o.Turn(t)
	o.SetNow(bookingtest.Friday.Add(-48 * time.Hour))
	must(t, o.Notify.Remind(t.Context())) // planned, and not sent yet
	o.Cancel(t, o.Zoe, a)
	o.Pass(t, 50*time.Hour)
	o.WantGot(t, o.Zoe, "mail confirmation", "sms confirmation", "mail cancellation")
	o.WantGot(t, o.Nadia, "mail confirmation", "mail cancellation")
	for _, n := range o.Rows(t, "dropped") {
		if n.Cause != "stale" && !(n.Cause == "unwanted" && n.Channel == "sms") {
			t.Errorf("dropped: %+v", n)
		}
	}
}

func TestR21_AConfirmationThatIsNoLongerTrueIsNotSent(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	a := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	o.Cancel(t, o.Nadia, a)
	o.Turn(t)
	o.WantGot(t, o.Zoe, "mail cancellation", "sms cancellation")
	o.SetNow(bookingtest.Friday.Add(2 * time.Hour))
	b := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday.Add(3*time.Hour), slot.Video)
	o.SetNow(b.EndsAt)
	o.Turn(t) // only now: it says nothing any more
	o.WantGot(t, o.Zoe, "mail cancellation", "sms cancellation")
}

func TestR21_ChoicesHold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*people.Contact)
		want   []string
	}{
		"no SMS":            {func(c *people.Contact) { c.Texts = false }, []string{"mail reminder_limit", "mail reminder_hour", "mail cancellation"}},
		"no first reminder": {func(c *people.Contact) { c.LimitReminder = false }, []string{"sms confirmation", "mail reminder_hour", "sms reminder_hour", "mail cancellation", "sms cancellation"}},
		"no last reminder":  {func(c *people.Contact) { c.HourReminder = false }, []string{"sms confirmation", "mail reminder_limit", "sms reminder_limit", "mail cancellation", "sms cancellation"}},
	} {
		o := newPostOffice(t)
		o.Choose(t, c.change)
		a := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
		o.Turn(t)
		o.Pass(t, bookingtest.Friday.Add(-30*time.Minute).Sub(o.DB.Now()))
		o.Cancel(t, o.Nadia, a)
		o.Turn(t)
		t.Log(name)
		o.WantGot(t, o.Zoe, append(c.want, "mail confirmation")...)
	}
}

// A choice made after the notice was queued counts too.
func TestR21_AChoiceMadeMeanwhileHolds(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	o.Turn(t)
	o.SetNow(bookingtest.Friday.Add(-48 * time.Hour))
	must(t, o.Notify.Remind(t.Context()))
	o.Choose(t, func(c *people.Contact) { c.LimitReminder = false })
	must(t, o.Deliver(t))
	o.WantGot(t, o.Zoe, "mail confirmation", "sms confirmation")
}

func TestR21_NoNoticeTellsWhoOrWhy(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	for _, mode := range slot.Modes {
		a := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, mode)
		o.Turn(t)
		o.Pass(t, bookingtest.Friday.Add(-30*time.Minute).Sub(o.DB.Now()))
		o.Cancel(t, o.Nadia, a)
		o.Turn(t)
		o.SetNow(bookingtest.Start)
	}
	for status, notice := range map[appointment.Status]string{
		appointment.Requested: "request", appointment.Confirmed: "accepted", appointment.Declined: "declined", appointment.Expired: "expired",
	} {
		o.Tell(t, status, notice)
	}
	o.Tell(t, appointment.Confirmed, "change")
	o.Tell(t, appointment.Expired, "closed_request")
	seen := map[string]bool{}
	for _, n := range o.Rows(t, "sent") {
		seen[n.Notice] = true
	}
	for name := range notify.Kinds() {
		if !seen[name] {
			t.Errorf("%s was never sent", name)
		}
	}
	for _, m := range o.Mails {
		told := strings.ToLower(m.Subject + "\n" + m.Text + "\n" + string(m.Calendar))
		for _, secret := range []string{"zoé", "vidal", "nadia", "goff", "logement", "housing", "vannes"} {
			if strings.Contains(told, secret) {
				t.Errorf("it tells %q: %s", secret, told)
			}
		}
		if strings.Contains(m.Text, "<no value>") || m.Subject == "" || strings.Contains(m.Subject, "\n") || strings.Contains(m.Text, "\n\n\n\n") {
			t.Errorf("a mail is odd: %q\n%s", m.Subject, m.Text)
		}
	}
	if len(o.Texts) == 0 {
		t.Error("no SMS at all")
	}
	for _, m := range o.Texts {
		checkText(t, m.Text)
	}
}

// gsm7 is the basic alphabet of GSM 03.38, without what counts twice.
const gsm7 = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"

func checkText(t testing.TB, text string) {
	t.Helper()
	if n := len([]rune(text)); n > 160 {
		t.Errorf("an SMS of %d characters: %s", n, text)
	}
	for _, r := range text {
		if !strings.ContainsRune(gsm7, r) {
			t.Errorf("%q is no letter of an SMS: %s", r, text)
		}
	}
	for _, secret := range []string{"Zoé", "Vidal", "Nadia", "Goff", "Logement", "Vannes"} {
		if strings.Contains(text, secret) {
			t.Errorf("an SMS tells %q: %s", secret, text)
		}
	}
}

// On every day of a year, at the hour that takes the most letters.
func TestR21_EverySMSFitsAllYear(t *testing.T) {
	t.Parallel()
	notices, err := web.NewNotices(bookingtest.Base, web.Phone{})
	must(t, err)
	for day := range 366 {
		at := time.Date(2027, 1, 1, 21, 30, 0, 0, time.UTC).AddDate(0, 0, day)
		for _, mode := range slot.Modes {
			for name := range notify.Kinds() {
				checkText(t, notify.TextOf(t, notices, bookingtest.Base, name, at, mode))
			}
		}
	}
}

func TestR21_DiscreetNoticesSayThatSomethingWaitsAndNoMore(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Choose(t, func(c *people.Contact) { c.Discreet = true })
	a := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	o.Turn(t)
	o.Pass(t, bookingtest.Friday.Add(-30*time.Minute).Sub(o.DB.Now()))
	o.Cancel(t, o.Nadia, a)
	o.Turn(t)
	for _, n := range o.Rows(t, "sent") {
		if n.AccountID != o.Zoe.ID {
			continue
		}
		said := o.Texts["notice-"+n.ID.String()].Text
		if m := o.Mails["notice-"+n.ID.String()]; n.Channel == "mail" {
			said = m.Subject + m.Text
			if m.Calendar != nil {
				t.Errorf("%s has a calendar file", n.Notice)
			}
		}
		said = strings.ReplaceAll(said, "/rendez-vous", "")
		for _, secret := range []string{"rendez-vous", "vendredi", "15", "annul", "rappel"} {
			if strings.Contains(strings.ReplaceAll(said, a.ID.String(), ""), secret) {
				t.Errorf("%s tells %q: %s", n.Notice, secret, said)
			}
		}
	}
	if got := o.Mails["notice-"+o.Row(t, o.Nadia, "confirmation", "mail").ID.String()]; got.Calendar == nil {
		t.Error("the worker's is discreet too")
	}
}

func TestR21_CalendarsAreToldOfEveryChangeAndOfNoReminder(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	a := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	o.Turn(t)
	o.Pass(t, bookingtest.Friday.Add(-30*time.Minute).Sub(o.DB.Now()))
	o.Cancel(t, o.Nadia, a)
	o.Turn(t)
	o.Tell(t, appointment.Requested, "request")
	o.Tell(t, appointment.Declined, "declined")
	for notice, want := range map[string]string{
		"confirmation": "METHOD:REQUEST", "cancellation": "METHOD:CANCEL", "reminder_limit": "", "reminder_hour": "", "request": "PARTSTAT=TENTATIVE", "declined": "METHOD:CANCEL",
	} {
		var found []bookingtest.Noticed
		for _, n := range o.Rows(t, "sent") {
			if n.Notice == notice && n.AccountID == o.Zoe.ID && n.Channel == "mail" && (notice == "request" || notice == "declined" || n.AppointmentID == a.ID) {
				found = append(found, n)
			}
		}
		if len(found) != 1 {
			t.Fatalf("%s: %+v", notice, found)
		}
		m := o.Mails["notice-"+found[0].ID.String()]
		if has := m.Calendar != nil; has != (want != "") || !strings.Contains(string(m.Calendar), want) {
			t.Errorf("%s: method %q\n%s", notice, m.Method, m.Calendar)
		}
		if want != "" && !strings.Contains(string(m.Calendar), "METHOD:"+m.Method+"\r\n") {
			t.Errorf("%s: the mail says %q, its calendar otherwise\n%s", notice, m.Method, m.Calendar)
		}
	}
}

// A request that ends leaves the worker's calendar too, however it ends.
func TestR21_ARequestThatEndsLeavesTheWorkersCalendar(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.World.Mark(t, o.Nadia, o.Zoe)
	declined, expired := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video), o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday.Add(2*time.Hour), slot.Video)
	o.Turn(t)
	must(t, o.Bookings.Answer(t.Context(), o.Nadia, declined.ID, false, ""))
	o.SetNow(expired.AnswerBy.Add(time.Minute))
	must(t, o.Bookings.ReleaseOverdue(t.Context()))
	must(t, o.Deliver(t))
	ended := 0
	for _, n := range o.Rows(t, "sent") {
		if n.AccountID != o.Nadia.ID || n.Notice != "closed_request" {
			continue
		}
		ended++
		if m := o.Mails["notice-"+n.ID.String()]; m.Method != "CANCEL" || !strings.Contains(string(m.Calendar), "UID:"+n.AppointmentID.String()) {
			t.Errorf("method %q\n%s", m.Method, m.Calendar)
		}
	}
	if ended != 2 {
		t.Errorf("of two requests that ended, the worker is told of %d", ended)
	}
}

func TestR21_AnSMSWaitsForTheCallHoursUnlessItCameTooLate(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	early := time.Date(2026, 12, 4, 6, 30, 0, 0, time.UTC) // 7:30 in Paris, whose call hours begin at 8
	o.Book(t, o.Zoe, o.Nadia, early.Truncate(time.Hour), slot.Video)
	o.Turn(t)
	o.SetNow(early.Truncate(time.Hour).Add(-48 * time.Hour)) // 7:00
	o.Turn(t)
	o.WantGot(t, o.Zoe, "mail confirmation", "sms confirmation", "mail reminder_limit")
	o.SetNow(o.DB.Now().Add(59 * time.Minute))
	o.Turn(t)
	o.WantGot(t, o.Zoe, "mail confirmation", "sms confirmation", "mail reminder_limit")
	o.SetNow(o.DB.Now().Add(time.Minute)) // 8:00
	o.Turn(t)
	o.WantGot(t, o.Zoe, "mail confirmation", "sms confirmation", "mail reminder_limit", "sms reminder_limit")
	o.SetNow(early.Truncate(time.Hour).Add(-time.Hour)) // 6:00, of an hour at 7:00
	o.Turn(t)
	o.Pass(t, 3*time.Hour)
	o.WantGot(t, o.Zoe, "mail confirmation", "sms confirmation", "mail reminder_limit", "sms reminder_limit", "mail reminder_hour")
	if n := o.Row(t, o.Zoe, "reminder_hour", "sms"); n.State != "dropped" || n.Cause != "late" {
		t.Errorf("it became %+v", n)
	}
}

// The night in which the clocks go back is an hour longer.
func TestR21_CallHoursKeepToThePersonsClockWhenItChanges(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	start := time.Date(2027, 3, 29, 20, 0, 0, 0, time.UTC) // 22:00 summer time; 48 hours before it is the last evening of winter time, 21:00
	o.SetNow(start.AddDate(0, 0, -7))
	o.Book(t, o.Zoe, o.Nadia, start, slot.Video)
	o.Turn(t)
	o.SetNow(start.Add(-48 * time.Hour))
	o.Turn(t)
	o.SetNow(time.Date(2027, 3, 28, 5, 59, 0, 0, time.UTC)) // 7:59 summer time
	o.Turn(t)
	if n := o.Row(t, o.Zoe, notify.LimitReminder, "sms"); n.State != "queued" {
		t.Errorf("before eight: %+v", n)
	}
	o.SetNow(time.Date(2027, 3, 28, 6, 0, 0, 0, time.UTC)) // 8:00 summer time
	o.Turn(t)
	if n := o.Row(t, o.Zoe, notify.LimitReminder, "sms"); n.State != "sent" {
		t.Errorf("at eight: %+v", n)
	}
}

func TestR21_SomebodyWithoutAnAddressGetsEverythingBySMS(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	_, err := o.DB.Pool.Exec(t.Context(), `update accounts set email = null where id = $1`, o.Zoe.ID)
	must(t, err)
	a := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Phone)
	o.Turn(t)
	o.Cancel(t, o.Zoe, a)
	o.Turn(t)
	o.WantGot(t, o.Zoe, "sms confirmation", "sms cancellation")
	o.WantGot(t, o.Nadia, "mail confirmation", "mail cancellation")
}

func TestR21_ARefusalForGoodIsAStateAndIsToldBySMS(t *testing.T) {
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

func TestR21_AMailThatCameBackIsAState(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Choose(t, func(c *people.Contact) { c.Texts = false })
	o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	o.Turn(t)
	n := o.Row(t, o.Zoe, "confirmation", "mail")
	for range 2 { // servers repeat themselves
		must(t, o.Notifications.NoteBounce(t.Context(), n.ID, mail.MailboxFull))
	}
	must(t, o.Notifications.NoteBounce(t.Context(), uuid.New(), mail.MailboxFull)) // of another platform
	if n = o.Row(t, o.Zoe, "confirmation", "mail"); n.State != "bounced" || n.Cause != "mailbox_full" {
		t.Errorf("it became %+v", n)
	}
	o.WantGot(t, o.Zoe, "mail confirmation")
}

// What our own server never took is no failure of the person's; who waits for it is
// called, as long as it helps.
func TestR21_WhatWasTriedInTimeAndNeverTakenIsToldByPhone(t *testing.T) {
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
	must(t, o.Notify.MarkCalled(t.Context(), bookingtest.Operator(), o.Zoe.ID, o.DB.Now()))
	if got := o.unreached(t); len(got) != 0 {
		t.Errorf("called, and still to call: %q", got)
	}
	o.SetNow(bookingtest.Friday.Add(slot.Length))
	must(t, o.Worker.Deliver(t.Context(), id, 2))
	if n := o.Row(t, o.Zoe, "confirmation", "mail"); n.State != "dropped" || n.Cause != "no_answer" {
		t.Errorf("too late: %+v", n)
	}
}

// What is not about the person is tried again for as long as it helps, however often;
// what may be about them, a few times.
func TestR21_NothingFailsBecauseOfUs(t *testing.T) {
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

// Neither the mail server nor the gateway is waited for with a connection, or with a row
// that others wait for.
func TestR21_NothingIsHeldWhileAServerIsWaitedFor(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	for _, channel := range []string{"mail", "sms"} {
		id := o.Row(t, o.Zoe, "confirmation", channel).ID
		o.During = func() {
			if held := o.DB.Pool.Stat().AcquiredConns(); held != 0 {
				t.Errorf("%s: %d connections are held", channel, held)
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
		t.Errorf("handed over %d times", o.Handed)
	}
}

// A crash after the server took the mail, at every point: it is handed over again and
// is the same mail.
func TestR21_ACrashBetweenHandingOverAndNotingSendsNothingTwice(t *testing.T) {
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
	o.After, o.Dies = nil, true // before it notes anything
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
		t.Fatalf("noted: %+v", n)
	}
	o.Turn(t)
	o.Turn(t)
	if o.Handed != 7 || len(o.Mails) != 2 || len(o.Texts) != 1 { // five times Zoé's mail, once her SMS and Nadia's
		t.Errorf("handed over %d times, %d mails", o.Handed, len(o.Mails))
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
		t.Errorf("handed over %d times, %d are done with it: %+v", o.Handed, len(done), n)
	}
}

// A try that comes back after a later one has begun changes nothing.
func TestR21_ATryThatComesBackTooLateChangesNothing(t *testing.T) {
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

func TestR21_TwoPlannersAtOncePlanOne(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	for i := range 5 {
		o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday.Add(time.Duration(i)*time.Hour), slot.Video)
	}
	o.SetNow(bookingtest.Friday.Add(-43 * time.Hour))
	results := make([]error, 6)
	var wait sync.WaitGroup
	for i := range results {
		wait.Go(func() { results[i] = o.Notify.Remind(context.Background()) })
	}
	wait.Wait()
	must(t, errors.Join(results...))
	planned := map[string]int{}
	for _, n := range o.Rows(t, "") {
		if n.Notice == notify.LimitReminder {
			planned[fmt.Sprint(n.AppointmentID, n.Channel)]++
		}
	}
	var jobs int
	must(t, o.DB.Pool.QueryRow(t.Context(), `select count(*) from river_job j join notifications n on n.id = (j.args->>'notification_id')::uuid where n.kind = $1`, notify.LimitReminder).Scan(&jobs))
	if len(planned) != 10 || jobs != 10 {
		t.Errorf("%d planned, %d jobs: %v", len(planned), jobs, planned)
	}
}

// More appointments than one transaction takes, all at the same hour.
func TestR21_EveryReminderOfABusyHourIsPlanned(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	const people = 450
	_, err := o.DB.Pool.Exec(t.Context(), `
		with workers as (
			insert into accounts (role, email, last_name, first_name, time_zone, created_at)
			select 'social_worker', 'w' || i || '@exemple.fr', 'x', 'y', 'Europe/Paris', $1 from generate_series(1, $2) i returning id),
		sheets as (
			insert into social_workers (account_id, presentation, languages, reasons, modes, time_zone)
			select id, '', '{fr}', '{money}', '{video}', 'Europe/Paris' from workers returning account_id),
		others as (
			insert into accounts (role, email, last_name, first_name, time_zone, created_at, client_id)
			select 'beneficiary', 'b' || i || '@exemple.fr', 'x', 'y', 'Europe/Paris', $1, (select id from clients limit 1) from generate_series(1, $2) i returning id)
		insert into appointments (social_worker_id, beneficiary_id, period, mode, reason, place, status, booked_at)
		select w.account_id, b.id, tstzrange($3::timestamptz, $3::timestamptz + interval '1 hour'), 'video', 'money', '', 'confirmed', $1
		from (select account_id, row_number() over () as n from sheets) w join (select id, row_number() over () as n from others) b using (n)`,
		bookingtest.Start, people, bookingtest.Friday)
	must(t, err)
	o.SetNow(bookingtest.Friday.Add(-47 * time.Hour))
	for range 2 {
		must(t, o.Notify.Remind(t.Context()))
	}
	if got := len(o.Rows(t, "queued")); got != people {
		t.Errorf("%d reminders, want %d", got, people)
	}
}
