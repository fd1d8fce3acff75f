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
	"socialdirect/internal/fault"
	"socialdirect/web"
)

func TestR12_TheWaitlistIsNotifiedWhenASlotIsReleased(t *testing.T) {
	t.Parallel()
	w := newWaitlistWorld(t)
	booked := w.full(t, waitlist.Entry{SocialWorkerID: w.Nadia.ID})
	w.refresh(t)
	if notified := w.notified(t, w.Zoe); len(notified) > 0 {
		t.Errorf("notified of slots that were available before: %v", notified)
	}
	w.Cancel(t, w.paul, booked[1])
	w.refresh(t)
	w.refresh(t)
	if notified := w.notified(t, w.Zoe); !slices.Equal(notified, []time.Time{booked[1].StartsAt}) {
		t.Fatalf("notified of %v", notified)
	}
	if later := w.deliver(t); later != 0 || len(w.Mails) != 1 || len(w.Texts) != 1 {
		t.Fatalf("%d mails, %d SMS, %d later", len(w.Mails), len(w.Texts), later)
	}
	w.deliver(t)
	if w.Handed != 2 {
		t.Errorf("%d messages in all", w.Handed)
	}
	for _, m := range w.Mails {
		whole := m.Subject + m.Text
		if m.To != w.emailOf(t, w.Zoe) || !strings.Contains(whole, web.DayHour(booked[1].StartsAt.In(w.Zoe.Zone))) || !strings.Contains(whole, bookingtest.Base+"/liste-attente") {
			t.Errorf("the mail: %+v", m)
		}
		for _, word := range []string{"Nadia", "Goff", "Paul", "Zoé", "social", "vidéo"} {
			if strings.Contains(whole, word) {
				t.Errorf("the mail says %q: %s", word, whole)
			}
		}
	}
	for _, m := range w.Texts {
		if !strings.Contains(m.Text, "mardi 1 décembre à 10h") || len([]rune(m.Text)) > 160 {
			t.Errorf("the SMS, %d letters: %s", len([]rune(m.Text)), m.Text)
		}
	}
	// Zoé leaves the waitlist by booking.
	hours, err := w.Waitlist.Available(t.Context(), w.Zoe, w.entries(t)[0])
	must(t, err)
	if len(hours) == 0 || !hours[0].StartsAt.Equal(booked[1].StartsAt) {
		t.Errorf("the page shows %v", hours)
	}
	w.SetNow(w.DB.Now().Add(time.Minute))
	w.Book(t, w.Zoe, w.Nadia, booked[1].StartsAt, slot.Phone)
	if entries := w.entries(t); len(entries) > 0 {
		t.Errorf("still on the waitlist: %+v", entries)
	}
	w.Cancel(t, w.paul, booked[0])
	w.refresh(t)
	if notified := w.notified(t, w.Zoe); len(notified) > 1 {
		t.Errorf("notified after booking: %v", notified)
	}
}

func TestR12_NobodyIsNotifiedOfASlotThatIsBookedAgain(t *testing.T) {
	t.Parallel()
	w := newWaitlistWorld(t)
	booked := w.full(t, waitlist.Entry{SocialWorkerID: w.Nadia.ID})
	w.Cancel(t, w.paul, booked[1])
	w.refresh(t)
	again := w.Book(t, w.Beneficiary(t, "Ali", "Kaci"), w.Nadia, booked[1].StartsAt, slot.Video)
	if w.deliver(t); w.Handed > 0 {
		t.Errorf("%d messages about a slot that is booked", w.Handed)
	}
	// When it is released again, she is notified again.
	w.refresh(t)
	w.CancelOpen(t, w.Nadia, again)
	w.refresh(t)
	if notified := w.notified(t, w.Zoe); len(notified) != 2 {
		t.Errorf("notified of %v", notified)
	}
	if w.deliver(t); w.Handed != 2 {
		t.Errorf("%d messages, want a mail and an SMS", w.Handed)
	}
}

func TestR12_MovingCancellingOpeningAndErasingReleaseSlots(t *testing.T) {
	t.Parallel()
	for name, release := range map[string]func(t *testing.T, w *waitlistWorld, booked [3]appointment.Appointment){
		"moved": func(t *testing.T, w *waitlistWorld, booked [3]appointment.Appointment) {
			must(t, w.Bookings.Move(t.Context(), w.paul, booked[0].ID, firstTuesday.AddDate(0, 0, 7)))
		},
		"cancelled by the worker": func(t *testing.T, w *waitlistWorld, booked [3]appointment.Appointment) {
			w.CancelOpen(t, w.Nadia, booked[0])
		},
		"opened": func(t *testing.T, w *waitlistWorld, _ [3]appointment.Appointment) {
			w.Open(t, w.Nadia, bookingtest.Once(bookingtest.Tuesday, 14, 15))
		},
		"erased": func(t *testing.T, w *waitlistWorld, _ [3]appointment.Appointment) {
			w.Erase(t, w.paul)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWaitlistWorld(t)
			booked := w.full(t, waitlist.Entry{Mode: slot.Phone, Reason: "housing"})
			release(t, w, booked)
			w.refresh(t)
			if notified := w.notified(t, w.Zoe); len(notified) == 0 || notified[0].After(firstTuesday.AddDate(0, 0, 1)) {
				t.Errorf("notified of %v", notified)
			}
		})
	}
}

func TestR12_OnlyMatchingWaitlistEntriesAreNotified(t *testing.T) {
	t.Parallel()
	w := newWaitlistWorld(t)
	ines := w.SocialWorker(t, "Inès", "Robert")
	booked := w.full(t, waitlist.Entry{SocialWorkerID: w.Nadia.ID, Until: firstTuesday})
	people := map[string]waitlist.Entry{
		"another worker": {SocialWorkerID: ines.ID}, "another language": {Language: "tr"}, "too late": {Until: firstTuesday.Add(time.Hour)},
	}
	for name, entry := range people {
		v := w.Beneficiary(t, "Ali", "Kaci")
		must(t, w.Waitlist.Join(t.Context(), v, entry))
		defer func() {
			if notified := w.notified(t, v); len(notified) > 0 {
				t.Errorf("%s: notified of %v", name, notified)
			}
		}()
	}
	gone := w.Beneficiary(t, "Lea", "Payet")
	must(t, w.Waitlist.Join(t.Context(), gone, waitlist.Entry{}))
	entries, err := w.Waitlist.Entries(t.Context(), gone)
	must(t, err)
	if err := w.Waitlist.Leave(t.Context(), w.Zoe, entries[0].ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another person's entry: %v", err)
	}
	must(t, w.Waitlist.Leave(t.Context(), gone, entries[0].ID))
	w.Cancel(t, w.paul, booked[1])
	w.refresh(t)
	if notified := append(w.notified(t, gone), w.notified(t, w.Zoe)...); len(notified) > 0 {
		t.Errorf("a person who left the waitlist, or wants an earlier slot, is notified of %v", notified)
	}
}

// A person is not notified of a slot that they released themselves, until another person has
// booked and released it.
func TestR12_NobodyIsNotifiedOfASlotTheyReleasedThemselves(t *testing.T) {
	t.Parallel()
	w := newWaitlistWorld(t)
	cancelled, moved := w.Book(t, w.Zoe, w.Nadia, firstTuesday, slot.Video), w.Book(t, w.Zoe, w.Nadia, firstTuesday.Add(time.Hour), slot.Video)
	w.SetNow(w.DB.Now().Add(time.Minute))
	w.refresh(t)
	must(t, w.Waitlist.Join(t.Context(), w.Zoe, waitlist.Entry{SocialWorkerID: w.Nadia.ID}))
	w.Cancel(t, w.Zoe, cancelled)
	must(t, w.Bookings.Move(t.Context(), w.Zoe, moved.ID, firstTuesday.AddDate(0, 0, 7)))
	w.refresh(t)
	if notified := w.notified(t, w.Zoe); len(notified) > 0 {
		t.Errorf("she is notified of the slots that she has just released: %v", notified)
	}
	w.SetNow(w.DB.Now().Add(time.Minute))
	for _, at := range []time.Time{cancelled.StartsAt, moved.StartsAt} {
		again := w.Book(t, w.paul, w.Nadia, at, slot.Video)
		w.refresh(t)
		w.Cancel(t, w.paul, again)
		w.refresh(t)
	}
	if notified := w.notified(t, w.Zoe); !slices.Equal(notified, []time.Time{cancelled.StartsAt, moved.StartsAt}) {
		t.Errorf("after another person released them, she is notified of %v", notified)
	}
}

func TestR14_WaitlistNotificationsShowBothLocalTimes(t *testing.T) {
	t.Parallel()
	w := newWaitlistWorld(t)
	w.LiveIn(t, w.Zoe, "Indian/Reunion")
	booked := w.full(t, waitlist.Entry{SocialWorkerID: w.Nadia.ID})
	w.Cancel(t, w.paul, booked[0])
	w.refresh(t)
	if later := w.deliver(t); later != 0 || len(w.Mails) != 1 {
		t.Fatalf("%d mails, %d later", len(w.Mails), later)
	}
	for _, m := range w.Mails {
		bookingtest.WantSaid(t, "the mail", bookingtest.Words(m.Text), "- mardi 1er décembre à 12 h, heure de La Réunion (9 h, heure de Paris)")
	}
}
