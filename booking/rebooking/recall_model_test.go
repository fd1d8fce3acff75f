package rebooking_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/bulkcancel"
	"socialdirect/booking/slot"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// lost is the model of an appointment that its worker cancelled.
type lost struct {
	person *viewer.Viewer
	reason string
	hour   time.Time
	at     time.Time // when it was cancelled
	done   bool
}

// due is when the person is called: a day after the cancellation or a day before the cancelled
// appointment, whichever comes first, and not before the cancellation.
func (l lost) due() time.Time {
	due := l.at.Add(24 * time.Hour)
	if dayBefore := l.hour.Add(-24 * time.Hour); dayBefore.Before(due) {
		due = dayBefore
	}
	if due.Before(l.at) {
		due = l.at
	}
	return due
}

// After random acts of people, workers and the switchboard, the recall list has everybody
// whose worker cancelled, who neither booked nor declined another slot, and who was not
// reached by phone.
func TestR20_TheRecallListMatchesTheModel(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 20))
	p := bookingtest.NewTrio(t)
	people := []*viewer.Viewer{p.Zoe, p.Beneficiary(t, "Paul", "Tanguy"), p.Beneficiary(t, "Ida", "Roy")}
	reasons := []string{"housing", "money"}
	model, order := map[uuid.UUID]*lost{}, []uuid.UUID{}
	op, now := bookingtest.SwitchboardAgent(), bookingtest.Start
	someHour := func() time.Time {
		return bookingtest.Start.Add(time.Duration(30+dice.IntN(2000)) * time.Hour)
	}
	settleAlike := func(person *viewer.Viewer, reason string) {
		var first *lost
		for _, l := range model {
			if !l.done && l.person == person && l.reason == reason && (first == nil || l.hour.Before(first.hour)) {
				first = l
			}
		}
		if first != nil {
			first.done = true
		}
	}
	for range 60 {
		now = now.Add(time.Duration(dice.IntN(10*3600)) * time.Second)
		p.SetNow(now)
		person, reason := people[dice.IntN(len(people))], reasons[dice.IntN(2)]
		var some uuid.UUID
		if len(order) > 0 {
			some = order[dice.IntN(len(order))]
		}
		switch act := dice.IntN(7); {
		case act < 3: // a slot is booked, and the worker cancels it
			id, err := p.Bookings.Book(t.Context(), person, appointment.Request{SocialWorkerID: p.Nadia.ID, StartsAt: someHour(), Mode: slot.Video, Reason: reason})
			if err != nil {
				continue // past, or booked
			}
			settleAlike(person, reason)
			a, err := p.Appointments.Appointment(t.Context(), person, id)
			must(t, err)
			if act == 0 {
				_, err = p.BulkCancels.Cancel(t.Context(), p.Nadia, bulkcancel.Batch{SocialWorkerID: p.Nadia.ID, Appointments: []uuid.UUID{id}})
				must(t, err)
			} else {
				p.CancelAsWorker(t, a)
			}
			model[id], order = &lost{person: person, reason: reason, hour: a.StartsAt, at: now}, append(order, id)
		case some == uuid.Nil:
		case act == 3: // an offer is booked
			l := model[some]
			proposal := p.Proposal(t, l.person, appointment.Appointment{ID: some})
			if proposal.Offers.None() {
				continue
			}
			all := append(append(proposal.Offers.SameHour, proposal.Offers.OtherHours...), proposal.Offers.SameWorker...)
			_, err := p.Bookings.Rebook(t.Context(), l.person, some, replacement(all[dice.IntN(len(all))]))
			must(t, err)
			l.done = true
		case act == 4:
			_, err := p.Rebookings.Decline(t.Context(), model[some].person, some)
			must(t, err)
			model[some].done = true
		case act == 5:
			if err := p.Rebookings.NoteRecall(t.Context(), op, some, true); (err == nil) == model[some].done {
				t.Fatalf("a call to a person who is done (%t): %v", model[some].done, err)
			}
			model[some].done = true
		case act == 6:
			if err := p.Rebookings.NoteRecall(t.Context(), op, some, false); (err == nil) == model[some].done {
				t.Fatalf("a call to a person who is done (%t): %v", model[some].done, err)
			}
		}
		checkRecalls(t, p, model, now)
	}
	p.SetNow(now.Add(90 * 24 * time.Hour))
	checkRecalls(t, p, model, p.DB.Now())
}

func checkRecalls(t *testing.T, p bookingtest.Trio, model map[uuid.UUID]*lost, now time.Time) {
	t.Helper()
	recalls, _, err := p.Rebookings.Recalls(t.Context(), bookingtest.SwitchboardAgent())
	must(t, err)
	var got, want []string
	for _, r := range recalls {
		got = append(got, r.AppointmentID.String())
	}
	for id, l := range model {
		if !l.done && !l.due().After(now) {
			want = append(want, id.String())
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("at %v\nto call %v\nwant    %v", now, got, want)
	}
}
