package rebooking_test

import (
	"slices"
	"testing"
	"time"

	"socialdirect/account/lookup"
	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/mail"
	"socialdirect/internal/viewer"
)

func TestR20_APersonWhoDoesNotAnswerIsCalled(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	far := p.CancelAsWorker(t, p.Book(t, p.Zoe, p.Nadia, hour(200), slot.Video))
	soon := p.Beneficiary(t, "Paul", "Tanguy")
	p.CancelAsWorker(t, p.Book(t, soon, p.Nadia, hour(30), slot.Video)) // 30 hours away: called after 6
	now := p.Beneficiary(t, "Ida", "Roy")
	near := p.CancelAsWorker(t, p.Book(t, now, p.Nadia, hour(20), slot.Video)) // less than a day away: at once
	for _, step := range []struct {
		after time.Duration
		want  []string
	}{
		{0, []string{"Ida"}}, {6*time.Hour - time.Second, []string{"Ida"}}, {6 * time.Hour, []string{"Ida", "Paul"}},
		{24*time.Hour - time.Second, []string{"Ida", "Paul"}}, {24 * time.Hour, []string{"Ida", "Paul", "Zoé"}}, {300 * time.Hour, []string{"Ida", "Paul", "Zoé"}},
	} {
		p.SetNow(bookingtest.Start.Add(step.after))
		if got := recalled(t, p.World); !slices.Equal(got, step.want) {
			t.Errorf("after %v: %v, want %v", step.after, got, step.want)
		}
	}
	p.SetNow(hour(24))
	v := bookingtest.SwitchboardAgent()
	must(t, p.Rebookings.NoteRecall(t.Context(), v, near.ID, false))
	if got := recalled(t, p.World); !slices.Equal(got, []string{"Paul", "Zoé", "Ida"}) {
		t.Errorf("tried: %v", got)
	}
	must(t, p.Rebookings.NoteRecall(t.Context(), v, near.ID, true))
	want(t, "twice", p.Rebookings.NoteRecall(t.Context(), v, near.ID, true), fault.Conflict)
	_, err := p.Rebookings.Decline(t.Context(), p.Zoe, far.ID)
	must(t, err)
	if got := recalled(t, p.World); !slices.Equal(got, []string{"Paul"}) {
		t.Errorf("answered: %v", got)
	}
	// The agent books for Paul, about the same reason: he need not be called any longer.
	_, err = p.Bookings.Place(t.Context(), v, appointment.Request{SocialWorkerID: p.Marc.ID, StartsAt: hour(90), Mode: slot.Phone, Reason: "money", For: soon.ID})
	must(t, err)
	if got := recalled(t, p.World); !slices.Equal(got, []string{"Paul"}) {
		t.Errorf("booked about something else: %v", got)
	}
	_, err = p.Bookings.Place(t.Context(), v, appointment.Request{SocialWorkerID: p.Marc.ID, StartsAt: hour(92), Mode: slot.Phone, Reason: "housing", For: soon.ID})
	must(t, err)
	if got := recalled(t, p.World); len(got) != 0 {
		t.Errorf("booked: %v", got)
	}
	if n := p.Journaled(t, "recall.missed", v, now) + p.Journaled(t, "recall.reached", v, now); n != 2 {
		t.Errorf("%d calls are journaled", n)
	}
	for _, v := range []*viewer.Viewer{nil, p.Zoe, p.Nadia, p.Admin, {Role: viewer.DPO}} {
		_, _, err := p.Rebookings.Recalls(t.Context(), v)
		want(t, "the list", err, fault.Forbidden)
		want(t, "the call", p.Rebookings.NoteRecall(t.Context(), v, far.ID, true), fault.Forbidden)
	}
}

func TestR20_APersonWhomNoMailReachesIsCalledAtOnce(t *testing.T) {
	t.Parallel()
	o := bookingtest.NewPostOffice(t)
	ida := o.Beneficiary(t, "Ida", "Roy")
	_, err := o.DB.Pool.Exec(t.Context(), `update accounts set email = null where id = $1`, ida.ID)
	must(t, err)
	o.CancelAsWorker(t, o.Book(t, ida, o.Nadia, hour(200), slot.Video))
	o.CancelAsWorker(t, o.Book(t, o.Zoe, o.Nadia, hour(202), slot.Video))
	if got := recalled(t, o.World); !slices.Equal(got, []string{"Ida"}) {
		t.Errorf("without an address: %v", got)
	}
	o.Before = mail.Refused{Cause: mail.UnknownAddress, Sure: true}
	must(t, o.Worker.Deliver(t.Context(), o.Row(t, o.Zoe, "cancellation", "mail").ID, 1))
	o.Before = nil
	if got := recalled(t, o.World); !slices.Equal(got, []string{"Ida", "Zoé"}) {
		t.Errorf("after a mail that bounced: %v", got)
	}
	_, err = o.DB.Pool.Exec(t.Context(), `update accounts set closed_at = now() where id = $1`, ida.ID)
	must(t, err)
	if got := recalled(t, o.World); !slices.Equal(got, []string{"Zoé"}) {
		t.Errorf("with a closed account: %v", got)
	}
	o.Erase(t, o.Zoe)
	if got := recalled(t, o.World); len(got) != 0 {
		t.Errorf("after the erasure: %v", got)
	}
}

// Accounts that were closed after their worker cancelled, however many, do not displace others
// from the list.
func TestR20_ClosedAccountsHideNobodyFromTheRecallList(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	gone := p.Beneficiary(t, "Paul", "Tanguy")
	_, err := p.DB.Pool.Exec(t.Context(), `
		with lost as (
			insert into appointments (social_worker_id, beneficiary_id, period, mode, reason, place, status, booked_at, cancelled_at)
			select $1, $2, tstzrange(at, at + interval '1 hour'), 'video', 'money', '', 'cancelled_by_worker', at, at
			from (select $3::timestamptz - n * interval '1 day' as at from generate_series(1, 600) as n) as hours
			returning id, period)
		insert into rebookings (appointment_id, beneficiary_id, starts_at, due_at, state) select id, $2, lower(period), lower(period), 'open' from lost`,
		p.Nadia.ID, gone.ID, bookingtest.Start)
	must(t, err)
	_, err = p.DB.Pool.Exec(t.Context(), `update accounts set closed_at = $2 where id = $1`, gone.ID, bookingtest.Start)
	must(t, err)
	lost := p.CancelAsWorker(t, p.Book(t, p.Zoe, p.Nadia, hour(48), slot.Video))
	p.SetNow(hour(30))
	recalls, _, err := p.Rebookings.Recalls(t.Context(), bookingtest.SwitchboardAgent())
	if err != nil || len(recalls) != 1 || recalls[0].AppointmentID != lost.ID {
		t.Errorf("to call: %v, %v", recalls, err)
	}
	if n, err := p.Rebookings.CountRecalls(t.Context()); n != 1 || err != nil {
		t.Errorf("%d to call, %v", n, err)
	}
}

// To an agent who may see only a few more people that day, the recall list shows that many,
// and says that there are more.
func TestR47_TheRecallListShowsAsManyAsTheAgentMaySeeThatDay(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	for i, name := range []string{"Zoé", "Paul", "Ida"} {
		p.CancelAsWorker(t, p.Book(t, p.Beneficiary(t, name, "Vidal"), p.Nadia, hour(20+i), slot.Video))
	}
	v := bookingtest.SwitchboardAgent()
	check := func(shown int, left bool) {
		t.Helper()
		recalls, more, err := p.Rebookings.Recalls(t.Context(), v)
		must(t, err)
		if len(recalls) != shown || more != left {
			t.Errorf("%d people are listed, others %v; want %d, %v", len(recalls), more, shown, left)
		}
	}
	_, err := p.DB.Pool.Exec(t.Context(), `
		with day as (insert into shown_days (operator_id, day) values ($1, ($2::timestamptz at time zone 'Europe/Paris')::date) returning day),
		people as (
			insert into accounts (role, email, last_name, first_name, time_zone, created_at)
			select 'administrator', i || '@exemple.fr', 'Roy', 'Anne', 'Europe/Paris', $2 from generate_series(1, $3) i returning id)
		insert into people_shown (operator_id, day, person_id) select $1, day, id from day, people`, v.ID, p.DB.Now(), lookup.ShownMost-2)
	must(t, err)
	check(2, true)
	check(2, true) // the same two people
	v = bookingtest.SwitchboardAgent()
	check(3, false)
}
