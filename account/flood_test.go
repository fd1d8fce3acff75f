package account_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
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
		if err := w.Accounts.SignUps.SignUp(ctx, weak); !fault.Is(err, fault.Invalid) {
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
	check(t, w.Accounts.SignUps.SignUp(ctx, good))
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
		err := w.Accounts.SignUps.CheckCode(context.Background(), "0000-0000-0000-0000", "192.0.2.1")
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
