package booking_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/bulkcancel"
	"socialdirect/booking/rebooking"
	"socialdirect/booking/slot"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// lost is what the model knows of an appointment that its worker cancelled.
type lost struct {
	person *viewer.Viewer
	reason string
	hour   time.Time
	at     time.Time // when it was cancelled
	done   bool
}

// due is the rule in words: a day after, or a day before the lost hour, whichever
// comes first, and not before it was cancelled.
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

// Whatever people, workers and the switchboard do in whatever order, the list of whom
// to call is that of everybody who lost an hour, did not get or refuse another, and
// was not reached: nobody is forgotten, and nobody is called for nothing.
func TestR20_TheRecallListIsThatOfTheModel(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 20))
	p := bookingtest.NewTrio(t)
	people := []*viewer.Viewer{p.Zoe, p.Beneficiary(t, "Paul", "Tanguy"), p.Beneficiary(t, "Ida", "Roy")}
	reasons := []string{"housing", "money"}
	model, order := map[uuid.UUID]*lost{}, []uuid.UUID{}
	op, now := bookingtest.Operator(), bookingtest.Start
	free := func() time.Time { // an hour that nobody has had yet
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
		case act < 3: // an hour is booked, and given up by the worker
			id, err := p.Bookings.Book(t.Context(), person, appointment.Request{SocialWorkerID: p.Nadia.ID, StartsAt: free(), Mode: slot.Video, Reason: reason})
			if err != nil {
				continue // past, or taken
			}
			settleAlike(person, reason)
			a, err := p.Appointments.Appointment(t.Context(), person, id)
			must(t, err)
			if act == 0 {
				_, err = p.BulkCancels.Clear(t.Context(), p.Nadia, bulkcancel.Clearing{SocialWorkerID: p.Nadia.ID, Appointments: []uuid.UUID{id}})
				must(t, err)
			} else {
				p.CancelAsWorker(t, a)
			}
			model[id], order = &lost{person: person, reason: reason, hour: a.StartsAt, at: now}, append(order, id)
		case some == uuid.Nil:
		case act == 3: // an offer is taken
			l := model[some]
			proposal := p.Proposal(t, l.person, appointment.Appointment{ID: some})
			if proposal.Offers.None() {
				continue
			}
			all := append(append(proposal.Offers.SameHour, proposal.Offers.OtherHours...), proposal.Offers.SameWorker...)
			_, err := p.Bookings.Rebook(t.Context(), l.person, some, take(all[dice.IntN(len(all))]))
			must(t, err)
			l.done = true
		case act == 4:
			_, err := p.Rebookings.Decline(t.Context(), model[some].person, some)
			must(t, err)
			model[some].done = true
		case act == 5:
			if err := p.Rebookings.NoteRecall(t.Context(), op, some, true); (err == nil) == model[some].done {
				t.Fatalf("a call to somebody of whom all is done %t: %v", model[some].done, err)
			}
			model[some].done = true
		case act == 6:
			if err := p.Rebookings.NoteRecall(t.Context(), op, some, false); (err == nil) == model[some].done {
				t.Fatalf("a call to somebody of whom all is done %t: %v", model[some].done, err)
			}
		}
		checkRecalls(t, p, model, now)
	}
	p.SetNow(now.Add(90 * 24 * time.Hour))
	checkRecalls(t, p, model, p.DB.Now())
}

func checkRecalls(t *testing.T, p bookingtest.Trio, model map[uuid.UUID]*lost, now time.Time) {
	t.Helper()
	recalls, _, err := p.Rebookings.Recalls(t.Context(), bookingtest.Operator())
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

// The offers are the nearest of what a slow, obvious model finds bookable: every hour
// of every worker is tried by really booking it.
func TestR20_OffersAreWhatASlowModelFindsBookable(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 21))
	p := bookingtest.NewTrio(t)
	paul := p.Beneficiary(t, "Paul", "Tanguy")
	a := p.Book(t, p.Zoe, p.Nadia, hour(60), slot.Video)
	for range 8 {
		for _, w := range []*viewer.Viewer{p.Nadia, p.Marc} {
			who := []*viewer.Viewer{p.Zoe, paul}[dice.IntN(2)]
			_, _ = p.Bookings.Book(t.Context(), who, appointment.Request{SocialWorkerID: w.ID, StartsAt: hour(55 + dice.IntN(10)), Mode: slot.Phone, Reason: "money"})
		}
	}
	must(t, p.Agendas.AddAbsence(t.Context(), p.Marc, slot.Period{From: hour(61), To: hour(61 + dice.IntN(4) + 1)}, true))
	p.CancelAsWorker(t, a)
	got := p.Proposal(t, p.Zoe, a).Offers

	bookable := func(w *viewer.Viewer, at time.Time) bool {
		booked, err := p.Bookings.Book(t.Context(), p.Zoe, appointment.Request{SocialWorkerID: w.ID, StartsAt: at, Mode: slot.Video, Reason: "family"})
		if err == nil {
			_, err = p.DB.Pool.Exec(t.Context(), `delete from appointments where id = $1`, booked)
			must(t, err)
			return true
		}
		return false
	}
	model := func(w *viewer.Viewer, same bool) (hours []time.Time) {
		for away := 0; away < 40 && len(hours) < 3; away++ {
			for _, at := range []time.Time{a.StartsAt.Add(-time.Duration(away) * time.Hour), a.StartsAt.Add(time.Duration(away) * time.Hour)} {
				if (away == 0) == same && !slices.ContainsFunc(hours, at.Equal) && len(hours) < 3 && bookable(w, at) {
					hours = append(hours, at)
				}
			}
		}
		return hours
	}
	for name, check := range map[string]struct {
		got  []rebooking.Offer
		want []time.Time
	}{
		"the same hour": {got.SameHour, model(p.Marc, true)}, "other hours": {got.OtherHours, model(p.Marc, false)}, "the same worker": {got.SameWorker, model(p.Nadia, false)},
	} {
		var hours []time.Time
		for _, o := range check.got {
			hours = append(hours, o.StartsAt)
		}
		if !slices.EqualFunc(hours, check.want, time.Time.Equal) {
			t.Errorf("%s: %v, want %v", name, hours, check.want)
		}
	}
}
