package session_test

import (
	"context"
	"testing"
	"time"

	"socialdirect/account/accounttest"
	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
)

func TestR3_SessionsEndBySignOutIdlenessAndAge(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	v := w.Beneficiary(t, "Zoé", "Vidal")
	alive := func() bool {
		t.Helper()
		ok, err := w.Accounts.Sessions.SessionAlive(ctx, v.Session)
		must(t, err)
		return ok
	}
	if w.SetNow(bookingtest.Start.Add(session.SessionIdle - time.Second)); !alive() {
		t.Error("ended before its idle time")
	}
	if w.SetNow(bookingtest.Start.Add(session.SessionIdle)); alive() {
		t.Error("did not end after its idle time")
	}
	w.SetNow(bookingtest.Start)
	if err := w.Accounts.Sessions.SignOut(ctx, v); err != nil || alive() {
		t.Errorf("the session survives the sign-out: %v", err)
	}
}

func TestR3_SigningInEndsTheDevicesPreviousSession(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe, paul := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr"), accounttest.NewBeneficiary(t, w, "paul@exemple.fr")
	planted, _ := paul.SignIn(session.Device{})
	in, _ := zoe.SignIn(session.Device{Session: planted.Token})
	if in.Token == planted.Token || paul.Viewer(planted.Token) != nil {
		t.Error("the previous session did not end")
	}
}

func TestR2_ASharedDeviceGetsAShortSessionAndIsNotKnown(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
	in, _ := zoe.SignIn(session.Device{Shared: true})
	if in.Mark != "" {
		t.Error("a shared device is known")
	}
	at := func(d time.Duration) bool {
		t.Helper()
		w.SetNow(bookingtest.Start.Add(d))
		return zoe.Viewer(in.Token) != nil
	}
	if !at(session.SharedIdle - time.Second) {
		t.Fatal("it ended while in use")
	}
	for used := session.SharedIdle; used < session.SharedLifetime; used += 10 * time.Minute {
		if !at(used) {
			t.Fatalf("it ended after %s in use", used)
		}
	}
	if at(session.SharedLifetime) {
		t.Error("it did not end after its lifetime")
	}
	in, _ = zoe.SignIn(session.Device{Shared: true})
	if at(session.SharedLifetime + session.SharedIdle) {
		t.Error("it did not end after its idle time")
	}
	w.SetNow(w.DB.Now().Add(24 * time.Hour)) // an ended session is kept for a day: see EndedOwner
	must(t, w.Accounts.Sweep(context.Background()))
	var left int
	must(t, w.DB.Pool.QueryRow(context.Background(), `select count(*) from sessions`).Scan(&left))
	if left != 0 {
		t.Errorf("%d ended sessions were not deleted", left)
	}
}

func TestR6_SessionsAreListedInWordsAndEachCanBeEnded(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe, paul := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr"), accounttest.NewBeneficiary(t, w, "paul@exemple.fr")
	old, _ := zoe.SignIn(session.Device{Words: "Safari sur iPhone", Shared: true})
	w.SetNow(bookingtest.Start.Add(5 * time.Minute))
	other, _ := zoe.SignIn(session.Device{Words: "Chrome sur Android"})
	_, present := zoe.SignIn(session.Device{Words: "Firefox sur Windows"})
	_, foreign := paul.SignIn(session.Device{})
	sessions, err := w.Accounts.Sessions.OpenSessions(ctx, present)
	must(t, err)
	if len(sessions) != 3 || !sessions[0].Current || sessions[0].Device != "Firefox sur Windows" || sessions[1].Current || !sessions[2].Shared || !sessions[2].OpenedAt.Equal(bookingtest.Start) {
		t.Fatalf("listed %+v", sessions)
	}
	if err := w.Accounts.Sessions.EndSession(ctx, foreign, sessions[2].ID, ""); !fault.Is(err, fault.NotFound) || zoe.Viewer(old.Token) == nil {
		t.Errorf("somebody else ended it: %v", err)
	}
	must(t, w.Accounts.Sessions.EndSession(ctx, present, sessions[2].ID, ""))
	if zoe.Viewer(old.Token) != nil || zoe.Viewer(other.Token) == nil {
		t.Error("it ended another session than the one named")
	}
	if err := w.Accounts.Sessions.EndSession(ctx, present, sessions[2].ID, ""); !fault.Is(err, fault.NotFound) {
		t.Errorf("ended twice: %v", err)
	}
	must(t, w.Accounts.Sessions.EndOtherSessions(ctx, present, ""))
	left, err := w.Accounts.Sessions.OpenSessions(ctx, present)
	if err != nil || len(left) != 1 || !left[0].Current || zoe.Viewer(other.Token) != nil {
		t.Errorf("left %+v, %v", left, err)
	}
	if alive, err := w.Accounts.Sessions.SessionAlive(ctx, foreign.Session); err != nil || !alive {
		t.Errorf("somebody else's session ended: %v", err)
	}
	if v, err := w.Accounts.Sessions.Authenticate(ctx, left[0].ID.String()); err != nil || v != nil {
		t.Errorf("a session's ID works as its token: %v, %v", v, err)
	}
}

// Somebody who finds an open session must not throw its owner out of the others.
func TestR6_EndingOtherSessionsNeedsARecentSignInOrThePassword(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
	other, _ := zoe.SignIn(session.Device{})
	_, present := zoe.SignIn(session.Device{})
	sessions, err := w.Accounts.Sessions.OpenSessions(ctx, present)
	must(t, err)
	w.SetNow(bookingtest.Start.Add(session.Recently + time.Second))
	for _, password := range []string{"", accounttest.WrongPassword} {
		one := w.Accounts.Sessions.EndSession(ctx, present, sessions[1].ID, password)
		all := w.Accounts.Sessions.EndOtherSessions(ctx, present, password)
		if !fault.Is(one, fault.Invalid) || !fault.Is(all, fault.Invalid) || zoe.Viewer(other.Token) == nil {
			t.Errorf("with %q: %v, %v", password, one, all)
		}
	}
	must(t, w.Accounts.Sessions.EndOtherSessions(ctx, present, bookingtest.Password))
	if zoe.Viewer(other.Token) != nil {
		t.Error("the other session did not end")
	}
	w.SetNow(bookingtest.Start.Add(2 * session.Recently))
	must(t, w.Accounts.Sessions.EndSession(ctx, present, sessions[0].ID, ""))
}

// A form that is only shown filled in (form.Refill) may be the one that ends a session.
func TestR12_NoSessionEndsWhereNothingMayBeWritten(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	v := w.Beneficiary(t, "Zoé", "Vidal")
	open, err := w.Accounts.Sessions.OpenSessions(t.Context(), v)
	must(t, err)
	ended := w.Accounts.Sessions.EndSession(postgres.ReadOnly(t.Context()), v, open[0].ID, "")
	alive, err := w.Accounts.Sessions.SessionAlive(t.Context(), v.Session)
	must(t, err)
	if ended == nil || !alive {
		t.Errorf("%v, and the session lives: %t", ended, alive)
	}
}
