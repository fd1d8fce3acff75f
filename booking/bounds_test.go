package booking_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/rebooking"
	"socialdirect/booking/slot"
	"socialdirect/booking/waitlist"
	"socialdirect/internal/fault"
	"socialdirect/web"

	"github.com/google/uuid"
)

// Each kind of act counts, once, and only when it is done.
func TestR47_EveryActOfThePersonCounts(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	p.Within(appointment.Bounds{Coming: 10, Acts: 10})
	ctx := t.Context()
	a := p.Book(t, p.Zoe, p.Nadia, hour(50), slot.Video)
	lost := p.CancelAsWorker(t, p.Book(t, p.Zoe, p.Nadia, hour(55), slot.Video))
	for _, act := range []struct {
		name string
		do   func() error
	}{
		{"move", func() error { return p.Bookings.Move(ctx, p.Zoe, a.ID, hour(51)) }},
		{"needs", func() error {
			return p.Bookings.ChangeNeeds(ctx, p.Zoe, a.ID, appointment.Needs{Companion: "ma fille"})
		}},
		{"by phone", func() error { return p.Bookings.Phone(ctx, p.Zoe, a.ID) }},
		{"wait", func() error { return p.Waitlist.Join(ctx, p.Zoe, waitlist.Entry{SocialWorkerID: p.Marc.ID}) }},
		{"rebook", func() error {
			_, err := p.Bookings.Rebook(ctx, p.Zoe, lost.ID, rebooking.Replacement{SocialWorkerID: p.Marc.ID, StartsAt: hour(55)})
			return err
		}},
		{"cancel", func() error { _, err := p.Bookings.Cancel(ctx, p.Zoe, a.ID, ""); return err }},
	} {
		before := p.ActsOf(t, p.Zoe)
		appointments, bookings, waitlist := p.Appointments, p.Bookings, p.Waitlist
		p.Within(appointment.Bounds{Coming: 10, Acts: before}) // they have done all that they may
		want(t, act.name+" beyond the bound", act.do(), fault.Throttled)
		p.Appointments, p.Bookings, p.Waitlist = appointments, bookings, waitlist
		if now := p.ActsOf(t, p.Zoe); now != before {
			t.Errorf("%s was refused and counted: %d acts, then %d", act.name, before, now)
		}
		must(t, act.do())
		if now := p.ActsOf(t, p.Zoe); now != before+1 {
			t.Errorf("%s: %d acts, then %d", act.name, before, now)
		}
		must(t, act.do()) // pressed twice
		if now := p.ActsOf(t, p.Zoe); now != before+1 {
			t.Errorf("%s pressed twice: %d acts, then %d", act.name, before, now)
		}
	}
	want(t, "an hour that nobody offers", p.Place(t, p.Zoe, p.Nadia, -10), fault.Invalid)
	if n := p.ActsOf(t, p.Zoe); n != 8 {
		t.Errorf("%d acts, what failed counted among them", n)
	}
	wishes, err := p.Waitlist.Entries(ctx, p.Zoe)
	must(t, err)
	p.Within(appointment.Bounds{Coming: 10, Acts: 8})
	for _, wish := range wishes { // what stops messages is not refused
		must(t, p.Waitlist.Leave(ctx, p.Zoe, wish.ID))
	}
}

func TestR47_TheLastStepAndTheListSayHowManyAreLeft(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	d.Within(appointment.Bounds{Coming: 4, Acts: 9})
	d.HTTP = d.Pages(d.Render)
	for i, c := range []struct {
		says, list, not string
		code            fault.Code
	}{
		{"Tout est juste", "", "Il vous reste", ""},
		{"Tout est juste", "", "Il vous reste", ""},
		{"Il vous reste <b>2\u00a0rendez-vous</b> à prendre, celui-ci compris", "Vous pouvez prendre encore <b>2\u00a0rendez-vous</b>", "changement", ""},
		{"C’est le <b>dernier rendez-vous</b>", "Vous pouvez prendre encore <b>1\u00a0rendez-vous</b>", "changements</b>", ""},
		{"Vous avez déjà 4\u00a0rendez-vous à venir", "Vous avez <b>4\u00a0rendez-vous à venir</b>", "Tout est juste", fault.Invalid},
	} {
		shown, code := d.Send(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Confirm), http.MethodPost, d.Typed(40+i))
		if code != c.code || !strings.Contains(shown, c.says) || strings.Contains(shown, c.not) {
			t.Errorf("with %d: %q; it does not say %q, or says %q", i, code, c.says, c.not)
		}
		if code != "" && !strings.Contains(shown, "Une lettre est arrivée.") {
			t.Errorf("with %d: what was typed is lost", i)
		}
		if list, _ := d.Send(t, d.Zoe, d.HTTP.Bookings.Appointments, http.MethodGet, nil); !strings.Contains(list, c.list) {
			t.Errorf("with %d: the list does not say %q", i, c.list)
		}
		if _, code := d.Send(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Book), http.MethodPost, d.Typed(40+i)); code != c.code {
			t.Errorf("booking with %d: %q", i, code)
		}
	}
	coming, _, err := d.Appointments.Appointments(t.Context(), d.Zoe)
	must(t, err)
	for range 2 { // acts: 4 were bookings
		for i, first := range []int{60, 61} {
			must(t, d.Bookings.Move(t.Context(), d.Zoe, coming[i].ID, hour(first+10*d.ActsOf(t, d.Zoe))))
		}
	}
	_, err = d.Bookings.Cancel(t.Context(), d.Zoe, coming[2].ID, "")
	must(t, err)
	shown, code := d.Send(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Confirm), http.MethodPost, d.Typed(48))
	if code != fault.Throttled || !strings.Contains(shown, "9\u00a0changements") || !strings.Contains(shown, "24\u00a0heures") || !strings.Contains(shown, "Une lettre est arrivée.") {
		t.Errorf("after all acts of a day: %q\n%s", code, shown)
	}
	for name, page := range map[string]func() (string, fault.Code){
		"moving": func() (string, fault.Code) {
			return d.SendTo(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Move), http.MethodPost, coming[0].ID, map[string][]string{"starts_at": {hour(48).Format(time.RFC3339)}})
		},
		"cancelling": func() (string, fault.Code) {
			return d.SendTo(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Cancel), http.MethodPost, coming[0].ID, map[string][]string{"explanation": {"Je ne peux plus."}})
		},
		"needs": func() (string, fault.Code) {
			return d.SendTo(t, d.Zoe, web.Parsed(d.HTTP.Bookings.ChangeNeeds), http.MethodPost, coming[0].ID, map[string][]string{"companion": {"mon frère"}})
		},
		"waiting": func() (string, fault.Code) {
			return d.Send(t, d.Zoe, web.Parsed(d.HTTP.Waitlist.Join), http.MethodPost, map[string][]string{"mode": {"video"}})
		},
	} {
		if shown, code := page(); code != fault.Throttled || !strings.Contains(shown, "Revenez dans 24\u00a0heures") {
			t.Errorf("%s: %q", name, code)
		}
	}
}

// pressed has Zoé ask for the same so many times at once, and returns what became of it.
func pressed(t *testing.T, p bookingtest.Trio, times int, r appointment.Request) (became appointment.Booked) {
	t.Helper()
	all := make([]appointment.Booked, times)
	ended := bookingtest.AtOnce(times, func(i int) (err error) {
		all[i], err = p.Bookings.Place(context.Background(), p.Zoe, r)
		return err
	})
	if became = all[0]; ended[""] != times || len(slices.Compact(all)) != 1 {
		t.Fatalf("%v, became %v", ended, all)
	}
	return became
}

func TestR12_BookedTwiceIsOneAppointment(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	p.Within(appointment.Bounds{Coming: 2, Acts: 3})
	p.Book(t, p.Zoe, p.Marc, hour(100), slot.Video)
	pressed(t, p, 12, request(p.Nadia, 48))
	if told := p.Notified(t, p.Nadia); told["confirmation"] != 1 {
		t.Errorf("the worker was told %v", told)
	}
	if n := p.ActsOf(t, p.Zoe); n != 2 {
		t.Errorf("%d acts", n)
	}
	first := p.Book(t, p.Zoe, p.Nadia, hour(48), slot.Video) // full by now, and it is the same
	other := request(p.Nadia, 48)
	other.Mode = slot.Phone
	_, err := p.Bookings.Place(t.Context(), p.Zoe, other)
	want(t, "in another mode", err, fault.Invalid)
	want(t, "with somebody else", p.Place(t, p.Zoe, p.Marc, 48), fault.Invalid)
	want(t, "by somebody else", p.Place(t, p.Beneficiary(t, "Paul", "Morel"), p.Nadia, 48), fault.Conflict)
	_, err = p.Bookings.Cancel(t.Context(), p.Zoe, first.ID, "")
	must(t, err)
	p.SetNow(hour(25))
	if again := p.Book(t, p.Zoe, p.Nadia, hour(48), slot.Video); again.ID == first.ID {
		t.Error("what was cancelled is taken for the same booking")
	}
}

func TestR19_ARequestMadeTwiceIsOne(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewMarkedTrio(t)
	first := pressed(t, p, 8, request(p.Nadia, 60))
	p.SetNow(hour(24).Add(time.Microsecond)) // overdue, before anything released it
	again, err := p.Bookings.Place(t.Context(), p.Zoe, request(p.Nadia, 60))
	must(t, err)
	if again.ID == first.ID || again.Status != appointment.Requested {
		t.Errorf("an expired request is taken for the same: %v", again)
	}
	must(t, p.Bookings.Answer(t.Context(), p.Nadia, again.ID, true, ""))
	if after, err := p.Bookings.Place(t.Context(), p.Zoe, request(p.Nadia, 60)); err != nil || after.ID != again.ID || after.Status != appointment.Confirmed {
		t.Errorf("pressed again once it was accepted: %v, %v", after, err)
	}
	must(t, p.Bookings.Answer(t.Context(), p.Nadia, again.ID, true, "")) // the worker presses twice
	want(t, "declined after it was accepted", p.Bookings.Answer(t.Context(), p.Nadia, again.ID, false, ""), fault.Conflict)
	if told := p.Notified(t, p.Zoe); told["accepted"] != 1 || told["request"] != 2 {
		t.Errorf("told %v", told)
	}
	declined := p.Book(t, p.Zoe, p.Nadia, hour(70), slot.Video)
	for range 2 {
		must(t, p.Bookings.Answer(t.Context(), p.Nadia, declined.ID, false, ""))
	}
	want(t, "accepted after it was declined", p.Bookings.Answer(t.Context(), p.Nadia, declined.ID, true, ""), fault.Conflict)
	if told := p.Notified(t, p.Zoe); told["declined"] != 1 {
		t.Errorf("told %v", told)
	}
}

func TestR18_MovedOrCancelledTwiceIsDoneOnce(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	ctx := context.Background()
	a := p.Book(t, p.Zoe, p.Nadia, hour(48), slot.Video)
	if ended := bookingtest.AtOnce(8, func(int) error { return p.Bookings.MoveInTime(ctx, p.Zoe, a.ID, hour(20)) }); ended[""] != 8 {
		t.Errorf("moving: %v", ended)
	}
	if now := p.State(t, a.ID); !now.StartsAt.Equal(hour(20)) || now.Sequence != 1 || p.Notified(t, p.Nadia)["change"] != 1 {
		t.Errorf("%v, sequence %d, the worker was told %v", now.StartsAt, now.Sequence, p.Notified(t, p.Nadia))
	}
	if ended := bookingtest.AtOnce(8, func(int) error { _, err := p.Bookings.Cancel(ctx, p.Zoe, a.ID, "Un empêchement."); return err }); ended[""] != 8 {
		t.Errorf("cancelling: %v", ended)
	}
	if now := p.State(t, a.ID); now.Status != appointment.CancelledLate || now.Sequence != 2 || p.Notified(t, p.Nadia)["cancellation"] != 1 {
		t.Errorf("%s, sequence %d, the worker was told %v", now.Status, now.Sequence, p.Notified(t, p.Nadia))
	}
	want(t, "moved after it was cancelled", p.Bookings.Move(ctx, p.Zoe, a.ID, hour(20)), fault.Conflict)
	_, err := p.Bookings.Cancel(ctx, p.Nadia, a.ID, "")
	want(t, "cancelled by the worker after it was by the person", err, fault.Conflict)
	_, err = p.Bookings.Cancel(ctx, p.Beneficiary(t, "Paul", "Morel"), a.ID, "")
	want(t, "by a stranger", err, fault.NotFound)
	b := p.Book(t, p.Zoe, p.Marc, hour(48), slot.Video)
	for range 2 {
		status, err := p.Bookings.Cancel(ctx, p.Marc, b.ID, "")
		if err != nil || status != appointment.CancelledByWorker {
			t.Errorf("by the worker: %q, %v", status, err)
		}
	}
	_, err = p.Bookings.Cancel(ctx, p.Zoe, b.ID, "")
	want(t, "cancelled by the person after it was by the worker", err, fault.Conflict)
}

// On the pages, who presses twice arrives where who presses once does.
func TestR12_TheSecondPressLeadsWhereTheFirstOneDid(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	press := func(name string, act func() (string, fault.Code)) {
		t.Helper()
		for range 2 {
			if _, code := act(); code != "" {
				t.Errorf("%s: %q", name, code)
			}
		}
	}
	press("booking", func() (string, fault.Code) {
		return d.Send(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Book), http.MethodPost, d.Typed(48))
	})
	press("the last step of what is booked", func() (string, fault.Code) {
		return d.Send(t, d.Zoe, d.HTTP.Bookings.ConfirmPage, http.MethodGet, d.Typed(48))
	})
	coming, _, err := d.Appointments.Appointments(t.Context(), d.Zoe)
	must(t, err)
	if len(coming) != 1 {
		t.Fatalf("%d appointments", len(coming))
	}
	id, seen := coming[0].ID, coming[0].Seen()
	to := func(hours int, seen string) map[string][]string {
		return map[string][]string{"starts_at": {hour(hours).Format(time.RFC3339)}, "seen": {seen}, "told": {"free"}}
	}
	press("moving", func() (string, fault.Code) {
		return d.SendTo(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Move), http.MethodPost, id, to(50, seen))
	})
	press("moving without saying what was seen", func() (string, fault.Code) {
		return d.SendTo(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Move), http.MethodPost, id, map[string][]string{"starts_at": {hour(51).Format(time.RFC3339)}})
	})
	if _, code := d.SendTo(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Move), http.MethodPost, id, to(51, d.State(t, id).Seen())); code != fault.Invalid {
		t.Errorf("the hour that the page showed, chosen: %q", code)
	}
	if _, code := d.SendTo(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Move), http.MethodPost, id, to(60, seen)); code != fault.Conflict {
		t.Errorf("from a page that shows an hour of before: %q", code)
	}
	press("by phone", func() (string, fault.Code) {
		return d.SendTo(t, d.Zoe, d.HTTP.Bookings.ByPhone, http.MethodPost, id, nil)
	})
	press("cancelling", func() (string, fault.Code) {
		return d.SendTo(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Cancel), http.MethodPost, id, map[string][]string{"told": {"free"}})
	})
	if told := d.Notified(t, d.Nadia); told["confirmation"] != 1 || told["change"] != 3 || told["cancellation"] != 1 {
		t.Errorf("the worker was told %v", told)
	}
	press("waiting", func() (string, fault.Code) {
		return d.Send(t, d.Zoe, web.Parsed(d.HTTP.Waitlist.Join), http.MethodPost, map[string][]string{"mode": {"video"}})
	})
	wishes, err := d.Waitlist.Entries(t.Context(), d.Zoe)
	must(t, err)
	if len(wishes) != 1 {
		t.Fatalf("%d wishes", len(wishes))
	}
	d.SetNow(hour(3)) // one without a day is the same later on
	press("waiting later", func() (string, fault.Code) {
		return d.Send(t, d.Zoe, web.Parsed(d.HTTP.Waitlist.Join), http.MethodPost, map[string][]string{"mode": {"video"}})
	})
	if n := d.Count(t, `waitlist_entries`); n != 1 {
		t.Errorf("%d wishes", n)
	}
}

func TestR12_UnchangedNeedsNotifyNobody(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(48), slot.Video)
	for _, companion := range []string{"", "ma fille", "ma fille", "mon fils", "mon fils"} {
		must(t, p.Bookings.ChangeNeeds(t.Context(), p.Zoe, a.ID, appointment.Needs{Companion: companion}))
	}
	if told := p.Notified(t, p.Nadia); told["change"] != 2 {
		t.Errorf("told %v", told)
	}
	want(t, "the worker", p.Bookings.ChangeNeeds(t.Context(), p.Nadia, a.ID, appointment.Needs{}), fault.NotFound)
	want(t, "nobody's", p.Bookings.ChangeNeeds(t.Context(), p.Zoe, uuid.New(), appointment.Needs{}), fault.NotFound)
}
