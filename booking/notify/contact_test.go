package notify_test

import (
	"testing"
	"time"

	"socialdirect/account/outbox"
	"socialdirect/account/people"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/notify"
	"socialdirect/booking/slot"
	"socialdirect/internal/viewer"
)

func TestR21_ContactChoicesApply(t *testing.T) {
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

// A choice made after the notification was queued applies too.
func TestR21_AContactChoiceMadeMeanwhileApplies(t *testing.T) {
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
func TestR21_CallHoursStayInLocalTimeWhenTheClocksChange(t *testing.T) {
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

func TestR21_APersonWithoutAnAddressGetsEverythingBySMS(t *testing.T) {
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

// A person who causes many notifications gets at most the day's number of SMS. The mails are
// all sent, and the switchboard sees people without an address.
func TestR47_SMSToOnePersonAreLimitedADay(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	const booked = outbox.TextsByAccount + 5
	for i := range booked {
		o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday.Add(time.Duration(i)*time.Hour), slot.Video)
	}
	must(t, o.Deliver(t))
	if len(o.Texts) != outbox.TextsByAccount || len(o.Mails) != 2*booked {
		t.Errorf("%d SMS and %d mails for %d bookings, want %d and %d", len(o.Texts), len(o.Mails), booked, outbox.TextsByAccount, 2*booked)
	}
	for _, n := range o.Rows(t, "failed") {
		if n.Channel != "sms" || n.Cause != "texts" {
			t.Errorf("failed: %+v", n)
		}
	}
	operator := o.Member(t, viewer.Switchboard, "Yann")
	if lost, _, err := o.Notify.Unreached(t.Context(), operator); err != nil || len(lost) != 0 {
		t.Errorf("the switchboard sees %d people whom a mail reached, %v", len(lost), err)
	}
	o.SetNow(o.DB.Now().Add(24 * time.Hour))
	o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday.Add(booked*time.Hour), slot.Video)
	must(t, o.Deliver(t))
	if len(o.Texts) != outbox.TextsByAccount+1 {
		t.Errorf("%d SMS in all after a booking on the next day", len(o.Texts))
	}
}
