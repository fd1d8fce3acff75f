package waitlist_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/booking/waitlist"
	"socialdirect/internal/fault"
)

// An entry for an earlier appointment matches only slots before it, and ends when the
// appointment is moved to a released slot.
func TestR12_MovingToAReleasedSlotEndsTheWaitlistEntry(t *testing.T) {
	t.Parallel()
	w := newWaitlistWorld(t)
	later := w.Book(t, w.Zoe, w.Nadia, firstTuesday.AddDate(0, 0, 7), slot.Video)
	w.SetNow(w.DB.Now().Add(time.Minute))
	booked := w.full(t, waitlist.Entry{SocialWorkerID: w.Nadia.ID, AppointmentID: later.ID})
	if err := w.Waitlist.Join(t.Context(), w.Zoe, waitlist.Entry{AppointmentID: booked[0].ID}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an entry for another person's appointment: %v", err)
	}
	w.Cancel(t, w.paul, booked[2])
	w.refresh(t)
	if notified := w.notified(t, w.Zoe); !slices.Equal(notified, []time.Time{booked[2].StartsAt}) {
		t.Fatalf("notified of %v", notified)
	}
	must(t, w.Bookings.Move(t.Context(), w.Zoe, later.ID, booked[2].StartsAt))
	if entries := w.entries(t); len(entries) > 0 {
		t.Errorf("still on the waitlist: %+v", entries)
	}
}

// The last day of an entry also limits an entry for an earlier appointment.
func TestR12_TheLastDayLimitsAWaitlistEntryForAnEarlierAppointment(t *testing.T) {
	t.Parallel()
	w := newWaitlistWorld(t)
	later := w.Book(t, w.Zoe, w.Nadia, firstTuesday.AddDate(0, 0, 14), slot.Video)
	second := w.Book(t, w.paul, w.Nadia, firstTuesday.AddDate(0, 0, 7), slot.Video)
	first := w.Book(t, w.paul, w.Nadia, firstTuesday, slot.Video)
	w.SetNow(w.DB.Now().Add(time.Minute))
	w.refresh(t)
	must(t, w.Waitlist.Join(t.Context(), w.Zoe, waitlist.Entry{AppointmentID: later.ID, Until: firstTuesday.AddDate(0, 0, 1)}))
	w.Cancel(t, w.paul, second)
	w.refresh(t)
	if notified := w.notified(t, w.Zoe); len(notified) > 0 {
		t.Errorf("notified of %v, which is after the day she named", notified)
	}
	must(t, w.Bookings.Move(t.Context(), w.Zoe, later.ID, second.StartsAt))
	if len(w.entries(t)) != 1 {
		t.Fatal("a move that is not early enough ends the entry")
	}
	w.Cancel(t, w.paul, first)
	w.refresh(t)
	if notified := w.notified(t, w.Zoe); !slices.Equal(notified, []time.Time{first.StartsAt}) {
		t.Errorf("notified of %v", notified)
	}
	must(t, w.Bookings.Move(t.Context(), w.Zoe, later.ID, first.StartsAt))
	if len(w.entries(t)) != 0 {
		t.Error("the entry does not end when the appointment is early enough")
	}
}

// A request that is declined leaves its person on the waitlist.
func TestR12_ARequestThatIsDeclinedKeepsTheWaitlistEntry(t *testing.T) {
	t.Parallel()
	w := newWaitlistWorld(t)
	booked := w.full(t, waitlist.Entry{SocialWorkerID: w.Nadia.ID})
	w.Mark(t, w.Nadia, w.Zoe)
	w.SetNow(w.DB.Now().Add(time.Minute))
	asked, err := w.Bookings.Place(t.Context(), w.Zoe, appointment.Request{SocialWorkerID: w.Nadia.ID, StartsAt: firstTuesday.AddDate(0, 0, 7), Mode: slot.Video, Reason: "housing"})
	must(t, err)
	if asked.Status != appointment.Requested {
		t.Fatalf("it is %s", asked.Status)
	}
	w.refresh(t)
	must(t, w.Bookings.Answer(t.Context(), w.Nadia, asked.ID, false, ""))
	w.refresh(t)
	if entries := w.entries(t); len(entries) != 1 {
		t.Fatalf("she has %d entries", len(entries))
	}
	w.Cancel(t, w.paul, booked[1])
	w.refresh(t)
	if notified := w.notified(t, w.Zoe); len(notified) == 0 {
		t.Error("nobody notified her of the slot")
	}
	asked, err = w.Bookings.Place(t.Context(), w.Zoe, appointment.Request{SocialWorkerID: w.Nadia.ID, StartsAt: firstTuesday.AddDate(0, 0, 7), Mode: slot.Video, Reason: "housing"})
	must(t, err)
	must(t, w.Bookings.Answer(t.Context(), w.Nadia, asked.ID, true, ""))
	if entries := w.entries(t); len(entries) != 0 {
		t.Errorf("after booking she has %d entries", len(entries))
	}
}

// A read that fails is an error of ours with its cause, never a refusal of what was asked.
func TestR12_AFailingReadOfTheWaitlistIsNoRefusal(t *testing.T) {
	t.Parallel()
	for table, entry := range map[string]func(w *waitlistWorld) waitlist.Entry{
		"credentials": func(w *waitlistWorld) waitlist.Entry { return waitlist.Entry{SocialWorkerID: w.Nadia.ID} },
		"appointments": func(w *waitlistWorld) waitlist.Entry {
			return waitlist.Entry{AppointmentID: w.Book(t, w.Zoe, w.Nadia, firstTuesday, slot.Video).ID}
		},
	} {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			w := newWaitlistWorld(t)
			e := entry(w)
			_, err := w.DB.Pool.Exec(t.Context(), `alter table `+table+` rename to gone`)
			must(t, err)
			err = w.Waitlist.Join(t.Context(), w.Zoe, e)
			if f := fault.From(err); err == nil || f.Code != fault.Internal || !strings.Contains(err.Error(), table) {
				t.Errorf("%v", err)
			}
		})
	}
}
