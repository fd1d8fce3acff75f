package callback_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"socialdirect/account/smscode"
	"socialdirect/booking/bookingtest"
	"socialdirect/callback"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func TestR49_ARequestCountsOnceItsNumberIsProved(t *testing.T) {
	t.Parallel()
	d := newDesk(t, true)
	token := d.ask(t, mobile, "Odile", callback.Morning)
	code := d.deliver(t)
	if len(d.phone.Sent) != 1 || d.phone.Sent[0].To != mobile || code == "" {
		t.Fatalf("sent %+v", d.phone.Sent)
	}
	if all := d.waiting(t); len(all) != 0 {
		t.Errorf("unproved, and on the list: %v", all)
	}
	for _, wrong := range []string{"", "12345", code + "0", "abcdef"} {
		want(t, "a wrong code", d.callbacks.Prove(t.Context(), token, wrong), fault.Invalid)
	}
	want(t, "in another browser", d.callbacks.Prove(t.Context(), token+"x", code), fault.Gone)
	want(t, "without a request", d.callbacks.Prove(t.Context(), "", code), fault.Gone)
	must(t, d.callbacks.Prove(t.Context(), token, code[:3]+" "+code[3:]))
	if all := d.waiting(t); !slices.Equal(all, []string{"Odile morning"}) {
		t.Errorf("on the list: %v", all)
	}
	want(t, "the code again", d.callbacks.Prove(t.Context(), token, code), fault.Gone)
}

func TestR49_ACodeWorksForTenMinutesAndFiveTries(t *testing.T) {
	t.Parallel()
	d := newDesk(t, true)
	token := d.ask(t, mobile, "Odile", callback.Soon)
	code := d.deliver(t)
	for range smscode.MaxTries {
		want(t, "a wrong code", d.callbacks.Prove(t.Context(), token, "000000x"), fault.Invalid)
	}
	want(t, "after too many tries", d.callbacks.Prove(t.Context(), token, code), fault.Gone)
	token = d.ask(t, mobile, "Odile", callback.Soon)
	code = d.deliver(t)
	d.SetNow(bookingtest.Start.Add(smscode.Lifetime))
	want(t, "too late", d.callbacks.Prove(t.Context(), token, code), fault.Gone)
	late := d.ask(t, mobile, "Odile", callback.Soon)
	d.SetNow(bookingtest.Start.Add(2 * smscode.Lifetime))
	sent := len(d.phone.Sent)
	d.deliver(t)
	if len(d.phone.Sent) != sent || late == "" {
		t.Error("a code was sent that no longer works")
	}
	must(t, d.callbacks.Sweep(t.Context()))
	if n := d.count(t, `select count(*) from callbacks`); n != 0 {
		t.Errorf("%d requests without a code were kept", n)
	}
	if n := d.count(t, `select count(*) from person_keys where sealed_key is not null and person_id not in (select id from accounts)`); n != 0 {
		t.Errorf("%d of their keys were kept", n)
	}
}

// Whoever asks gets the same answer; a number is called once, and nobody can fill a phone
// with codes.
func TestR49_OneRequestForEachNumberAndFewCodes(t *testing.T) {
	t.Parallel()
	d := newDesk(t, true)
	first := d.ask(t, mobile, "Odile", callback.Morning)
	must(t, d.callbacks.Prove(t.Context(), first, d.deliver(t)))
	d.SetNow(bookingtest.Start.Add(time.Minute))
	other := d.ask(t, "+33612345671", "Paul", callback.Soon)
	must(t, d.callbacks.Prove(t.Context(), other, d.deliver(t)))
	again := d.ask(t, mobile, "Autre", callback.Evening)
	must(t, d.callbacks.Prove(t.Context(), again, d.deliver(t)))
	if all := d.waiting(t); !slices.Equal(all, []string{"Odile evening", "Paul soon"}) {
		t.Errorf("on the list: %v", all)
	}
	d.ask(t, mobile, "Odile", callback.Soon)
	sent := len(d.phone.Sent)
	last := d.ask(t, mobile, "Odile", callback.Soon)
	d.deliver(t)
	if last == "" || len(d.phone.Sent) != sent+1 {
		t.Errorf("%d codes were sent to one number, or the answer differs", len(d.phone.Sent))
	}
	want(t, "without a code", d.callbacks.Prove(t.Context(), last, "123456"), fault.Invalid)
}

func TestR49_WithoutAGatewayARequestCountsAtOnceAndOnceForEachNumber(t *testing.T) {
	t.Parallel()
	d := newDesk(t, false)
	ended := bookingtest.AtOnce(4, func(i int) error {
		token, err := d.callbacks.Ask(t.Context(), callback.Asked{Mobile: mobile, FirstName: "Odile", Window: callback.Morning}, place)
		if token != "" {
			t.Error("there is nothing to prove, and a token")
		}
		return err
	})
	if ended[""] != 4 {
		t.Errorf("the answers differ: %v", ended)
	}
	d.ask(t, mobile, "Un inconnu", callback.Evening)
	if all := d.waiting(t); !slices.Equal(all, []string{"Odile morning"}) {
		t.Errorf("on the list: %v", all)
	}
	d.SetNow(bookingtest.Start.Add(callback.Lifetime)) // the sweep has not run yet
	if all := d.waiting(t); len(all) != 0 {
		t.Errorf("after seven days: %v", all)
	}
	d.ask(t, mobile, "Odile", callback.Soon)
	if all := d.waiting(t); !slices.Equal(all, []string{"Odile soon"}) {
		t.Errorf("a request that is over is in the way: %v", all)
	}
}

func TestR49_WhatOnePlaceAndEverybodyCanAskIsBounded(t *testing.T) {
	t.Parallel()
	d := newDesk(t, false)
	asked := 0
	ask := func(from string) error {
		asked++
		_, err := d.callbacks.Ask(t.Context(), callback.Asked{Mobile: fmt.Sprintf("+336%08d", asked), FirstName: "Odile", Window: callback.Soon}, from)
		return err
	}
	for range 20 {
		must(t, ask(place))
	}
	err := ask(place)
	want(t, "the 21st from one place", err, fault.Throttled)
	if !strings.Contains(fault.From(err).Message, "60\u00a0minutes") {
		t.Errorf("it does not say how long: %s", fault.From(err).Message)
	}
	for i := range 280 {
		must(t, ask(fmt.Sprintf("198.51.%d.%d", i/20, i%20)))
	}
	want(t, "the 301st of a day", ask("203.0.113.9"), fault.Throttled)
	d.SetNow(bookingtest.Start.Add(24 * time.Hour))
	must(t, ask(place))
}

func TestR49_ARequestIsSealedAndItsKeyGoesWithIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t, false)
	d.ask(t, mobile, "Odile", callback.Soon)
	rows, err := postgres.All[struct{ Line string }](t.Context(), d.DB.Pool, `select c::text || encode(sealed, 'escape') as line from callbacks c`)
	must(t, err)
	for _, r := range rows {
		if strings.Contains(r.Line, "Odile") || strings.Contains(r.Line, mobile[3:]) {
			t.Errorf("the table tells %s", r.Line)
		}
	}
	d.SetNow(bookingtest.Start.Add(callback.Lifetime - time.Second))
	must(t, d.callbacks.Sweep(t.Context()))
	id := d.first(t, d.yann).ID
	d.SetNow(bookingtest.Start.Add(callback.Lifetime))
	must(t, d.callbacks.Sweep(t.Context()))
	if n := d.count(t, `select count(*) from callbacks`); n != 0 {
		t.Errorf("%d requests are kept after seven days", n)
	}
	if n := d.count(t, `select count(*) from person_keys where sealed_key is not null and person_id = '`+id.String()+`'`); n != 0 {
		t.Error("the key of a request outlives it")
	}
}

// Only the switchboard sees the list; the number is shown to whoever takes the call, and each
// act is journaled.
func TestR49_AnOperatorTakesARequestAndMarksItDone(t *testing.T) {
	t.Parallel()
	d := newDesk(t, false)
	d.ask(t, mobile, "Odile", callback.Afternoon)
	zoe := d.Beneficiary(t, "Zoé", "Vidal")
	for _, v := range []*viewer.Viewer{nil, zoe, d.Admin, {ID: uuid.New(), Role: viewer.DPO, Complete: true}, {ID: uuid.New(), Role: viewer.Switchboard}} {
		_, err := d.callbacks.Waiting(t.Context(), v)
		want(t, "the list", err, fault.Forbidden)
		want(t, "taking", d.callbacks.Take(t.Context(), v, uuid.New()), fault.Forbidden)
		want(t, "ending", d.callbacks.Done(t.Context(), v, uuid.New()), fault.Forbidden)
		want(t, "putting back", d.callbacks.Return(t.Context(), v, uuid.New()), fault.Forbidden)
	}
	r := d.first(t, d.yann)
	if r.Taken() || r.Mobile != "" || r.Window != callback.Afternoon || r.Age(bookingtest.Start.Add(2*time.Hour)) != "2\u00a0heures" {
		t.Errorf("the list shows %+v", r)
	}
	want(t, "ended before it was taken", d.callbacks.Done(t.Context(), d.yann, r.ID), fault.Conflict)
	must(t, d.callbacks.Take(t.Context(), d.yann, r.ID))
	must(t, d.callbacks.Take(t.Context(), d.yann, r.ID))
	if own := d.first(t, d.yann); own.Mobile != mobile || own.TakenBy != d.yann.ID {
		t.Errorf("whoever takes it sees %+v", own)
	}
	if others := d.first(t, d.lou); others.Mobile != "" || others.Taker != "Yann Morvan" {
		t.Errorf("somebody else sees %+v", others)
	}
	want(t, "taken by two", d.callbacks.Take(t.Context(), d.lou, r.ID), fault.Conflict)
	want(t, "ended by another", d.callbacks.Done(t.Context(), d.lou, r.ID), fault.Conflict)
	must(t, d.callbacks.Return(t.Context(), d.lou, r.ID))
	must(t, d.callbacks.Return(t.Context(), d.lou, r.ID))
	must(t, d.callbacks.Take(t.Context(), d.lou, r.ID))
	must(t, d.callbacks.Done(t.Context(), d.lou, r.ID))
	for name, err := range map[string]error{
		"taken": d.callbacks.Take(t.Context(), d.yann, r.ID), "ended": d.callbacks.Done(t.Context(), d.lou, r.ID), "put back": d.callbacks.Return(t.Context(), d.lou, r.ID),
	} {
		want(t, name+" after the call", err, fault.NotFound)
	}
	acts, err := postgres.All[struct{ Act string }](t.Context(), d.DB.Pool, `select act from audit_entries where object_id = $1 order by id`, r.ID)
	must(t, err)
	if got := fmt.Sprint(acts); got != "[{callback.taken} {callback.returned} {callback.taken} {callback.done}]" {
		t.Errorf("the journal says %s", got)
	}
	if n := d.count(t, `select count(*) from callbacks`); n != 0 {
		t.Error("a number is kept after the call")
	}
}

func TestR49_TwoOperatorsNeverTakeTheSameRequest(t *testing.T) {
	t.Parallel()
	d := newDesk(t, false)
	d.ask(t, mobile, "Odile", callback.Soon)
	id := d.first(t, d.yann).ID
	ended := bookingtest.AtOnce(2, func(i int) error {
		return d.callbacks.Take(t.Context(), []*viewer.Viewer{d.yann, d.lou}[i], id)
	})
	if ended[""] != 1 || ended[fault.Conflict] != 1 {
		t.Errorf("ended: %v", ended)
	}
}

// An erasure deletes the person's request, which is found by their number, and puts back what
// an operator has taken.
func TestR7_R49_AnErasureDeletesTheRequestOfThePersonsNumber(t *testing.T) {
	t.Parallel()
	d := newDesk(t, false)
	zoe := d.Beneficiary(t, "Zoé", "Vidal")
	d.ask(t, "+33612345678", "Zoé", callback.Soon) // the number of her account
	d.ask(t, mobile, "Odile", callback.Soon)
	for _, r := range []string{"Zoé soon", "Odile soon"} {
		if !slices.Contains(d.waiting(t), r) {
			t.Fatalf("%s is not on the list", r)
		}
	}
	erase := func(v *viewer.Viewer) {
		t.Helper()
		must(t, d.DB.InTx(t.Context(), func(tx postgres.Tx) error { return d.callbacks.Erase(t.Context(), tx, v.ID) }))
	}
	erase(zoe)
	if all := d.waiting(t); !slices.Equal(all, []string{"Odile soon"}) {
		t.Errorf("after the erasure: %v", all)
	}
	must(t, d.callbacks.Take(t.Context(), d.lou, d.first(t, d.lou).ID))
	erase(d.lou)
	if r := d.first(t, d.yann); r.Taken() {
		t.Error("a request stays with an operator who was erased")
	}
}
