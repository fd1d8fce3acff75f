package waitlist_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/booking/waitlist"
	"socialdirect/company"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

func TestR12_WaitlistNotificationsAndEntriesAreLimited(t *testing.T) {
	t.Parallel()
	w := newWaitlistWorld(t)
	w.full(t, waitlist.Entry{SocialWorkerID: w.Nadia.ID})
	for i := range 6 {
		day := bookingtest.Tuesday.AddDate(0, 0, 1+i)
		w.Open(t, w.Nadia, bookingtest.Once(day, 10, 11))
		w.refresh(t)
	}
	w.SetNow(w.DB.Now().Add(12 * time.Hour))                                         // nine in the evening
	if later := w.deliver(t); len(w.Mails) != 3 || len(w.Texts) != 0 || later != 5 { // the three SMS, and what is notified tomorrow
		t.Errorf("%d mails, %d SMS at night, %d later", len(w.Mails), len(w.Texts), later)
	}
	for i := range 6 {
		if err := w.Waitlist.Join(t.Context(), w.Zoe, waitlist.Entry{Until: firstTuesday.AddDate(0, 0, 20+i)}); err != nil && !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
	}
	if n := len(w.entries(t)); n != 5 {
		t.Errorf("%d entries of one person", n)
	}
	if err := w.Waitlist.Join(t.Context(), w.Nadia, waitlist.Entry{}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a worker joins the waitlist: %v", err)
	}
}

// Slots that are released after the day's three notifications are notified together once the
// limit allows it, of any worker, if they are still available.
func TestR12_SlotsReleasedBeyondTheLimitAreNotifiedTogetherLater(t *testing.T) {
	t.Parallel()
	w := newWaitlistWorld(t)
	marc := w.SocialWorkerWithoutOpenings(t, "Marc", "Tanguy", "Europe/Paris")
	w.full(t, waitlist.Entry{})
	start := w.DB.Now()
	for i := range 3 {
		w.release(t, w.Nadia, 1+i)
		w.SetNow(start.Add(time.Duration(1+i) * time.Hour))
	}
	w.deliver(t)
	lost, kept, other := w.release(t, w.Nadia, 4), w.release(t, w.Nadia, 5), w.release(t, marc, 6)
	w.Book(t, w.paul, w.Nadia, lost, slot.Video)
	w.refresh(t)
	w.SetNow(start.Add(24*time.Hour - time.Second))
	if w.deliver(t); len(w.Mails) != 3 {
		t.Errorf("%d mails within a day", len(w.Mails))
	}
	w.SetNow(start.Add(24 * time.Hour))
	w.deliver(t)
	if len(w.Mails) != 4 {
		t.Fatalf("%d mails after a day", len(w.Mails))
	}
	said := func(at time.Time) (n int) {
		for _, m := range w.Mails {
			n += strings.Count(m.Text, web.DayHour(at.In(w.Zoe.Zone)))
		}
		return n
	}
	if said(kept) != 1 || said(other) != 1 || said(lost) != 0 {
		t.Errorf("the available slots are notified %d and %d times, the booked one %d", said(kept), said(other), said(lost))
	}
}

// Two concurrent runs for two workers may each create a delayed notification; a slot released
// later is added to one of them.
func TestR12_ASlotJoinsOneOfSeveralPendingNotifications(t *testing.T) {
	t.Parallel()
	w := newWaitlistWorld(t)
	w.full(t, waitlist.Entry{})
	for i := range 4 { // the fourth is due in a day
		w.release(t, w.Nadia, 1+i)
	}
	_, err := w.DB.Pool.Exec(t.Context(), `
		insert into waitlist_releases (entry_id, account_id, due_at) select entry_id, account_id, due_at from waitlist_releases order by due_at desc limit 1`)
	must(t, err)
	at := w.release(t, w.Nadia, 5)
	if notified := w.notified(t, w.Zoe); len(notified) != 5 || !notified[4].Equal(at) {
		t.Errorf("notified of %v", notified)
	}
}

// A person without a consultation left is not notified of slots that they could not book; a
// move uses no consultation.
func TestR12_R9_APersonWithoutConsultationsLeftIsNotNotified(t *testing.T) {
	t.Parallel()
	w := newWaitlistWorld(t)
	marc := w.SocialWorker(t, "Marc", "Tanguy")
	later := w.Book(t, w.Zoe, marc, firstTuesday.AddDate(0, 0, 2), slot.Video)
	w.SetNow(w.DB.Now().Add(time.Minute))
	ali := w.Beneficiary(t, "Ali", "Kaci")
	must(t, w.Waitlist.Join(t.Context(), w.Zoe, waitlist.Entry{AppointmentID: later.ID}))
	must(t, w.Waitlist.Join(t.Context(), ali, waitlist.Entry{}))
	booked, earlier := w.full(t, waitlist.Entry{SocialWorkerID: w.Nadia.ID}), w.Book(t, w.paul, marc, firstTuesday.AddDate(0, 0, 1), slot.Video)
	w.refresh(t)
	w.EditClient(t, func(c *company.Client) { c.PerYear = 1 })
	w.Cancel(t, w.paul, booked[1])
	w.Cancel(t, w.paul, earlier)
	w.refresh(t)
	for who, want := range map[*viewer.Viewer][]time.Time{w.Zoe: {earlier.StartsAt}, ali: {booked[1].StartsAt, earlier.StartsAt}} {
		if notified := w.notified(t, who); !slices.Equal(notified, want) {
			t.Errorf("%s is notified of %v, want %v", who.Name, notified, want)
		}
	}
	must(t, w.Bookings.Move(t.Context(), w.Zoe, later.ID, earlier.StartsAt))
}

// A person without a consultation left for a slot can still move an existing appointment to
// it.
func TestR9_UsedUpConsultationsStillAllowAnEarlierSlot(t *testing.T) {
	t.Parallel()
	w := newWaitlistWorld(t)
	later := w.Book(t, w.Zoe, w.Nadia, firstTuesday.AddDate(0, 0, 7), slot.Video)
	w.SetNow(w.DB.Now().Add(time.Minute))
	booked := w.full(t, waitlist.Entry{SocialWorkerID: w.Nadia.ID})
	w.EditClient(t, func(c *company.Client) { c.PerYear = 1 })
	w.Cancel(t, w.paul, booked[1])
	w.refresh(t)
	if notified := w.notified(t, w.Zoe); len(notified) != 0 {
		t.Errorf("notified of %v", notified)
	}
	must(t, w.Waitlist.Join(t.Context(), w.Zoe, waitlist.Entry{AppointmentID: later.ID}))
	w.Cancel(t, w.paul, booked[2])
	w.refresh(t)
	if notified := w.notified(t, w.Zoe); len(notified) != 1 || !notified[0].Equal(booked[2].StartsAt) {
		t.Errorf("for an earlier appointment she is notified of %v", notified)
	}
}

// A person who can book no more is notified of a slot only if an appointment can be moved to
// it.
func TestR47_APersonAtTheirLimitIsNotNotifiedOfASlotToBook(t *testing.T) {
	t.Parallel()
	w := newWaitlistWorld(t)
	booked := w.Book(t, w.paul, w.Nadia, firstTuesday, slot.Video)
	later := w.Book(t, w.Zoe, w.Nadia, firstTuesday.AddDate(0, 0, 7), slot.Video)
	ali := w.Beneficiary(t, "Ali", "Kaci")
	w.Book(t, ali, w.Nadia, firstTuesday.AddDate(0, 0, 14), slot.Video)
	must(t, w.Waitlist.Join(t.Context(), w.Zoe, waitlist.Entry{AppointmentID: later.ID}))
	must(t, w.Waitlist.Join(t.Context(), ali, waitlist.Entry{}))
	w.Within(appointment.Bounds{Coming: 1, Acts: 100})
	w.refresh(t)
	w.Cancel(t, w.paul, booked)
	w.refresh(t)
	if notified := w.notified(t, w.Zoe); len(notified) != 1 {
		t.Errorf("the person who can move an appointment to it is notified of %v", notified)
	}
	if notified := w.notified(t, ali); len(notified) != 0 {
		t.Errorf("the person who can neither book nor move is notified of %v", notified)
	}
}
