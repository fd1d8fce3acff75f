package booking_test

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"socialdirect/account/lookup"
	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/bulkcancel"
	"socialdirect/booking/rebooking"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/mail"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func take(o rebooking.Offer) rebooking.Replacement {
	return rebooking.Replacement{SocialWorkerID: o.SocialWorkerID, StartsAt: o.StartsAt}
}

func TestR20_OffersAreRankedAndAvailable(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	lina := p.SocialWorker(t, "Lina", "Morel")
	a := p.Book(t, p.Zoe, p.Nadia, hour(50), slot.Phone)
	paul := p.Beneficiary(t, "Paul", "Tanguy")
	p.Book(t, paul, lina, hour(50), slot.Video)    // Lina has somebody at that hour
	p.Book(t, p.Zoe, p.Marc, hour(51), slot.Video) // and Zoé something else right after
	p.CancelAsWorker(t, a)
	got := p.Proposal(t, p.Zoe, a)
	if len(got.Offers.SameHour) != 1 || got.Offers.SameHour[0].SocialWorkerID != p.Marc.ID || !got.Offers.SameHour[0].StartsAt.Equal(a.StartsAt) {
		t.Errorf("the same hour: %+v", got.Offers.SameHour)
	}
	if got.Note != "" || got.Reply != "Je suis souffrante." || got.State != rebooking.Open {
		t.Errorf("the proposal: %+v", got)
	}
	// The nearest hours are one before (twice), and then two away.
	for name, hours := range map[string][]rebooking.Offer{"others": got.Offers.OtherHours, "the same": got.Offers.SameWorker} {
		if len(hours) != 3 || !hours[0].StartsAt.Equal(hour(49)) {
			t.Fatalf("%s: %+v", name, hours)
		}
		last := time.Duration(0)
		for _, o := range hours {
			away := o.StartsAt.Sub(a.StartsAt).Abs()
			if away < last || o.StartsAt.Equal(hour(51)) || o.StartsAt.Equal(a.StartsAt) || (o.SocialWorkerID == p.Nadia.ID) != (name == "the same") {
				t.Errorf("%s: %+v", name, o)
			}
			last = away
		}
	}
	booked, err := p.Bookings.Book(t.Context(), paul, appointment.Request{SocialWorkerID: p.Marc.ID, StartsAt: a.StartsAt.Add(-7 * 24 * time.Hour), Mode: slot.Video, Reason: "money"})
	if err == nil {
		t.Errorf("an hour that is past was booked: %v", booked)
	}
	blocked := p.Beneficiary(t, "Ida", "Roy")
	p.Book(t, blocked, p.Marc, a.StartsAt, slot.Video)
	if now := p.Proposal(t, p.Zoe, a); len(now.Offers.SameHour) != 0 {
		t.Errorf("an hour that was taken meanwhile is still offered: %+v", now.Offers.SameHour)
	}
}

func TestR20_OnlyWorkersWhoTakeReasonModeAndLanguageAndMayBeBookedAreOffered(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	a := p.CancelAsWorker(t, p.Book(t, p.Zoe, p.Nadia, hour(50), slot.Video))
	offersMarc := func() bool {
		o := p.Proposal(t, p.Zoe, a).Offers
		return slices.ContainsFunc(append(o.SameHour, o.OtherHours...), func(o rebooking.Offer) bool { return o.SocialWorkerID == p.Marc.ID })
	}
	if !offersMarc() {
		t.Fatal("Marc is not offered at first")
	}
	for name, sql := range map[string][2]string{
		"another reason":   {`update social_workers set reasons = '{money}' where account_id = $1`, `update social_workers set reasons = '{money,housing}' where account_id = $1`},
		"another mode":     {`update social_workers set modes = '{phone}' where account_id = $1`, `update social_workers set modes = '{phone,video}' where account_id = $1`},
		"another language": {`update social_workers set languages = '{de}' where account_id = $1`, `update social_workers set languages = '{de,fr}' where account_id = $1`},
		"suspended":        {`update accounts set suspended_at = now() where id = $1`, `update accounts set suspended_at = null where id = $1`},
		"closed":           {`update accounts set closed_at = now() where id = $1`, `update accounts set closed_at = null where id = $1`},
	} {
		_, err := p.DB.Pool.Exec(t.Context(), sql[0], p.Marc.ID)
		must(t, err)
		if offersMarc() {
			t.Errorf("%s: still offered", name)
		}
		_, err = p.DB.Pool.Exec(t.Context(), sql[1], p.Marc.ID)
		must(t, err)
		if !offersMarc() {
			t.Errorf("%s: not offered again", name)
		}
	}
	_, err := p.DB.Pool.Exec(t.Context(), `update clients set modes = '{phone}'`)
	must(t, err)
	if o := p.Proposal(t, p.Zoe, a).Offers; !o.None() {
		t.Errorf("outside the contract: %+v", o)
	}
	_, err = p.Bookings.Rebook(t.Context(), p.Zoe, a.ID, rebooking.Replacement{SocialWorkerID: p.Marc.ID, StartsAt: a.StartsAt})
	want(t, "forged, outside the contract", err, fault.Invalid)
}

// Workers who left, and those whose credentials are not valid, are many after some
// years: none of them takes the place of somebody who can be booked.
func TestR20_ClosedAccountsHideNoWorkerFromTheOffers(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	_, err := p.DB.Pool.Exec(t.Context(), `
		with gone as (
			insert into accounts (role, email, last_name, first_name, time_zone, created_at, closed_at)
			select 'social_worker', 'parti' || i || '@exemple.fr', 'x', case when i % 2 = 0 then 'covered' else '' end, 'Europe/Paris', now(),
			       case when i % 2 = 0 then now() end from generate_series(1, 300) i returning id, first_name),
		sheets as (
			insert into social_workers (account_id, presentation, languages, reasons, modes, time_zone)
			select id, '', '{fr}', '{housing}', '{video}', 'Europe/Paris' from gone returning account_id),
		proofs as (
			insert into credentials (id, social_worker_id, kind, title, register, number, issuer, checked_on, valid_from, valid_until, submitted_at, confirmed_at)
			select gen_random_uuid(), id, kind, '', 'rpps', '1', 'x', '2020-01-01', '2020-01-01', '2099-01-01', now(), now() from gone, unnest(array['diploma', 'insurance']) as kind where first_name = 'covered')
		insert into openings (social_worker_id, weekday, first_day, starts_minute, ends_minute, modes)
		select account_id, d, '2020-01-01', 0, 1440, '{video}' from sheets, generate_series(1, 7) d`)
	must(t, err)
	a := p.CancelAsWorker(t, p.Book(t, p.Zoe, p.Nadia, hour(50), slot.Video))
	if o := p.Proposal(t, p.Zoe, a).Offers; len(o.SameHour) != 1 || o.SameHour[0].SocialWorkerID != p.Marc.ID {
		t.Errorf("Marc is free at that hour, and the offers are %+v", o)
	}
}

func TestR20_TakingAnOfferHappensOnceAndCarriesOverWhatThePersonSays(t *testing.T) {
	t.Parallel()
	for _, says := range []bool{false, true} {
		p := bookingtest.NewTrio(t)
		id, err := p.Bookings.Book(t.Context(), p.Zoe, appointment.Request{
			SocialWorkerID: p.Nadia.ID, StartsAt: hour(50), Mode: slot.Video, Reason: "housing", Note: "Une dette.", Needs: appointment.Needs{Interpreter: "arabe"},
		})
		must(t, err)
		a := p.CancelAsWorker(t, p.State(t, id))
		offer := take(p.Proposal(t, p.Zoe, a).Offers.SameHour[0])
		offer.Note, offer.Needs = says, says
		booked, err := p.Bookings.Rebook(t.Context(), p.Zoe, a.ID, offer)
		must(t, err)
		next := p.State(t, booked.ID)
		details, err := p.Appointments.Details(t.Context(), p.Marc, next)
		must(t, err)
		if next.Reason != "housing" || next.Mode != slot.Video || next.Status != appointment.Confirmed || next.SocialWorkerID != p.Marc.ID {
			t.Errorf("%+v", next)
		}
		if (details.Note == "Une dette.") != says || (details.Interpreter == "arabe") != says {
			t.Errorf("says %t: %+v", says, details)
		}
		again, err := p.Bookings.Rebook(t.Context(), p.Zoe, a.ID, rebooking.Replacement{SocialWorkerID: p.Marc.ID, StartsAt: hour(70)})
		if err != nil || again.ID != booked.ID {
			t.Errorf("the second press: %v, %v", again, err)
		}
		if declined, err := p.Rebookings.Decline(t.Context(), p.Zoe, a.ID); err != nil || declined != booked.ID {
			t.Errorf("no after yes: %v, %v", declined, err)
		}
		if now := p.Proposal(t, p.Zoe, a); now.BookedID != booked.ID || !now.Offers.None() {
			t.Errorf("offered still: %+v", now)
		}
		if coming, _, err := p.Appointments.Appointments(t.Context(), p.Zoe); err != nil || len(coming) != 1 {
			t.Errorf("%d to come, %v", len(coming), err)
		}
	}
}

func TestR20_AProposalIsItsPersonsAlone(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	kept := p.Book(t, p.Zoe, p.Nadia, hour(60), slot.Video)
	own := p.Book(t, p.Zoe, p.Nadia, hour(80), slot.Video)
	_, err := p.Bookings.Cancel(t.Context(), p.Zoe, own.ID, "")
	must(t, err)
	a := p.CancelAsWorker(t, p.Book(t, p.Zoe, p.Nadia, hour(50), slot.Video))
	paul := p.Beneficiary(t, "Paul", "Tanguy")
	for name, ask := range map[string]struct {
		v  *viewer.Viewer
		id uuid.UUID
	}{
		"another person": {paul, a.ID}, "the worker": {p.Nadia, a.ID}, "another worker": {p.Marc, a.ID}, "nobody": {nil, a.ID}, "nothing": {p.Zoe, uuid.New()},
		"what was not cancelled": {p.Zoe, kept.ID}, "what the person cancelled": {p.Zoe, own.ID},
	} {
		_, shown := p.Rebookings.Proposal(t.Context(), ask.v, ask.id)
		want(t, name+": shown", shown, fault.NotFound)
		_, taken := p.Bookings.Rebook(t.Context(), ask.v, ask.id, rebooking.Replacement{SocialWorkerID: p.Marc.ID, StartsAt: a.StartsAt})
		want(t, name+": taken", taken, fault.NotFound)
		_, declined := p.Rebookings.Decline(t.Context(), ask.v, ask.id)
		want(t, name+": declined", declined, fault.NotFound)
	}
	for name, r := range map[string]rebooking.Replacement{
		"no hour at all": {SocialWorkerID: p.Marc.ID}, "half an hour late": {SocialWorkerID: p.Marc.ID, StartsAt: a.StartsAt.Add(30 * time.Minute)},
		"the past": {SocialWorkerID: p.Marc.ID, StartsAt: hour(-2)}, "one's own hour": {SocialWorkerID: p.Marc.ID, StartsAt: kept.StartsAt},
	} {
		_, err := p.Bookings.Rebook(t.Context(), p.Zoe, a.ID, r)
		want(t, name, err, fault.Invalid)
	}
	_, err = p.Bookings.Rebook(t.Context(), p.Zoe, a.ID, rebooking.Replacement{SocialWorkerID: uuid.New(), StartsAt: a.StartsAt})
	want(t, "nobody there", err, fault.NotFound)
}

func TestR20_TenPeopleAreOfferedOneHourAndOneGetsIt(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	var lost []appointment.Appointment
	var people []*viewer.Viewer
	for i := range 10 {
		people = append(people, p.Beneficiary(t, "Paul", "Tanguy "+string(rune('a'+i))))
		lost = append(lost, p.CancelAsWorker(t, p.Book(t, people[i], p.Nadia, hour(50+2*i), slot.Video)))
	}
	hour := hour(100)
	var wait sync.WaitGroup
	results := make([]error, 20)
	for i := range results { // everybody presses twice
		wait.Go(func() {
			_, results[i] = p.Bookings.Rebook(t.Context(), people[i%10], lost[i%10].ID, rebooking.Replacement{SocialWorkerID: p.Marc.ID, StartsAt: hour})
		})
	}
	wait.Wait()
	got := 0
	for i := range 10 {
		first, second := results[i], results[i+10]
		switch {
		case first == nil && second == nil:
			got++
		case !fault.Is(first, fault.Conflict) || !fault.Is(second, fault.Conflict):
			t.Errorf("%d: %v, %v", i, first, second)
		}
	}
	var booked int
	must(t, p.DB.Pool.QueryRow(t.Context(), `select count(*) from appointments where social_worker_id = $1`, p.Marc.ID).Scan(&booked))
	if got != 1 || booked != 1 {
		t.Errorf("%d got it, %d appointments", got, booked)
	}
}

func TestR20_CancellingByTheWorkerCostsThePersonNothing(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	_, err := p.DB.Pool.Exec(t.Context(), `update clients set per_year = 1`)
	must(t, err)
	a := p.CancelAsWorker(t, p.Book(t, p.Zoe, p.Nadia, hour(3), slot.Video)) // in less than a day
	if since, err := p.Appointments.Marked(t.Context(), p.Zoe, p.Nadia.ID, p.Zoe.ID); err != nil || !since.IsZero() {
		t.Errorf("marked since %v, %v", since, err)
	}
	offers := p.Proposal(t, p.Zoe, a).Offers
	if offers.None() {
		t.Fatal("the consultation was not given back")
	}
	_, err = p.Bookings.Rebook(t.Context(), p.Zoe, a.ID, take(offers.SameHour[0]))
	must(t, err)
	b := p.Beneficiary(t, "Paul", "Tanguy")
	c := p.CancelAsWorker(t, p.Book(t, b, p.Nadia, hour(50), slot.Video))
	p.Book(t, b, p.Marc, hour(60), slot.Video)
	_, err = p.DB.Pool.Exec(t.Context(), `update rebookings set state = 'open', booked_id = null, settled_at = null where appointment_id = $1`, c.ID)
	must(t, err)
	if o := p.Proposal(t, b, c).Offers; !o.None() {
		t.Errorf("offered beyond the contract: %+v", o)
	}
}

func recalled(t *testing.T, p *bookingtest.World) (who []string) {
	t.Helper()
	recalls, _, err := p.Rebookings.Recalls(t.Context(), bookingtest.Operator())
	must(t, err)
	for _, r := range recalls {
		who = append(who, r.FirstName)
	}
	return who
}

func TestR20_WhoeverDoesNotAnswerIsCalled(t *testing.T) {
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
	v := bookingtest.Operator()
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
	// The operator books for Paul, about the same: nothing is left to call for.
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
		t.Errorf("%d calls are in the journal", n)
	}
	for _, v := range []*viewer.Viewer{nil, p.Zoe, p.Nadia, p.Admin, {Role: viewer.DPO}} {
		_, _, err := p.Rebookings.Recalls(t.Context(), v)
		want(t, "the list", err, fault.Forbidden)
		want(t, "the call", p.Rebookings.NoteRecall(t.Context(), v, far.ID, true), fault.Forbidden)
	}
}

func TestR20_WhoeverNoMailReachesIsCalledAtOnce(t *testing.T) {
	t.Parallel()
	o := bookingtest.NewPostOffice(t)
	p := bookingtest.Trio{World: o.World, Zoe: o.Zoe, Nadia: o.Nadia}
	ida := o.Beneficiary(t, "Ida", "Roy")
	_, err := o.DB.Pool.Exec(t.Context(), `update accounts set email = null where id = $1`, ida.ID)
	must(t, err)
	p.CancelAsWorker(t, o.Book(t, ida, o.Nadia, hour(200), slot.Video))
	p.CancelAsWorker(t, o.Book(t, o.Zoe, o.Nadia, hour(202), slot.Video))
	if got := recalled(t, p.World); !slices.Equal(got, []string{"Ida"}) {
		t.Errorf("without an address: %v", got)
	}
	o.Before = mail.Refused{Cause: mail.UnknownAddress, Sure: true}
	must(t, o.Worker.Deliver(t.Context(), o.Row(t, o.Zoe, "cancellation", "mail").ID, 1))
	o.Before = nil
	if got := recalled(t, p.World); !slices.Equal(got, []string{"Ida", "Zoé"}) {
		t.Errorf("after a mail that does not arrive: %v", got)
	}
	_, err = o.DB.Pool.Exec(t.Context(), `update accounts set closed_at = now() where id = $1`, ida.ID)
	must(t, err)
	if got := recalled(t, p.World); !slices.Equal(got, []string{"Zoé"}) {
		t.Errorf("whose account is closed: %v", got)
	}
	o.Erase(t, o.Zoe)
	if got := recalled(t, p.World); len(got) != 0 {
		t.Errorf("who is erased: %v", got)
	}
}

func TestR20_ABulkCancelNotifiesEachPersonOnce(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	const many = 200
	var ids []uuid.UUID
	people := make([]*viewer.Viewer, 20)
	for i := range people {
		people[i] = p.Beneficiary(t, "Paul", "Tanguy "+string(rune('a'+i)))
	}
	for i := range many {
		id := uuid.New()
		_, err := p.DB.Pool.Exec(t.Context(), `
			insert into appointments (id, social_worker_id, beneficiary_id, period, mode, reason, place, status, booked_at)
			values ($1, $2, $3, tstzrange($4, $5), 'video', 'housing', '', 'confirmed', $6)`,
			id, p.Nadia.ID, people[i%20].ID, hour(30+i), hour(31+i), bookingtest.Start)
		must(t, err)
		ids = append(ids, id)
	}
	began := time.Now()
	span := slot.Period{From: hour(30), To: hour(30 + many)}
	all, more, err := p.BulkCancels.ToClear(t.Context(), p.Nadia, p.Nadia.ID, span)
	if err != nil || more || len(all) != many {
		t.Fatalf("%d, %t, %v", len(all), more, err)
	}
	n, err := p.BulkCancels.Clear(t.Context(), p.Nadia, bulkcancel.Clearing{SocialWorkerID: p.Nadia.ID, Appointments: ids, Explanation: "Je suis malade.", Closes: span})
	if err != nil || n != many {
		t.Fatalf("%d, %v", n, err)
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it took %v", took)
	}
	var told, twice, left, journaled int
	must(t, p.DB.Pool.QueryRow(t.Context(), `
		select count(*), count(*) - count(distinct (subject_id, account_id)) from notifications where kind = 'cancellation' and channel = 'mail' and account_id <> $1`,
		p.Nadia.ID).Scan(&told, &twice))
	must(t, p.DB.Pool.QueryRow(t.Context(), `select count(*) from rebookings where state = 'open'`).Scan(&left))
	must(t, p.DB.Pool.QueryRow(t.Context(), `select count(*) from audit_entries where act = 'appointment.worker_cancelled' and actor_id = $1`, p.Nadia.ID).Scan(&journaled))
	if told != many || twice != 0 || left != many || journaled != many {
		t.Errorf("told %d, twice %d, noted %d, journaled %d", told, twice, left, journaled)
	}
	if free, err := p.Agendas.AvailableSlots(t.Context(), p.Nadia.ID, span); err != nil || len(free) != 0 {
		t.Errorf("the period is open still: %d, %v", len(free), err)
	}
	if n, err := p.BulkCancels.Clear(t.Context(), p.Nadia, bulkcancel.Clearing{SocialWorkerID: p.Nadia.ID, Appointments: ids}); err != nil || n != 0 {
		t.Errorf("again: %d, %v", n, err)
	}
}

// A request holds its hour, too: it is among what is cancelled at once, and its person
// is offered other hours like the rest. One that is overdue is over.
func TestR20_ABulkCancelIncludesRequests(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	p.Mark(t, p.Nadia, p.Zoe)
	paul := p.Beneficiary(t, "Paul", "Tanguy")
	overdue := p.Book(t, p.Zoe, p.Nadia, hour(70), slot.Video)
	p.SetNow(overdue.AnswerBy.Add(time.Microsecond))
	asked, agreed := p.Book(t, p.Zoe, p.Nadia, hour(72), slot.Video), p.Book(t, paul, p.Nadia, hour(73), slot.Video)
	if asked.Status != appointment.Requested || agreed.Status != appointment.Confirmed {
		t.Fatalf("they are %q and %q", asked.Status, agreed.Status)
	}
	all, _, err := p.BulkCancels.ToClear(t.Context(), p.Nadia, p.Nadia.ID, slot.Period{From: hour(48), To: hour(96)})
	if err != nil || len(all) != 2 || all[0].ID != asked.ID || all[1].ID != agreed.ID {
		t.Errorf("to cancel: %+v, %v", all, err)
	}
	n, err := p.BulkCancels.Clear(t.Context(), p.Nadia, bulkcancel.Clearing{SocialWorkerID: p.Nadia.ID, Appointments: []uuid.UUID{overdue.ID, asked.ID, agreed.ID}})
	if err != nil || n != 2 {
		t.Errorf("%d cancelled, %v", n, err)
	}
	for id, want := range map[uuid.UUID]appointment.Status{overdue.ID: appointment.Expired, asked.ID: appointment.CancelledByWorker} {
		if now := p.State(t, id); now.Status != want {
			t.Errorf("%s became %q, want %q", now.StartsAt, now.Status, want)
		}
	}
	if p.Proposal(t, p.Zoe, asked).Offers.None() || p.Notified(t, p.Zoe)["cancellation"] != 1 {
		t.Errorf("of her request she is offered and told: %v", p.Notified(t, p.Zoe))
	}
}

// Whoever cancels many at once has a calendar of their own in which they stand: each is
// taken out of it, whether the worker did it or the administration in their place.
func TestR20_ABulkCancelTakesEachAppointmentOutOfTheCalendars(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]func(o *bookingtest.PostOffice) *viewer.Viewer{
		"the worker": func(o *bookingtest.PostOffice) *viewer.Viewer { return o.Nadia }, "the administration": func(o *bookingtest.PostOffice) *viewer.Viewer { return o.Member(t, viewer.Administrator, "Claire") },
	} {
		o := bookingtest.NewPostOffice(t)
		v, booked := in(o), []uuid.UUID{}
		for i := range 2 {
			booked = append(booked, o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday.Add(time.Duration(i)*time.Hour), slot.Video).ID)
		}
		o.Turn(t)
		n, err := o.BulkCancels.Clear(t.Context(), v, bulkcancel.Clearing{SocialWorkerID: o.Nadia.ID, Appointments: booked, Reason: "Elle est malade."})
		if err != nil || n != 2 {
			t.Fatalf("%s: %d cancelled, %v", name, n, err)
		}
		o.Turn(t)
		for _, person := range []*viewer.Viewer{o.Zoe, o.Nadia} {
			if gone := takenOut(t, o, person); !maps.Equal(gone, map[uuid.UUID]int{booked[0]: 1, booked[1]: 1}) {
				t.Errorf("%s: the calendar of %s is told to take out %v, want each of %v once", name, person.Name, gone, booked)
			}
		}
	}
}

// takenOut counts the mails that have a person's calendar take an appointment out.
func takenOut(t *testing.T, o *bookingtest.PostOffice, person *viewer.Viewer) map[uuid.UUID]int {
	t.Helper()
	all := map[uuid.UUID]int{}
	for _, n := range o.Rows(t, "sent") {
		m := o.Mails["notice-"+n.ID.String()]
		if n.AccountID == person.ID && m.Method == "CANCEL" && strings.Contains(string(m.Calendar), "UID:"+n.AppointmentID.String()) {
			all[n.AppointmentID]++
		}
	}
	return all
}

func TestR20_AnAdministratorCancelsInAWorkersPlaceWithAReason(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	admin := p.Member(t, viewer.Administrator, "Claire")
	a, foreign := p.Book(t, p.Zoe, p.Nadia, hour(50), slot.Video), p.Book(t, p.Zoe, p.Marc, hour(52), slot.Video)
	_, err := p.DB.Pool.Exec(t.Context(), `update accounts set suspended_at = $2 where id = $1`, p.Nadia.ID, bookingtest.Start)
	must(t, err)
	span := slot.Period{From: hour(0), To: hour(1000)}
	all, _, err := p.BulkCancels.ToClear(t.Context(), admin, p.Nadia.ID, span)
	if err != nil || len(all) != 1 || all[0].BeneficiaryName != "" || all[0].ReasonLabel != "" {
		t.Fatalf("the list: %+v, %v", all, err)
	}
	c := bulkcancel.Clearing{SocialWorkerID: p.Nadia.ID, Appointments: []uuid.UUID{a.ID, foreign.ID, uuid.New()}}
	_, err = p.BulkCancels.Clear(t.Context(), admin, c)
	want(t, "without a reason", err, fault.Invalid)
	for name, v := range map[string]*viewer.Viewer{"another worker": p.Marc, "the person": p.Zoe, "nobody": nil, "the switchboard": bookingtest.Operator()} {
		_, err := p.BulkCancels.Clear(t.Context(), v, c)
		want(t, name, err, fault.Forbidden)
		_, _, err = p.BulkCancels.ToClear(t.Context(), v, p.Nadia.ID, span)
		want(t, name, err, fault.Forbidden)
	}
	c.Reason = "Elle a quitté le service."
	for name, closes := range map[string]slot.Period{"the wrong way round": {From: hour(9), To: hour(8)}, "past": {From: hour(-9), To: hour(-8)}, "for ever": {From: hour(0), To: hour(24 * 365 * 9)}} {
		wrong := c
		wrong.Closes = closes
		_, err := p.BulkCancels.Clear(t.Context(), admin, wrong)
		want(t, name, err, fault.Invalid)
	}
	if n, err := p.BulkCancels.Clear(t.Context(), admin, c); err != nil || n != 1 {
		t.Errorf("%d, %v", n, err)
	}
	if p.State(t, foreign.ID).Status != appointment.Confirmed || p.State(t, a.ID).Status != appointment.CancelledByWorker {
		t.Error("it cancelled what is another worker's, or not what it should")
	}
	cleared, err := p.BulkCancels.Clearings(t.Context(), admin, p.Nadia.ID)
	if err != nil || len(cleared) != 1 || cleared[0].Reason != c.Reason || cleared[0].Author != "Claire Morvan" || cleared[0].Cancelled != 1 {
		t.Errorf("kept: %+v, %v", cleared, err)
	}
	if p.Journaled(t, "agenda.cleared", admin, p.Nadia) != 1 || p.Journaled(t, "appointment.worker_cancelled", admin, p.Zoe) != 1 {
		t.Error("it is not in the journal")
	}
	if p.Notified(t, p.Nadia)["cancellation"] != 0 || p.Notified(t, p.Zoe)["cancellation"] != 1 {
		t.Error("the wrong people are told")
	}
	_, err = p.BulkCancels.Clearings(t.Context(), p.Nadia, p.Nadia.ID)
	want(t, "the worker reads the reason", err, fault.Forbidden)
	if o := p.Proposal(t, p.Zoe, a).Offers; len(o.SameWorker) != 0 || len(o.SameHour) != 1 {
		t.Errorf("of a worker who is away: %+v", o)
	}
	_, err = p.BulkCancels.Clear(t.Context(), admin, bulkcancel.Clearing{SocialWorkerID: p.Nadia.ID, Reason: "x"})
	want(t, "nothing", err, fault.Invalid)
	_, err = p.BulkCancels.Clear(t.Context(), admin, bulkcancel.Clearing{SocialWorkerID: p.Nadia.ID, Reason: "x", Appointments: make([]uuid.UUID, bulkcancel.MaxClearing+1)})
	want(t, "too many", err, fault.Invalid)
}

// A worker who leaves for good and is erased leaves nobody either.
func TestR20_AnErasedWorkersPeopleAreOfferedOtherHours(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(50), slot.Video)
	p.Erase(t, p.Nadia)
	if o := p.Proposal(t, p.Zoe, a).Offers; len(o.SameHour) != 1 || len(o.SameWorker) != 0 {
		t.Errorf("offered: %+v", o)
	}
	p.SetNow(hour(25))
	if got := recalled(t, p.World); !slices.Equal(got, []string{"Zoé"}) {
		t.Errorf("to call: %v", got)
	}
}

// Whoever took an hour that was a request, and was turned down, is called as if they
// had none.
func TestR20_ARequestThatEndsUnconfirmedReopensTheProposal(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"declined", "unanswered", "withdrawn"} {
		p := bookingtest.NewTrio(t)
		late := p.Book(t, p.Zoe, p.Marc, hour(2), slot.Video)
		_, err := p.Bookings.Cancel(t.Context(), p.Zoe, late.ID, "")
		must(t, err)
		a := p.CancelAsWorker(t, p.Book(t, p.Zoe, p.Nadia, hour(100), slot.Video))
		if o := p.Proposal(t, p.Zoe, a).Offers; len(o.SameHour) != 1 || !o.SameHour[0].Asks {
			t.Fatalf("offered: %+v", o)
		}
		booked, err := p.Bookings.Rebook(t.Context(), p.Zoe, a.ID, rebooking.Replacement{SocialWorkerID: p.Marc.ID, StartsAt: a.StartsAt})
		if err != nil || booked.Status != appointment.Requested {
			t.Fatalf("%+v, %v", booked, err)
		}
		switch end {
		case "declined":
			must(t, p.Bookings.Answer(t.Context(), p.Marc, booked.ID, false, ""))
		case "unanswered":
			p.SetNow(hour(25))
			must(t, p.Bookings.ReleaseOverdue(t.Context()))
		case "withdrawn":
			_, err := p.Bookings.Cancel(t.Context(), p.Zoe, booked.ID, "")
			must(t, err)
		}
		if now := p.Proposal(t, p.Zoe, a); now.State != rebooking.Open || now.Offers.None() {
			t.Errorf("%s: %+v", end, now)
		}
		p.SetNow(hour(50))
		if got := recalled(t, p.World); len(got) != 1 {
			t.Errorf("%s: to call %v", end, got)
		}
	}
}

// However many people have left since their worker cancelled, whoever is still here is
// found behind them.
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
	recalls, _, err := p.Rebookings.Recalls(t.Context(), bookingtest.Operator())
	if err != nil || len(recalls) != 1 || recalls[0].AppointmentID != lost.ID {
		t.Errorf("to call: %v, %v", recalls, err)
	}
	if n, err := p.Rebookings.CountRecalls(t.Context()); n != 1 || err != nil {
		t.Errorf("%d to call, %v", n, err)
	}
}

// The lists of whom to call show, to an operator whose day is nearly full, as many as
// it has room for, and say that others wait.
func TestR47_ListsShowAsManyAsTheDayHasRoomFor(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	for i, name := range []string{"Zoé", "Paul", "Ida"} {
		p.CancelAsWorker(t, p.Book(t, p.Beneficiary(t, name, "Vidal"), p.Nadia, hour(20+i), slot.Video))
	}
	v := bookingtest.Operator()
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
	check(2, true) // the same two
	v = bookingtest.Operator()
	check(3, false)
}
