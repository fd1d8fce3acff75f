package account_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/account"
	"socialdirect/booking/bookingtest"
	"socialdirect/company"
	"socialdirect/internal/fault"
)

func TestR47_OnePlaceSignsUpSoManyAndNoMore(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	for name, from := range map[string]struct {
		place func(i int) string
		want  int
	}{
		"an address":        {func(int) string { return "192.0.2.7" }, account.SignUpsFromPlace},
		"a /64":             {func(i int) string { return fmt.Sprintf("2001:db8:2:1::%x", i) }, account.SignUpsFromPlace},
		"a /48 of networks": {func(i int) string { return fmt.Sprintf("2001:db8:1:%x::1", i) }, 4 * account.SignUpsFromPlace},
	} {
		var admitted atomic.Int64
		atOnce(1_000, func(i int) {
			err := w.Accounts.CountSignUp(context.Background(), from.place(i))
			switch {
			case err == nil:
				admitted.Add(1)
			case !fault.Is(err, fault.Throttled) || fault.From(err).RetryAfter != time.Hour || !strings.Contains(fault.From(err).Message, "60\u00a0minutes"):
				t.Error(err)
			}
		})
		if got := int(admitted.Load()); got != from.want {
			t.Errorf("%s: %d were admitted, want %d", name, got, from.want)
		}
	}
}

func TestR47_SignUpsAreBoundedOverAllPlaces(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	var admitted atomic.Int64
	atOnce(account.SignUpsInAll+200, func(i int) {
		err := w.Accounts.CountSignUp(context.Background(), fmt.Sprintf("192.%d.%d.%d", i%50, i/256%256, i%256))
		if err == nil {
			admitted.Add(1)
		} else if !fault.Is(err, fault.Throttled) {
			t.Error(err)
		}
	})
	if got := int(admitted.Load()); got != account.SignUpsInAll {
		t.Errorf("%d were admitted", got)
	}
	w.SetNow(bookingtest.Start.Add(time.Hour))
	check(t, w.Accounts.CountSignUp(context.Background(), "192.0.2.1"))
}

// What is refused before it costs a hash takes nothing of everybody's hour.
func TestR47_AWeakPasswordTakesNothingOfEverybodysHour(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	weak := signUp(w, "zoe@exemple.fr")
	weak.Password = "motdepasse"
	for i := range 20 {
		weak.Place = fmt.Sprintf("192.0.2.%d", i)
		if err := w.Accounts.SignUp(ctx, weak); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
	}
	var counted int
	check(t, w.DB.Pool.QueryRow(ctx, `select count(*) from throttles where key like 'sign-up-all:%'`).Scan(&counted))
	if counted != 0 {
		t.Error("they were counted")
	}
	good := signUp(w, "zoe@exemple.fr")
	good.Place = "192.0.2.1"
	check(t, w.Accounts.SignUp(ctx, good))
	check(t, w.DB.Pool.QueryRow(ctx, `select count(*) from throttles where key like 'sign-up-all:%'`).Scan(&counted))
	if counted != 1 {
		t.Error("a sign-up was not counted")
	}
}

func TestR47_CodesAreTriedSoOftenFromOnePlace(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	var tried atomic.Int64
	atOnce(codesFromPlace+100, func(int) {
		err := w.Accounts.CheckCode(context.Background(), "0000-0000-0000-0000", "192.0.2.1")
		if errors.Is(err, company.ErrCode) {
			tried.Add(1)
		} else if !fault.Is(err, fault.Throttled) {
			t.Error(err)
		}
	})
	if got := int(tried.Load()); got != codesFromPlace {
		t.Errorf("%d codes were tried", got)
	}
}

// Whoever has no code costs no hashing, and no look at how good their password is.
func TestR47_TheCodeIsLookedAtBeforeThePassword(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	w.Accounts.HashWithin(time.Hour)
	free, err := w.Accounts.OccupyHashing(ctx)
	check(t, err)
	wrong := signUp(w, "zoe@exemple.fr")
	wrong.Code, wrong.Password = "0000-0000-0000-0000", "Motdepasse1!"
	if err := w.Accounts.SignUp(ctx, wrong); !errors.Is(err, company.ErrCode) {
		t.Errorf("with every place taken, a wrong code gets %v", err)
	}
	weak := signUp(w, "zoe@exemple.fr")
	weak.Password = "Motdepasse1!"
	answer := make(chan error, 1)
	go func() { answer <- w.Accounts.SignUp(ctx, weak) }()
	for w.Accounts.HashingWaits() == 0 {
		time.Sleep(time.Millisecond) // until it waits for its turn
	}
	select {
	case err := <-answer:
		t.Errorf("the password was looked at out of turn: %v", err)
	default:
	}
	free()
	if err := <-answer; !fault.Is(err, fault.Invalid) || !strings.Contains(fault.From(err).Message, "devine trop facilement") {
		t.Errorf("a password that is guessed: %v", err)
	}
}

// A flood of sign-ups keeps nobody from signing in, and a flood of both keeps nobody
// out whose device is known.
func TestR47_PlacesAreKeptForSignInAndForKnownDevices(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe := newMember(t, w, "zoe@exemple.fr")
	own, _ := zoe.enter(account.Device{})
	w.Accounts.HashWithin(time.Hour)
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	var all sync.WaitGroup
	flood := func(occupy func(context.Context) (func(), error), try func(i int) error) {
		free, err := occupy(ctx)
		check(t, err)
		t.Cleanup(free)
		before := w.Accounts.HashingWaits()
		for i := range account.HashesWaiting {
			all.Go(func() {
				if err := try(i); !errors.Is(err, context.Canceled) {
					t.Errorf("one of the flood: %v", err)
				}
			})
		}
		for w.Accounts.HashingWaits() < before+account.HashesWaiting {
			time.Sleep(time.Millisecond)
		}
	}
	flood(w.Accounts.OccupySignUps, func(i int) error { return w.Accounts.SignUp(ctx, signUp(w, fmt.Sprintf("personne-%d@exemple.fr", i))) })
	if err := w.Accounts.SignUp(ctx, signUp(w, "paul@exemple.fr")); !fault.Is(err, fault.Throttled) || !strings.Contains(fault.From(err).Message, "dans quelques secondes") {
		t.Errorf("one sign-up more: %v", err)
	}
	if _, err := zoe.signIn(bookingtest.Password, account.Device{}); err != nil {
		t.Errorf("a flood of sign-ups keeps somebody from signing in: %v", err)
	}
	flood(w.Accounts.OccupySignIns, func(i int) error {
		_, err := w.Accounts.SignIn(ctx, fmt.Sprintf("personne-%d@exemple.fr", i), wrongPassword, account.Device{})
		return err
	})
	if _, err := zoe.signIn(bookingtest.Password, account.Device{}); !fault.Is(err, fault.Throttled) {
		t.Errorf("one sign-in more: %v", err)
	}
	if _, err := zoe.signIn(bookingtest.Password, account.Device{Mark: own.Mark}); err != nil {
		t.Errorf("a flood keeps a known device out: %v", err)
	}
	leave()
	all.Wait()
}

func TestR47_PlacesForHashingFollowTheProcessors(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	if got, want := w.Accounts.HashingPlaces(), [3]int{runtime.GOMAXPROCS(0), runtime.GOMAXPROCS(0) + 1, runtime.GOMAXPROCS(0) + 2}; got != want {
		t.Errorf("places %v, want %v", got, want)
	}
}

func TestR47_NobodyWaitsForEverToHaveAPasswordHashed(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	w.Accounts.HashWithin(20 * time.Millisecond)
	free, err := w.Accounts.OccupyHashing(ctx)
	check(t, err)
	defer free()
	if err := w.Accounts.SignUp(ctx, signUp(w, "zoe@exemple.fr")); !fault.Is(err, fault.Throttled) || fault.From(err).RetryAfter <= 0 {
		t.Errorf("after its time: %v", err)
	}
	if n := w.Accounts.HashingWaits(); n != 0 {
		t.Errorf("%d wait still", n)
	}
}
