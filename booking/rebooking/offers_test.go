package rebooking_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/rebooking"
	"socialdirect/booking/slot"
	"socialdirect/company"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
)

func TestR20_OffersAreRankedAndAvailable(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	lina := p.SocialWorker(t, "Lina", "Morel")
	a := p.Book(t, p.Zoe, p.Nadia, hour(50), slot.Phone)
	paul := p.Beneficiary(t, "Paul", "Tanguy")
	p.Book(t, paul, lina, hour(50), slot.Video)    // Lina is booked at that time
	p.Book(t, p.Zoe, p.Marc, hour(51), slot.Video) // and Zoé has another appointment right after
	p.CancelAsWorker(t, a)
	got := p.Proposal(t, p.Zoe, a)
	if len(got.Offers.SameHour) != 1 || got.Offers.SameHour[0].SocialWorkerID != p.Marc.ID || !got.Offers.SameHour[0].StartsAt.Equal(a.StartsAt) {
		t.Errorf("the same hour: %+v", got.Offers.SameHour)
	}
	if got.Note != "" || got.Reply != "Je suis souffrante." || got.State != rebooking.Open {
		t.Errorf("the proposal: %+v", got)
	}
	// The nearest slots are one hour before (twice), and then two hours away.
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
		t.Errorf("a past slot was booked: %v", booked)
	}
	blocked := p.Beneficiary(t, "Ida", "Roy")
	p.Book(t, blocked, p.Marc, a.StartsAt, slot.Video)
	if now := p.Proposal(t, p.Zoe, a); len(now.Offers.SameHour) != 0 {
		t.Errorf("a slot that was booked meanwhile is still offered: %+v", now.Offers.SameHour)
	}
}

func TestR20_OnlyBookableWorkersOfTheReasonModeAndLanguageAreOffered(t *testing.T) {
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
		"another reason":   {`update social_workers set reasons = '{money,other}' where account_id = $1`, `update social_workers set reasons = '{money,housing,other}' where account_id = $1`},
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
	p.EditClient(t, func(c *company.Client) { c.Modes = []string{"phone"} })
	if o := p.Proposal(t, p.Zoe, a).Offers; !o.None() {
		t.Errorf("outside the contract: %+v", o)
	}
	_, err := p.Bookings.Rebook(t.Context(), p.Zoe, a.ID, rebooking.Replacement{SocialWorkerID: p.Marc.ID, StartsAt: a.StartsAt})
	want(t, "forged, outside the contract", err, fault.Invalid)
}

// After some years there are many closed accounts and workers without valid credentials: none
// of them displaces a worker who can be booked.
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
			select id, '', '{fr}', '{housing,other}', '{video}', 'Europe/Paris' from gone returning account_id),
		proofs as (
			insert into credentials (id, social_worker_id, kind, title, register, number, issuer, checked_on, valid_from, valid_until, submitted_at, confirmed_at)
			select gen_random_uuid(), id, kind, '', 'rpps', '1', 'x', '2020-01-01', '2020-01-01', '2099-01-01', now(), now() from gone, unnest(array['diploma', 'insurance']) as kind where first_name = 'covered')
		insert into openings (social_worker_id, weekday, first_day, starts_minute, ends_minute, modes)
		select account_id, d, '2020-01-01', 0, 1440, '{video}' from sheets, generate_series(1, 7) d`)
	must(t, err)
	a := p.CancelAsWorker(t, p.Book(t, p.Zoe, p.Nadia, hour(50), slot.Video))
	if o := p.Proposal(t, p.Zoe, a).Offers; len(o.SameHour) != 1 || o.SameHour[0].SocialWorkerID != p.Marc.ID {
		t.Errorf("Marc is available at that time, and the offers are %+v", o)
	}
}

func TestR20_CancellingByTheWorkerCostsThePersonNothing(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	p.EditClient(t, func(c *company.Client) { c.PerYear = 1 })
	a := p.CancelAsWorker(t, p.Book(t, p.Zoe, p.Nadia, hour(3), slot.Video)) // within the last day
	if since, err := p.Appointments.Marked(t.Context(), p.Zoe, p.Nadia.ID, p.Zoe.ID); err != nil || !since.IsZero() {
		t.Errorf("marked since %v, %v", since, err)
	}
	offers := p.Proposal(t, p.Zoe, a).Offers
	if offers.None() {
		t.Fatal("the consultation was not given back")
	}
	_, err := p.Bookings.Rebook(t.Context(), p.Zoe, a.ID, replacement(offers.SameHour[0]))
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

// The offers are the nearest of the slots that a slow model finds bookable: it tries to book
// every slot of every worker.
func TestR20_OffersMatchASlowModelOfBookableSlots(t *testing.T) {
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
