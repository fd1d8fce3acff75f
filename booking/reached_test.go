package booking_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"socialdirect/account"
	"socialdirect/account/people"
	"socialdirect/booking/slot"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/mail"
	"socialdirect/internal/sms"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// operator is somebody at the switchboard.
func operator() *viewer.Viewer {
	return &viewer.Viewer{ID: uuid.New(), Role: viewer.Switchboard, Complete: true, Zone: time.UTC}
}

func (o *postOffice) unreached(t testing.TB) (who []string) {
	t.Helper()
	notices, _, err := o.Bookings.Unreached(t.Context(), operator())
	must(t, err)
	for _, n := range notices {
		who = append(who, n.Name+", "+n.Label()+", "+n.Become()+", "+n.Why())
	}
	return who
}

func TestR21_WhomNothingReachedShowsAtTheSwitchboardUntilCalled(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.choose(t, func(c *people.Contact) { c.Texts = false })
	a := o.Book(t, o.zoe, o.nadia, friday, slot.Video)
	o.before = mail.Refused{Cause: mail.UnknownAddress, Sure: true}
	must(t, o.worker.Deliver(t.Context(), o.row(t, o.zoe, "confirmation", "mail").ID, 1))
	o.before = nil
	must(t, o.deliver(t))
	v := operator()
	if _, _, err := o.Bookings.Unreached(t.Context(), v); err != nil {
		t.Error(err)
	}
	want := []string{"Zoé Vidal, Confirmation, Échec, l’adresse n’existe pas"}
	if got := o.unreached(t); !slices.Equal(got, want) {
		t.Errorf("to call: %q", got)
	}

	told, err := o.Bookings.Told(t.Context(), v, o.zoe.ID)
	must(t, err)
	if !told.Lost || !told.Callable || told.Mobile == "" || len(told.Notices) != 1 || told.Notices[0].By() != "par e-mail" {
		t.Errorf("of Zoé: %+v", told)
	}
	must(t, o.Bookings.MarkCalled(t.Context(), v, o.zoe.ID, o.DB.Now()))
	must(t, o.Bookings.MarkCalled(t.Context(), v, o.zoe.ID, o.DB.Now())) // nothing is left to note
	if got := o.unreached(t); len(got) != 0 {
		t.Errorf("called, and still to call: %q", got)
	}
	lines, err := audit.About(t.Context(), o.DB.Pool, o.zoe.ID, 9)
	must(t, err)
	var acts []string
	for _, line := range lines {
		if line.ActorID == v.ID {
			acts = append(acts, line.Act)
		}
	}
	slices.Sort(acts)
	if !slices.Equal(acts, []string{"notices.called", "notices.listed", "notices.looked_up"}) {
		t.Errorf("journaled: %q", acts)
	}

	o.cancel(t, o.nadia, a) // news: the earlier call told nothing of it
	o.before = mail.Refused{Cause: mail.UnknownAddress, Sure: true}
	must(t, o.worker.Deliver(t.Context(), o.row(t, o.zoe, "cancellation", "mail").ID, 1))
	if got := o.unreached(t); len(got) != 1 {
		t.Errorf("the cancellation reached nobody: %q", got)
	}
	o.SetNow(friday.Add(time.Hour))
	if got := o.unreached(t); len(got) != 0 {
		t.Errorf("of what is over: %q", got)
	}
}

func TestR21_WhomAnotherChannelOrALaterNoticeReachedNeedsNoCall(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.choose(t, func(c *people.Contact) { c.Texts = false })
	a := o.Book(t, o.zoe, o.nadia, friday, slot.Video)
	o.turn(t)
	o.choose(t, func(c *people.Contact) { c.Texts = true })
	must(t, o.Bookings.ComeBack(t.Context(), o.row(t, o.zoe, "confirmation", "mail").ID, mail.MailboxFull))
	if got := o.unreached(t); len(got) != 0 {
		t.Errorf("while the SMS waits: %q", got)
	}
	o.before = sms.Refused{Status: 400} // the number is none
	for try := range 5 {
		err := o.worker.DeliverAs(t.Context(), o.row(t, o.zoe, "confirmation", "sms").ID, try+1, try)
		if (err == nil) != (try == 4) {
			t.Fatalf("refused %d times: %v", try+1, err)
		}
	}
	o.before = nil
	if n := o.row(t, o.zoe, "confirmation", "sms"); len(o.unreached(t)) != 1 || n.State != "failed" || n.Cause != "number" {
		t.Errorf("neither way: %q, %+v", o.unreached(t), n)
	}
	must(t, o.Bookings.Move(t.Context(), o.zoe, a.ID, friday.Add(time.Hour)))
	must(t, o.deliver(t))
	if got := o.unreached(t); len(got) != 0 {
		t.Errorf("told of the change meanwhile: %q", got)
	}
}

func TestR21_SomebodyWhomNothingCanReachIsCalled(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	_, err := o.DB.Pool.Exec(t.Context(), `update accounts set email = null where id = $1`, o.zoe.ID)
	must(t, err)
	_, err = o.DB.Pool.Exec(t.Context(), `insert into contact_choices values ($1, false, false, true, true, 480, 1200)`, o.zoe.ID)
	must(t, err)
	o.Book(t, o.zoe, o.nadia, friday, slot.Video)
	o.pass(t, friday.Add(-time.Minute).Sub(o.DB.Now()))
	if got := o.unreached(t); !slices.Equal(got, []string{"Zoé Vidal, Confirmation, Échec, ni e-mail ni SMS possible"}) {
		t.Errorf("to call: %q", got)
	}
}

// The lists of whom to call show, to an operator whose day is nearly full, as many as
// it has room for, and say that others wait.
func TestR47_ListsShowAsManyAsTheDayHasRoomFor(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	for i, name := range []string{"Zoé", "Paul", "Ida"} {
		p.leave(t, p.Book(t, p.Beneficiary(t, name, "Vidal"), p.nadia, p.at(20+i), slot.Video))
	}
	v := operator()
	check := func(shown int, left bool) {
		t.Helper()
		recalls, more, err := p.Bookings.Recalls(t.Context(), v)
		ok(t, err)
		if len(recalls) != shown || more != left {
			t.Errorf("%d people are listed, others %v; want %d, %v", len(recalls), more, shown, left)
		}
	}
	_, err := p.DB.Pool.Exec(t.Context(), `
		with day as (insert into shown_days (operator_id, day) values ($1, ($2::timestamptz at time zone 'Europe/Paris')::date) returning day),
		people as (
			insert into accounts (role, email, last_name, first_name, time_zone, created_at)
			select 'administrator', i || '@exemple.fr', 'Roy', 'Anne', 'Europe/Paris', $2 from generate_series(1, $3) i returning id)
		insert into people_shown (operator_id, day, person_id) select $1, day, id from day, people`, v.ID, p.DB.Now(), account.ShownMost-2)
	ok(t, err)
	check(2, true)
	check(2, true) // the same two
	v = operator()
	check(3, false)
}

func TestR21_OnlyTheSwitchboardSeesWhatWasSent(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Book(t, o.zoe, o.nadia, friday, slot.Video)
	for _, v := range []*viewer.Viewer{nil, o.zoe, o.nadia, o.Admin, {Role: viewer.DPO}, {Role: viewer.ClientManager}} {
		_, _, listed := o.Bookings.Unreached(t.Context(), v)
		_, shown := o.Bookings.Told(t.Context(), v, o.zoe.ID)
		marked := o.Bookings.MarkCalled(t.Context(), v, o.zoe.ID, o.DB.Now())
		for act, err := range map[string]error{"list": listed, "show": shown, "mark": marked} {
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("%+v, %s: %v", v, act, err)
			}
		}
	}
	for _, id := range []uuid.UUID{uuid.New(), o.nadia.ID} { // nobody, and staff
		_, shown := o.Bookings.Told(t.Context(), operator(), id)
		marked := o.Bookings.MarkCalled(t.Context(), operator(), id, o.DB.Now())
		if !fault.Is(shown, fault.NotFound) || !fault.Is(marked, fault.NotFound) {
			t.Errorf("%v: %v, %v", id, shown, marked)
		}
	}
}

// Whoever calls tells what they saw: of what was lost while they spoke, the person
// knows nothing, and is called again.
func TestR21_WhatIsLostDuringTheCallIsStillToBeTold(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.choose(t, func(c *people.Contact) { c.Texts = false })
	a := o.Book(t, o.zoe, o.nadia, friday, slot.Video)
	o.before = mail.Refused{Cause: mail.UnknownAddress, Sure: true}
	must(t, o.worker.Deliver(t.Context(), o.row(t, o.zoe, "confirmation", "mail").ID, 1))
	told, err := o.Bookings.Told(t.Context(), operator(), o.zoe.ID)
	must(t, err)
	o.SetNow(o.DB.Now().Add(time.Minute))
	must(t, o.Bookings.Move(t.Context(), o.nadia, a.ID, friday.Add(2*time.Hour)))
	must(t, o.worker.Deliver(t.Context(), o.row(t, o.zoe, "change", "mail").ID, 1))
	must(t, o.Bookings.MarkCalled(t.Context(), operator(), o.zoe.ID, told.At))
	if got := o.unreached(t); len(got) != 1 || !strings.Contains(got[0], "Échec") {
		t.Errorf("to call: %q", got)
	}
	must(t, o.Bookings.MarkCalled(t.Context(), operator(), o.zoe.ID, o.DB.Now()))
	if got := o.unreached(t); len(got) != 0 {
		t.Errorf("called again, and still to call: %q", got)
	}
}
