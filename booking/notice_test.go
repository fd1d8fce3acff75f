package booking_test

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
	"socialdirect/booking"
	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/mail"
	"socialdirect/internal/postgres"
	"socialdirect/web"

	"github.com/google/uuid"
)

// At 15:00 in Paris, on the Friday after the world's first Monday.
var friday = time.Date(2026, 12, 4, 14, 0, 0, 0, time.UTC)

func TestR21_AnAppointmentIsConfirmedRemindedOfTwiceAndNoMore(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Book(t, o.zoe, o.nadia, friday, slot.Video)
	o.turn(t)
	wantGot(t, o, o.zoe, "mail confirmation", "sms confirmation")
	o.SetNow(friday.Add(-48*time.Hour - time.Minute))
	o.turn(t)
	wantGot(t, o, o.zoe, "mail confirmation", "sms confirmation")
	o.SetNow(friday.Add(-48 * time.Hour))
	o.turn(t)
	wantGot(t, o, o.zoe, "mail confirmation", "sms confirmation", "mail reminder_limit", "sms reminder_limit")
	o.SetNow(friday.Add(-time.Hour - time.Minute))
	o.turn(t)
	o.turn(t)
	wantGot(t, o, o.zoe, "mail confirmation", "sms confirmation", "mail reminder_limit", "sms reminder_limit")
	o.pass(t, 3*time.Hour)
	wantGot(t, o, o.zoe, "mail confirmation", "sms confirmation", "mail reminder_limit", "sms reminder_limit", "mail reminder_hour", "sms reminder_hour")
	wantGot(t, o, o.nadia, "mail confirmation")
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
		o.Book(t, o.zoe, o.nadia, friday, slot.Video)
		o.turn(t)
		o.SetNow(friday.Add(-c.stood))
		o.turn(t)
		t.Log(name)
		wantGot(t, o, o.zoe, append(c.want, "mail confirmation", "sms confirmation")...)
	}
}

func TestR21_WhoBooksLateIsNotFlooded(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.SetNow(friday.Add(-47 * time.Hour))
	o.Book(t, o.zoe, o.nadia, friday, slot.Video)
	o.pass(t, 46*time.Hour-time.Minute)
	wantGot(t, o, o.zoe, "mail confirmation", "sms confirmation")
	o.pass(t, 2*time.Hour)
	wantGot(t, o, o.zoe, "mail confirmation", "sms confirmation", "mail reminder_hour", "sms reminder_hour")
}

func TestR21_WhoMovesIsRemindedOfTheNewHourAlone(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	a := o.Book(t, o.zoe, o.nadia, friday, slot.Video)
	o.turn(t)
	o.SetNow(friday.Add(-48 * time.Hour))
	o.turn(t) // reminded of Friday
	saturday := friday.Add(24 * time.Hour)
	must(t, o.Bookings.Move(t.Context(), o.zoe, a.ID, saturday))
	o.pass(t, saturday.Add(-40*time.Hour).Sub(o.DB.Now())) // 48 hours before Saturday is past the move
	told := []string{"mail confirmation", "sms confirmation", "mail reminder_limit", "sms reminder_limit", "mail change", "sms change"}
	wantGot(t, o, o.zoe, append(told, "mail reminder_limit", "sms reminder_limit")...)
	must(t, o.Bookings.Move(t.Context(), o.zoe, a.ID, friday)) // within 48 hours of it: the mail about the move says it
	o.pass(t, friday.Add(-2*time.Hour).Sub(o.DB.Now()))
	told = append(told, "mail reminder_limit", "sms reminder_limit", "mail change", "sms change")
	wantGot(t, o, o.zoe, told...)
	o.pass(t, 4*time.Hour)
	wantGot(t, o, o.zoe, append(told, "mail reminder_hour", "sms reminder_hour")...)
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
		a := o.Book(t, o.zoe, o.nadia, friday, mode)
		o.SetNow(friday.Add(-time.Hour))
		o.turn(t)
		page, by := base+"/rendez-vous/"+a.ID.String()+c.path, map[string]int{}
		for _, n := range o.rows(t, "sent") {
			if n.AppointmentID != a.ID || n.Notice != booking.HourReminder {
				continue
			}
			by[n.Channel]++
			said := o.mails["notice-"+n.ID.String()].Text + o.texts["notice-"+n.ID.String()].Text
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
	a := o.Book(t, o.zoe, o.nadia, friday, slot.Video)
	o.turn(t)
	o.SetNow(friday.Add(-48 * time.Hour))
	must(t, o.Bookings.Remind(t.Context())) // planned, and not sent yet
	o.cancel(t, o.zoe, a)
	o.pass(t, 50*time.Hour)
	wantGot(t, o, o.zoe, "mail confirmation", "sms confirmation", "mail cancellation")
	wantGot(t, o, o.nadia, "mail confirmation", "mail cancellation")
	for _, n := range o.rows(t, "dropped") {
		if n.Cause != "stale" && !(n.Cause == "unwanted" && n.Channel == "sms") {
			t.Errorf("dropped: %+v", n)
		}
	}
}

func TestR21_AConfirmationThatIsNoLongerTrueIsNotSent(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	a := o.Book(t, o.zoe, o.nadia, friday, slot.Video)
	o.cancel(t, o.nadia, a)
	o.turn(t)
	wantGot(t, o, o.zoe, "mail cancellation", "sms cancellation")
	o.SetNow(friday.Add(2 * time.Hour))
	b := o.Book(t, o.zoe, o.nadia, friday.Add(3*time.Hour), slot.Video)
	o.SetNow(b.EndsAt)
	o.turn(t) // only now: it says nothing any more
	wantGot(t, o, o.zoe, "mail cancellation", "sms cancellation")
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
		o.choose(t, c.change)
		a := o.Book(t, o.zoe, o.nadia, friday, slot.Video)
		o.turn(t)
		o.pass(t, friday.Add(-30*time.Minute).Sub(o.DB.Now()))
		o.cancel(t, o.nadia, a)
		o.turn(t)
		t.Log(name)
		wantGot(t, o, o.zoe, append(c.want, "mail confirmation")...)
	}
}

// A choice made after the notice was queued counts too.
func TestR21_AChoiceMadeMeanwhileHolds(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Book(t, o.zoe, o.nadia, friday, slot.Video)
	o.turn(t)
	o.SetNow(friday.Add(-48 * time.Hour))
	must(t, o.Bookings.Remind(t.Context()))
	o.choose(t, func(c *people.Contact) { c.LimitReminder = false })
	must(t, o.deliver(t))
	wantGot(t, o, o.zoe, "mail confirmation", "sms confirmation")
}

func TestR21_NoNoticeTellsWhoOrWhy(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	for _, mode := range slot.Modes {
		a := o.Book(t, o.zoe, o.nadia, friday, mode)
		o.turn(t)
		o.pass(t, friday.Add(-30*time.Minute).Sub(o.DB.Now()))
		o.cancel(t, o.nadia, a)
		o.turn(t)
		o.SetNow(bookingtest.Start)
	}
	for status, notice := range map[appointment.Status]string{
		appointment.Requested: "request", appointment.Confirmed: "accepted", appointment.Declined: "declined", appointment.Expired: "expired",
	} {
		o.tell(t, status, notice)
	}
	o.tell(t, appointment.Confirmed, "change")
	o.tell(t, appointment.Expired, "closed_request")
	seen := map[string]bool{}
	for _, n := range o.rows(t, "sent") {
		seen[n.Notice] = true
	}
	for name := range booking.NoticeKinds() {
		if !seen[name] {
			t.Errorf("%s was never sent", name)
		}
	}
	for _, m := range o.mails {
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
	if len(o.texts) == 0 {
		t.Error("no SMS at all")
	}
	for _, m := range o.texts {
		checkText(t, m.Text)
	}
}

// tell queues a notice of a new appointment in some state, as the acts do, and sends
// it by both channels.
func (o *postOffice) tell(t testing.TB, status appointment.Status, notice string) {
	t.Helper()
	a := o.Book(t, o.zoe, o.nadia, friday, slot.Phone)
	_, err := o.DB.Pool.Exec(context.Background(), `update appointments set status = $2, answer_by = $3, sequence = 1 where id = $1`, a.ID, status, o.DB.Now().Add(time.Hour))
	must(t, err)
	must(t, o.DB.InTx(context.Background(), func(tx postgres.Tx) error {
		return o.Bookings.Tell(context.Background(), tx, a.ID, notice, o.zoe.ID, o.nadia.ID)
	}))
	_, err = o.DB.Pool.Exec(context.Background(), `insert into notices (appointment_id, account_id, notice, channel, sequence, starts_at, state, cause, queued_at)
		values ($1, $2, $3, 'sms', 1, $4, 'queued', '', $5) on conflict do nothing`, a.ID, o.zoe.ID, notice, friday, o.DB.Now())
	must(t, err)
	must(t, o.deliver(t))
	if status.Occupies() {
		_, err = o.DB.Pool.Exec(context.Background(), `update appointments set status = 'cancelled' where id = $1`, a.ID)
		must(t, err)
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
	notices, err := web.NewNotices(base, web.Phone{})
	ok(t, err)
	for day := range 366 {
		at := time.Date(2027, 1, 1, 21, 30, 0, 0, time.UTC).AddDate(0, 0, day)
		for _, mode := range slot.Modes {
			for name := range booking.NoticeKinds() {
				checkText(t, booking.TextOf(t, notices, base, name, at, mode))
			}
		}
	}
}

func TestR21_DiscreetNoticesSayThatSomethingWaitsAndNoMore(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.choose(t, func(c *people.Contact) { c.Discreet = true })
	a := o.Book(t, o.zoe, o.nadia, friday, slot.Video)
	o.turn(t)
	o.pass(t, friday.Add(-30*time.Minute).Sub(o.DB.Now()))
	o.cancel(t, o.nadia, a)
	o.turn(t)
	for _, n := range o.rows(t, "sent") {
		if n.AccountID != o.zoe.ID {
			continue
		}
		said := o.texts["notice-"+n.ID.String()].Text
		if m := o.mails["notice-"+n.ID.String()]; n.Channel == "mail" {
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
	if got := o.mails["notice-"+o.row(t, o.nadia, "confirmation", "mail").ID.String()]; got.Calendar == nil {
		t.Error("the worker's is discreet too")
	}
}

func TestR21_CalendarsAreToldOfEveryChangeAndOfNoReminder(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	a := o.Book(t, o.zoe, o.nadia, friday, slot.Video)
	o.turn(t)
	o.pass(t, friday.Add(-30*time.Minute).Sub(o.DB.Now()))
	o.cancel(t, o.nadia, a)
	o.turn(t)
	o.tell(t, appointment.Requested, "request")
	o.tell(t, appointment.Declined, "declined")
	for notice, want := range map[string]string{
		"confirmation": "METHOD:REQUEST", "cancellation": "METHOD:CANCEL", "reminder_limit": "", "reminder_hour": "", "request": "PARTSTAT=TENTATIVE", "declined": "METHOD:CANCEL",
	} {
		var found []noticed
		for _, n := range o.rows(t, "sent") {
			if n.Notice == notice && n.AccountID == o.zoe.ID && n.Channel == "mail" && (notice == "request" || notice == "declined" || n.AppointmentID == a.ID) {
				found = append(found, n)
			}
		}
		if len(found) != 1 {
			t.Fatalf("%s: %+v", notice, found)
		}
		m := o.mails["notice-"+found[0].ID.String()]
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
	mark(t, o.World, o.nadia, o.zoe)
	declined, expired := o.Book(t, o.zoe, o.nadia, friday, slot.Video), o.Book(t, o.zoe, o.nadia, friday.Add(2*time.Hour), slot.Video)
	o.turn(t)
	must(t, o.Bookings.Answer(t.Context(), o.nadia, declined.ID, false, ""))
	o.SetNow(expired.AnswerBy.Add(time.Minute))
	must(t, o.Bookings.ReleaseOverdue(t.Context()))
	must(t, o.deliver(t))
	ended := 0
	for _, n := range o.rows(t, "sent") {
		if n.AccountID != o.nadia.ID || n.Notice != "closed_request" {
			continue
		}
		ended++
		if m := o.mails["notice-"+n.ID.String()]; m.Method != "CANCEL" || !strings.Contains(string(m.Calendar), "UID:"+n.AppointmentID.String()) {
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
	o.Book(t, o.zoe, o.nadia, early.Truncate(time.Hour), slot.Video)
	o.turn(t)
	o.SetNow(early.Truncate(time.Hour).Add(-48 * time.Hour)) // 7:00
	o.turn(t)
	wantGot(t, o, o.zoe, "mail confirmation", "sms confirmation", "mail reminder_limit")
	o.SetNow(o.DB.Now().Add(59 * time.Minute))
	o.turn(t)
	wantGot(t, o, o.zoe, "mail confirmation", "sms confirmation", "mail reminder_limit")
	o.SetNow(o.DB.Now().Add(time.Minute)) // 8:00
	o.turn(t)
	wantGot(t, o, o.zoe, "mail confirmation", "sms confirmation", "mail reminder_limit", "sms reminder_limit")
	o.SetNow(early.Truncate(time.Hour).Add(-time.Hour)) // 6:00, of an hour at 7:00
	o.turn(t)
	o.pass(t, 3*time.Hour)
	wantGot(t, o, o.zoe, "mail confirmation", "sms confirmation", "mail reminder_limit", "sms reminder_limit", "mail reminder_hour")
	if n := o.row(t, o.zoe, "reminder_hour", "sms"); n.State != "dropped" || n.Cause != "late" {
		t.Errorf("it became %+v", n)
	}
}

// The night in which the clocks go back is an hour longer.
func TestR21_CallHoursKeepToThePersonsClockWhenItChanges(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	start := time.Date(2027, 3, 29, 20, 0, 0, 0, time.UTC) // 22:00 summer time; 48 hours before it is the last evening of winter time, 21:00
	o.SetNow(start.AddDate(0, 0, -7))
	o.Book(t, o.zoe, o.nadia, start, slot.Video)
	o.turn(t)
	o.SetNow(start.Add(-48 * time.Hour))
	o.turn(t)
	o.SetNow(time.Date(2027, 3, 28, 5, 59, 0, 0, time.UTC)) // 7:59 summer time
	o.turn(t)
	if n := o.row(t, o.zoe, booking.LimitReminder, "sms"); n.State != "queued" {
		t.Errorf("before eight: %+v", n)
	}
	o.SetNow(time.Date(2027, 3, 28, 6, 0, 0, 0, time.UTC)) // 8:00 summer time
	o.turn(t)
	if n := o.row(t, o.zoe, booking.LimitReminder, "sms"); n.State != "sent" {
		t.Errorf("at eight: %+v", n)
	}
}

func TestR21_SomebodyWithoutAnAddressGetsEverythingBySMS(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	_, err := o.DB.Pool.Exec(t.Context(), `update accounts set email = null where id = $1`, o.zoe.ID)
	must(t, err)
	a := o.Book(t, o.zoe, o.nadia, friday, slot.Phone)
	o.turn(t)
	o.cancel(t, o.zoe, a)
	o.turn(t)
	wantGot(t, o, o.zoe, "sms confirmation", "sms cancellation")
	wantGot(t, o, o.nadia, "mail confirmation", "mail cancellation")
}

func TestR21_ARefusalForGoodIsAStateAndIsToldBySMS(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Book(t, o.zoe, o.nadia, friday, slot.Video)
	o.before = mail.Refused{Cause: mail.UnknownAddress, Sure: true}
	must(t, o.worker.Deliver(t.Context(), o.row(t, o.zoe, "confirmation", "mail").ID, 1))
	o.before = nil
	if n := o.row(t, o.zoe, "confirmation", "mail"); n.State != "failed" || n.Cause != "unknown_address" {
		t.Errorf("it became %+v", n)
	}
	must(t, o.deliver(t))
	wantGot(t, o, o.zoe, "sms confirmation")
}

func TestR21_AMailThatCameBackIsAState(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.choose(t, func(c *people.Contact) { c.Texts = false })
	o.Book(t, o.zoe, o.nadia, friday, slot.Video)
	o.turn(t)
	n := o.row(t, o.zoe, "confirmation", "mail")
	for range 2 { // servers repeat themselves
		must(t, o.Bookings.ComeBack(t.Context(), n.ID, mail.MailboxFull))
	}
	must(t, o.Bookings.ComeBack(t.Context(), uuid.New(), mail.MailboxFull)) // of another platform
	if n = o.row(t, o.zoe, "confirmation", "mail"); n.State != "bounced" || n.Cause != "mailbox_full" {
		t.Errorf("it became %+v", n)
	}
	wantGot(t, o, o.zoe, "mail confirmation")
}

// What our own server never took is no failure of the person's; who waits for it is
// called, as long as it helps.
func TestR21_WhatWasTriedInTimeAndNeverTakenIsToldByPhone(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.choose(t, func(c *people.Contact) { c.Texts = false })
	o.Book(t, o.zoe, o.nadia, friday, slot.Video)
	id := o.row(t, o.zoe, "confirmation", "mail").ID
	o.before = errors.New("nobody answers")
	if err := o.worker.Deliver(t.Context(), id, 1); err == nil {
		t.Fatal("no other try")
	}
	if n := o.row(t, o.zoe, "confirmation", "mail"); n.State != "queued" {
		t.Errorf("after one try: %+v", n)
	}
	o.SetNow(friday.Add(-48 * time.Hour))
	must(t, o.Bookings.Remind(t.Context()))
	if err := o.deliver(t); err == nil {
		t.Fatal("no other try")
	}
	o.SetNow(friday.Add(-25 * time.Hour))
	reminder := o.row(t, o.zoe, booking.LimitReminder, "mail").ID
	must(t, o.worker.Deliver(t.Context(), reminder, 500))
	if n := o.row(t, o.zoe, booking.LimitReminder, "mail"); n.State != "dropped" || n.Cause != "no_answer" {
		t.Errorf("too late: %+v", n)
	}
	if got := o.unreached(t); len(got) != 1 || !strings.HasPrefix(got[0], "Zoé Vidal") {
		t.Errorf("to call: %q", got)
	}
	must(t, o.Bookings.MarkCalled(t.Context(), operator(), o.zoe.ID, o.DB.Now()))
	if got := o.unreached(t); len(got) != 0 {
		t.Errorf("called, and still to call: %q", got)
	}
	o.SetNow(friday.Add(slot.Length))
	must(t, o.worker.Deliver(t.Context(), id, 2))
	if n := o.row(t, o.zoe, "confirmation", "mail"); n.State != "dropped" || n.Cause != "no_answer" {
		t.Errorf("too late: %+v", n)
	}
}

// What is not about the person is tried again for as long as it helps, however often;
// what may be about them, a few times.
func TestR21_NothingFailsBecauseOfUs(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.choose(t, func(c *people.Contact) { c.Texts = false })
	o.Book(t, o.zoe, o.nadia, friday, slot.Video)
	ours, doubtful := o.row(t, o.zoe, "confirmation", "mail").ID, o.row(t, o.nadia, "confirmation", "mail").ID
	o.before = errors.New("554 5.7.1")
	for _, number := range []int{1, 2, 25, 500, 32_000} {
		if err := o.worker.DeliverAs(t.Context(), ours, number, 0); err == nil {
			t.Fatalf("no try after %d", number)
		}
	}
	if n := o.row(t, o.zoe, "confirmation", "mail"); n.State != "queued" {
		t.Errorf("it became %+v", n)
	}
	o.before = mail.Refused{Cause: mail.UnknownAddress}
	for refused := range 5 {
		err := o.worker.DeliverAs(t.Context(), doubtful, 100+refused, refused)
		if n := o.row(t, o.nadia, "confirmation", "mail"); (err == nil) != (refused == 4) || (n.State == "failed") != (refused == 4) {
			t.Fatalf("refused %d times: %v, %+v", refused+1, err, n)
		}
	}
}

// Neither the mail server nor the gateway is waited for with a connection, or with a row
// that others wait for.
func TestR21_NothingIsHeldWhileAServerIsWaitedFor(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Book(t, o.zoe, o.nadia, friday, slot.Video)
	for _, channel := range []string{"mail", "sms"} {
		id := o.row(t, o.zoe, "confirmation", channel).ID
		o.during = func() {
			if held := o.DB.Pool.Stat().AcquiredConns(); held != 0 {
				t.Errorf("%s: %d connections are held", channel, held)
			}
			_, err := o.DB.Pool.Exec(t.Context(), `set lock_timeout = '1s'; update notices set queued_at = queued_at where id = '`+id.String()+`'; reset lock_timeout`)
			if err != nil {
				t.Errorf("%s: %v", channel, err)
			}
			if err := o.worker.DeliverAs(t.Context(), id, 1, 0); err == nil {
				t.Errorf("%s: the same try was made twice", channel)
			}
		}
		must(t, o.worker.Deliver(t.Context(), id, 1))
	}
	o.during = nil
	if o.handed != 2 {
		t.Errorf("handed over %d times", o.handed)
	}
}

// A crash after the server took the mail, at every point: it is handed over again and
// is the same mail.
func TestR21_ACrashBetweenHandingOverAndNotingSendsNothingTwice(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	a := o.Book(t, o.zoe, o.nadia, friday, slot.Video)
	id := o.row(t, o.zoe, "confirmation", "mail").ID
	o.after = errors.New("the process dies")
	for range 3 {
		if err := o.worker.Deliver(t.Context(), id, 1); err == nil {
			t.Fatal("it did not die")
		}
	}
	o.after, o.dies = nil, true // before it notes anything
	func() {
		defer func() {
			if recover() == nil {
				t.Fatal("it did not die")
			}
		}()
		_ = o.worker.Deliver(t.Context(), id, 1)
	}()
	o.dies = false
	if n := o.row(t, o.zoe, "confirmation", "mail"); n.State != "queued" {
		t.Fatalf("noted: %+v", n)
	}
	o.turn(t)
	o.turn(t)
	if o.handed != 7 || len(o.mails) != 2 || len(o.texts) != 1 { // five times Zoé's mail, once her SMS and Nadia's
		t.Errorf("handed over %d times, %d mails", o.handed, len(o.mails))
	}
	o.cancel(t, o.zoe, a)
	o.turn(t)
	wantGot(t, o, o.zoe, "mail confirmation", "sms confirmation", "mail cancellation")
}

func TestR21_TwoInstancesAtOnceSendOne(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Book(t, o.zoe, o.nadia, friday, slot.Video)
	id := o.row(t, o.zoe, "confirmation", "mail").ID
	results := make([]error, 6)
	var wait sync.WaitGroup
	var back atomic.Int32
	o.during = func() { // until the others are done with it
		for began := time.Now(); int(back.Load()) < len(results)-1 && time.Since(began) < time.Minute; time.Sleep(time.Millisecond) {
		}
	}
	for i := range results {
		wait.Go(func() {
			results[i] = o.worker.DeliverAs(context.Background(), id, 1, 0)
			back.Add(1)
		})
	}
	wait.Wait()
	done := slices.DeleteFunc(results, func(err error) bool { return err != nil })
	if n := o.row(t, o.zoe, "confirmation", "mail"); len(done) != 1 || o.handed != 1 || n.State != "sent" {
		t.Errorf("handed over %d times, %d are done with it: %+v", o.handed, len(done), n)
	}
}

// A try that comes back after a later one has begun changes nothing.
func TestR21_ATryThatComesBackTooLateChangesNothing(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Book(t, o.zoe, o.nadia, friday, slot.Video)
	id := o.row(t, o.zoe, "confirmation", "mail").ID
	first := true
	o.during = func() {
		if !first {
			return
		}
		first = false
		_, err := o.DB.Pool.Exec(t.Context(), `update notices set try = 2 where id = $1`, id)
		must(t, err)
	}
	must(t, o.worker.DeliverAs(t.Context(), id, 1, 0))
	if n := o.row(t, o.zoe, "confirmation", "mail"); n.State != "queued" {
		t.Errorf("it became %+v", n)
	}
	must(t, o.worker.DeliverAs(t.Context(), id, 3, 0))
	if n := o.row(t, o.zoe, "confirmation", "mail"); n.State != "sent" || len(o.mails) != 1 {
		t.Errorf("it became %+v, %d mails", n, len(o.mails))
	}
}

func TestR21_TwoPlannersAtOncePlanOne(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	for i := range 5 {
		o.Book(t, o.zoe, o.nadia, friday.Add(time.Duration(i)*time.Hour), slot.Video)
	}
	o.SetNow(friday.Add(-43 * time.Hour))
	results := make([]error, 6)
	var wait sync.WaitGroup
	for i := range results {
		wait.Go(func() { results[i] = o.Bookings.Remind(context.Background()) })
	}
	wait.Wait()
	must(t, errors.Join(results...))
	planned := map[string]int{}
	for _, n := range o.rows(t, "") {
		if n.Notice == booking.LimitReminder {
			planned[fmt.Sprint(n.AppointmentID, n.Channel)]++
		}
	}
	var jobs int
	must(t, o.DB.Pool.QueryRow(t.Context(), `select count(*) from river_job j join notices n on n.id = (j.args->>'notice_id')::uuid where n.notice = $1`, booking.LimitReminder).Scan(&jobs))
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
		bookingtest.Start, people, friday)
	must(t, err)
	o.SetNow(friday.Add(-47 * time.Hour))
	for range 2 {
		must(t, o.Bookings.Remind(t.Context()))
	}
	if got := len(o.rows(t, "queued")); got != people {
		t.Errorf("%d reminders, want %d", got, people)
	}
}
