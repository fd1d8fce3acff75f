package session_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"socialdirect/account/accounttest"
	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
)

func TestR2_GuessingIsThrottled(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	must(t, w.Accounts.SignUps.SignUp(ctx, accounttest.NewSignUp(w, "zoe@exemple.fr")))
	var err error
	tries := 0
	for ; tries < 20 && !fault.Is(err, fault.Throttled); tries++ {
		_, err = w.Accounts.Sessions.SignIn(ctx, "zoe@exemple.fr", "Faux-mot 1", session.Device{Place: "192.0.2.1"})
	}
	if !fault.Is(err, fault.Throttled) || fault.From(err).RetryAfter <= 0 || tries > 8 {
		t.Fatalf("after %d tries: %v", tries, err)
	}
	w.SetNow(bookingtest.Start.Add(fault.From(err).RetryAfter))
	if _, err = w.Accounts.Sessions.SignIn(ctx, "zoe@exemple.fr", "Faux-mot 1", session.Device{Place: "192.0.2.1"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("after the wait: %v", err)
	}
}

// Ten thousand tries at one account, from many places: few are checked, the delays grow, and
// the owner still signs in from a known device.
func TestR2_TenThousandTriesAreThrottledAndTheOwnerStillSignsIn(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
	in, _ := zoe.SignIn(session.Device{Place: "198.51.100.7"})
	tried, refused := accounttest.Storm(t, 10_000, func(i int) error {
		_, err := zoe.TrySignIn(accounttest.WrongPassword, session.Device{Place: fmt.Sprintf("192.0.%d.%d", i/256, i%256)})
		return err
	})
	if tried != accounttest.FreeTries+1 || tried+refused != 10_000 {
		t.Errorf("%d tries were checked, %d refused", tried, refused)
	}
	var last time.Duration
	at := bookingtest.Start
	for range 14 {
		_, err := zoe.TrySignIn(bookingtest.Password, session.Device{Place: "203.0.113.9"})
		wait := fault.From(err).RetryAfter
		if !fault.Is(err, fault.Throttled) || wait < last || wait > accounttest.MaxDelay {
			t.Fatalf("after %s: %v, wait %s", last, err, wait)
		}
		last, at = wait, at.Add(wait)
		w.SetNow(at)
		if _, err := zoe.TrySignIn(accounttest.WrongPassword, session.Device{Place: "203.0.113.9"}); !fault.Is(err, fault.Invalid) {
			t.Fatalf("after the wait: %v", err)
		}
	}
	if last != accounttest.MaxDelay {
		t.Errorf("the delay grew to %s only", last)
	}
	if _, err := zoe.TrySignIn(bookingtest.Password, session.Device{Place: "198.51.100.7"}); !fault.Is(err, fault.Throttled) {
		t.Errorf("an unknown device signed in: %v", err)
	}
	again, err := zoe.TrySignIn(bookingtest.Password, session.Device{Place: "198.51.100.7", Mark: in.Mark})
	if err != nil || again.Mark == "" || again.Mark == in.Mark {
		t.Errorf("the known device: %+v, %v", again, err)
	}
}

func TestR2_OnePlaceCannotTryManyAccounts(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	tried, _ := accounttest.Storm(t, 2_000, func(i int) error {
		// One subscriber has a whole /64 of addresses.
		place := fmt.Sprintf("2001:db8:1:2::%x", i)
		_, err := w.Accounts.Sessions.SignIn(context.Background(), fmt.Sprintf("personne-%d@exemple.fr", i), accounttest.WrongPassword, session.Device{Place: place})
		return err
	})
	if tried != 101 {
		t.Errorf("%d tries were checked from one place", tried)
	}
	if _, err := w.Accounts.Sessions.SignIn(context.Background(), "zoe@exemple.fr", accounttest.WrongPassword, session.Device{Place: "2001:db8:1:3::1"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("another network is throttled too: %v", err)
	}
}

// A /48 has 65,536 networks of 64 bits.
func TestR2_OneSiteCannotUseAllItsNetworksForTries(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	tried, _ := accounttest.Storm(t, 2_000, func(i int) error {
		_, err := w.Accounts.Sessions.SignIn(context.Background(), fmt.Sprintf("personne-%d@exemple.fr", i), accounttest.WrongPassword, session.Device{Place: fmt.Sprintf("2001:db8:1:%x::1", i)})
		return err
	})
	if tried != 401 {
		t.Errorf("%d tries were checked from one site", tried)
	}
	if _, err := w.Accounts.Sessions.SignIn(context.Background(), "zoe@exemple.fr", accounttest.WrongPassword, session.Device{Place: "2001:db8:2:3::1"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("another network is throttled too: %v", err)
	}
}

// Everybody at a company signs in from one IP address on Monday morning.
func TestR2_SuccessfulSignInsDoNotCountAgainstAPlace(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
	for range 3 {
		for range accounttest.FreeTries - 1 {
			if _, err := zoe.TrySignIn(accounttest.WrongPassword, session.Device{Place: "192.0.2.1"}); !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
		}
		zoe.SignIn(session.Device{Place: "192.0.2.1"})
	}
	var failures int
	must(t, w.DB.Pool.QueryRow(context.Background(), `select failures from throttles where key like 'place:%'`).Scan(&failures))
	if failures != 3*(accounttest.FreeTries-1) {
		t.Errorf("%d failures are counted for the place", failures)
	}
}

// Of two simultaneous tries, the later one may be counted first.
func TestR2_TriesAtOnceDoNotBlockEachOther(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
	for i, at := range []time.Duration{2 * time.Second, time.Second, 0} {
		w.SetNow(bookingtest.Start.Add(at))
		if _, err := zoe.TrySignIn(accounttest.WrongPassword, session.Device{Place: "192.0.2.1"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("try %d: %v", i, err)
		}
	}
	w.SetNow(bookingtest.Start.Add(time.Second))
	zoe.SignIn(session.Device{Place: "192.0.2.1"})
	w.SetNow(bookingtest.Start)
	accounttest.NewBeneficiary(t, w, "paul@exemple.fr").SignIn(session.Device{Place: "192.0.2.1"})
}
