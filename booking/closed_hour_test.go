package booking_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"socialdirect/booking"
	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/bulkcancel"
	"socialdirect/booking/rebooking"
	"socialdirect/booking/slot"
	"socialdirect/booking/waitlist"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// workersWays are the ways in which an appointment is cancelled by its worker, or by
// others on the worker's behalf.
func workersWays(t *testing.T, d bookingtest.Desk) map[string]func(a appointment.Appointment, reopen bool) error {
	admin := d.Member(t, viewer.Administrator, "Claire")
	bulk := func(v *viewer.Viewer) func(appointment.Appointment, bool) error {
		return func(a appointment.Appointment, reopen bool) error {
			_, err := d.BulkCancels.Cancel(t.Context(), v, bulkcancel.Batch{SocialWorkerID: d.Nadia.ID, Appointments: []uuid.UUID{a.ID}, Reason: "Elle est malade.", Reopen: reopen})
			return err
		}
	}
	return map[string]func(appointment.Appointment, bool) error{
		"one": func(a appointment.Appointment, reopen bool) error {
			_, err := d.Bookings.CancelAs(t.Context(), d.Nadia, a.ID, booking.Cancellation{Reopen: reopen})
			return err
		},
		"asked by the person": func(a appointment.Appointment, reopen bool) error {
			_, err := d.Bookings.CancelAs(t.Context(), d.Nadia, a.ID, booking.Cancellation{Asked: true, Reopen: reopen})
			return err
		},
		"many":              bulk(d.Nadia),
		"by administrators": bulk(admin),
	}
}

func TestR20_AWorkersCancellationClosesTheHourUnlessItIsReopened(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	paul := d.Beneficiary(t, "Paul", "Tanguy")
	must(t, d.Waitlist.Join(t.Context(), paul, waitlist.Entry{SocialWorkerID: d.Nadia.ID}))
	n := 50
	for name, cancel := range workersWays(t, d) {
		for _, reopen := range []bool{false, true} {
			n += 3
			a := d.Book(t, d.Zoe, d.Nadia, hour(n), slot.Video)
			must(t, d.Waitlist.RefreshSlots(t.Context()))
			must(t, cancel(a, reopen))
			must(t, cancel(a, !reopen)) // pressed again: nothing changes
			must(t, d.Waitlist.RefreshSlots(t.Context()))
			if free := isFree(t, d, a.StartsAt); free != reopen {
				t.Errorf("%s, reopened %t: the hour is free: %t", name, reopen, free)
			}
			if notified := d.Count(t, `waitlist_slots where account_id = $1 and starts_at = $2`, paul.ID, a.StartsAt); (notified > 0) != reopen {
				t.Errorf("%s, reopened %t: the waitlist has %d notifications of it", name, reopen, notified)
			}
			if err := d.Place(t, paul, d.Nadia, n); fault.Is(err, fault.Invalid) == reopen {
				t.Errorf("%s, reopened %t: booked by another person: %v", name, reopen, err)
			}
		}
	}
}

func isFree(t *testing.T, d bookingtest.Desk, at time.Time) bool {
	t.Helper()
	return slices.ContainsFunc(d.Available(t, d.Nadia.ID), func(s slot.Slot) bool { return s.StartsAt.Equal(at) })
}

// The person's own cancelling, and the switchboard's for them, release the hour.
func TestR20_APersonsCancellationClosesNothing(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	for i, v := range []*viewer.Viewer{d.Zoe, bookingtest.SwitchboardAgent()} {
		a := d.Book(t, d.Zoe, d.Nadia, hour(50+i), slot.Video)
		d.Cancel(t, v, a)
		if !isFree(t, d, a.StartsAt) {
			t.Errorf("the hour is closed after %v cancelled", v.Role)
		}
	}
}

// A closed hour is an absence: it survives every change of openings, the worker sees it in
// the agenda, and removing it opens the hour again.
func TestR20_AClosedHourStaysClosedUntilTheWorkerOpensIt(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	a := d.Book(t, d.Zoe, d.Nadia, hour(50), slot.Video)
	d.Cancel(t, d.Nadia, a)
	d.Open(t, d.Nadia, slot.Opening{FirstDay: slot.CalendarDay(a.StartsAt), LastDay: slot.CalendarDay(a.StartsAt), Starts: 30, Ends: 24 * 60, Modes: slot.Modes})
	for _, s := range d.Available(t, d.Nadia.ID) {
		if s.Period().Overlaps(slot.Period{From: a.StartsAt, To: a.EndsAt}) {
			t.Errorf("%s is offered after a new opening, half an hour shifted", s.StartsAt)
		}
	}
	all, err := d.Agendas.Absences(t.Context(), d.Nadia)
	if err != nil || len(all) != 1 || !all[0].Cancelled || !all[0].From.Equal(a.StartsAt) || !all[0].To.Equal(a.EndsAt) {
		t.Fatalf("the worker sees %+v, %v", all, err)
	}
	must(t, d.Agendas.RemoveAbsence(t.Context(), d.Nadia, all[0].ID))
	if err := d.Place(t, d.Beneficiary(t, "Paul", "Tanguy"), d.Nadia, 51); err == nil {
		t.Error("a slot that the new opening does not have was booked")
	}
	if !slices.ContainsFunc(d.Available(t, d.Nadia.ID), func(s slot.Slot) bool { return s.Period().Overlaps(slot.Period{From: a.StartsAt, To: a.EndsAt}) }) {
		t.Error("the hour stays closed after the worker opened it")
	}
}

// Hours closed one by one never prevent a cancellation, and an absence that covers the hour
// is enough.
func TestR20_ClosingAnHourIsDoneOnceAndNeverRefused(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	a, b := d.Book(t, d.Zoe, d.Nadia, hour(50), slot.Video), d.Book(t, d.Zoe, d.Nadia, hour(60), slot.Video)
	must(t, d.Agendas.AddAbsence(t.Context(), d.Nadia, slot.Period{From: hour(49), To: hour(52)}, true))
	d.Cancel(t, d.Nadia, a)
	if n := d.Count(t, `absences where social_worker_id = $1`, d.Nadia.ID); n != 1 {
		t.Errorf("%d absences, want the one that covers the hour", n)
	}
	_, err := d.DB.Pool.Exec(t.Context(), `
		insert into absences (social_worker_id, period) select $1, tstzrange($2, $2::timestamptz + interval '1 hour') from generate_series(1, 500)`, d.Nadia.ID, hour(900))
	must(t, err)
	d.Cancel(t, d.Nadia, b)
	if isFree(t, d, b.StartsAt) {
		t.Error("the hour is open because the list of absences is full")
	}
}

// However an hour became free again, it is never offered to the person who lost it: not by
// the waitlist, not on its page, not instead of another appointment.
func TestR20_AnHourIsNeverOfferedToThePersonWhoLostIt(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(t *testing.T, d bookingtest.Desk, a appointment.Appointment){
		"reopened at once": func(t *testing.T, d bookingtest.Desk, a appointment.Appointment) { d.CancelOpen(t, d.Nadia, a) },
		"reopened later": func(t *testing.T, d bookingtest.Desk, a appointment.Appointment) {
			d.Cancel(t, d.Nadia, a)
			must(t, d.Waitlist.RefreshSlots(t.Context()))
			all, err := d.Agendas.Absences(t.Context(), d.Nadia)
			must(t, err)
			must(t, d.Agendas.RemoveAbsence(t.Context(), d.Nadia, all[0].ID))
		},
		"booked and released by another person": func(t *testing.T, d bookingtest.Desk, a appointment.Appointment) {
			d.CancelOpen(t, d.Nadia, a)
			d.SetNow(d.DB.Now().Add(time.Minute))
			paul := d.Beneficiary(t, "Paul", "Tanguy")
			again := d.Book(t, paul, d.Nadia, a.StartsAt, slot.Video)
			must(t, d.Waitlist.RefreshSlots(t.Context()))
			d.Cancel(t, paul, again)
		},
		"declined": func(t *testing.T, d bookingtest.Desk, a appointment.Appointment) {
			_, err := d.DB.Pool.Exec(t.Context(), `update appointments set status = 'requested', answer_by = $2 where id = $1`, a.ID, hour(20))
			must(t, err)
			must(t, d.Bookings.Answer(t.Context(), d.Nadia, a.ID, false, ""))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := bookingtest.NewDesk(t)
			a, other := d.Book(t, d.Zoe, d.Nadia, hour(50), slot.Video), d.Book(t, d.Zoe, d.Marc, hour(52), slot.Video)
			lucie := d.Beneficiary(t, "Lucie", "Payet")
			d.SetNow(d.DB.Now().Add(time.Minute))
			for _, v := range []*viewer.Viewer{d.Zoe, lucie} {
				must(t, d.Waitlist.Join(t.Context(), v, waitlist.Entry{SocialWorkerID: d.Nadia.ID}))
			}
			must(t, d.Waitlist.RefreshSlots(t.Context()))
			end(t, d, a)
			must(t, d.Waitlist.RefreshSlots(t.Context()))
			if !isFree(t, d, a.StartsAt) {
				t.Fatal("the hour is not free, so that this test shows nothing")
			}
			const about = `waitlist_slots where account_id = $1 and starts_at = $2`
			if d.Count(t, about, d.Zoe.ID, a.StartsAt) != 0 || d.Count(t, about, lucie.ID, a.StartsAt) == 0 {
				t.Errorf("notified: who lost it %d times, another person %d", d.Count(t, about, d.Zoe.ID, a.StartsAt), d.Count(t, about, lucie.ID, a.StartsAt))
			}
			entries, err := d.Waitlist.Entries(t.Context(), d.Zoe)
			must(t, err)
			d.SetNow(hour(48)) // so that the hour is among the first
			shown, err := d.Waitlist.Available(t.Context(), d.Zoe, entries[0])
			must(t, err)
			for _, h := range shown {
				if h.Worker.ID == d.Nadia.ID && h.StartsAt.Equal(a.StartsAt) {
					t.Error("the page of the waitlist offers the hour")
				}
			}
			d.CancelAsWorker(t, other) // whose offers include other workers at other hours
			o := d.Proposal(t, d.Zoe, other).Offers
			for _, offer := range slices.Concat(o.SameHour, o.OtherHours, o.SameWorker) {
				if offer.SocialWorkerID == d.Nadia.ID && offer.StartsAt.Equal(a.StartsAt) {
					t.Errorf("it is offered instead of another appointment: %+v", offer)
				}
			}
			if name == "reopened at once" && slices.ContainsFunc(d.Proposal(t, d.Zoe, a).Offers.SameWorker, func(o rebooking.Offer) bool { return o.StartsAt.Equal(a.StartsAt) }) {
				t.Error("it is offered instead of itself")
			}
		})
	}
}

// The form closes the hour unless it says yes, and says afterwards what became of it.
func TestR20_TheFormAsksAndClosesByDefault(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	a := d.Book(t, d.Zoe, d.Nadia, hour(50), slot.Video)
	asked := d.Read(t, d.Nadia, d.HTTP.Bookings.CancelPage, a.ID, nil)
	if !strings.Contains(asked, "Cette heure reste-t-elle ouverte") || !strings.Contains(asked, `value="no" checked`) {
		t.Errorf("the worker is not asked, or the answer is not no: %s", asked)
	}
	if shown := d.Read(t, d.Zoe, d.HTTP.Bookings.CancelPage, a.ID, nil); strings.Contains(shown, "reopen") {
		t.Error("the person is asked about the worker's agenda")
	}
	d.Cancel(t, d.Zoe, a)
	for i, c := range []struct {
		v    *viewer.Viewer
		sent url.Values
		free bool
	}{
		{d.Nadia, url.Values{}, false}, {d.Nadia, url.Values{"reopen": {"no"}}, false}, {d.Nadia, url.Values{"reopen": {""}}, false}, {d.Nadia, url.Values{"reopen": {"yesno"}}, false},
		{d.Nadia, url.Values{"reopen": {"yes"}}, true}, {d.Nadia, url.Values{"asked": {"1"}}, false}, {d.Nadia, url.Values{"asked": {"1"}, "reopen": {"yes"}}, true},
		{d.Zoe, url.Values{"reopen": {"no"}}, true}, {d.Zoe, url.Values{"asked": {"1"}}, true},
	} {
		a := d.Book(t, d.Zoe, d.Nadia, hour(60+2*i), slot.Video)
		if _, code := d.SendTo(t, c.v, web.Parsed(d.HTTP.Bookings.Cancel), http.MethodPost, a.ID, c.sent); code != "" {
			t.Fatalf("%v: %s", c.sent, code)
		}
		if free := isFree(t, d, a.StartsAt); free != c.free {
			t.Errorf("%s sent %v: the hour is free: %t", c.v.Role, c.sent, free)
		}
	}
}
