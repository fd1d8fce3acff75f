package signup_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/account/accounttest"
	"socialdirect/account/signup"
	"socialdirect/booking/bookingtest"
	"socialdirect/company"
	"socialdirect/internal/fault"
)

// The limits of sign-ups by phone and of codes (R47).
const (
	codesFromPlace = 400
	linksByNumber  = 5
)

// countSignUp counts a sign-up from a place.
func countSignUp(w *bookingtest.World, place string) error {
	quotas := append(signup.SignUpsFrom(place), signup.SignUpsOfAll(place)...)
	return w.Accounts.Limits.Spend(context.Background(), signup.TooManySignUps, quotas...)
}

func TestR47_SignUpsFromOnePlaceAreLimited(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	for name, from := range map[string]struct {
		place func(i int) string
		want  int
	}{
		"an address":        {func(int) string { return "192.0.2.7" }, signup.SignUpsFromPlace},
		"a /64":             {func(i int) string { return fmt.Sprintf("2001:db8:2:1::%x", i) }, signup.SignUpsFromPlace},
		"a /48 of networks": {func(i int) string { return fmt.Sprintf("2001:db8:1:%x::1", i) }, 4 * signup.SignUpsFromPlace},
	} {
		t.Run(name, func(t *testing.T) {
			var admitted atomic.Int64
			accounttest.AtOnce(1_000, func(i int) {
				err := countSignUp(w, from.place(i))
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
		})
	}
}

func TestR47_SignUpsAreLimitedOverAllPlaces(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	var admitted atomic.Int64
	accounttest.AtOnce(signup.SignUpsInAll+200, func(i int) {
		err := countSignUp(w, fmt.Sprintf("192.%d.%d.%d", i%50, i/256%256, i%256))
		if err == nil {
			admitted.Add(1)
		} else if !fault.Is(err, fault.Throttled) {
			t.Error(err)
		}
	})
	if got := int(admitted.Load()); got != signup.SignUpsInAll {
		t.Errorf("%d were admitted", got)
	}
	w.SetNow(bookingtest.Start.Add(time.Hour))
	must(t, countSignUp(w, "192.0.2.1"))
}

// A sign-up that is refused before its password is hashed is not counted.
func TestR47_AWeakPasswordDoesNotCountAgainstTheLimitOfAllSignUps(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	weak := accounttest.NewSignUp(w, "zoe@exemple.fr")
	weak.Password = "motdepasse"
	for i := range 20 {
		weak.Place = fmt.Sprintf("192.0.2.%d", i)
		if err := w.Accounts.SignUps.SignUp(ctx, weak); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
	}
	var counted int
	must(t, w.DB.Pool.QueryRow(ctx, `select count(*) from throttles where key like 'sign-up-all:%'`).Scan(&counted))
	if counted != 0 {
		t.Error("they were counted")
	}
	good := accounttest.NewSignUp(w, "zoe@exemple.fr")
	good.Place = "192.0.2.1"
	must(t, w.Accounts.SignUps.SignUp(ctx, good))
	must(t, w.DB.Pool.QueryRow(ctx, `select count(*) from throttles where key like 'sign-up-all:%'`).Scan(&counted))
	if counted != 1 {
		t.Error("a sign-up was not counted")
	}
}

func TestR47_TriesOfCodesFromOnePlaceAreLimited(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	var tried atomic.Int64
	accounttest.AtOnce(codesFromPlace+100, func(int) {
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

func TestR5_ResendingLinksCannotFloodAMailbox(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	must(t, w.Accounts.SignUps.SignUp(ctx, accounttest.NewSignUp(w, "zoe@exemple.fr")))
	for range 10 {
		must(t, w.Accounts.SignUps.ResendValidation(ctx, "zoe@exemple.fr", "192.0.2.1"))
	}
	if got := accounttest.DeliverMails(t, w); len(got) != accounttest.MailsOfKindInHour {
		t.Errorf("%d mails at once", len(got))
	}
}

func TestR47_ResendingALinkIsLimited(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	agent := w.Member(t, "switchboard", "Nadia")
	id, err := w.Accounts.SignUps.Assist(ctx, agent, signup.Assisted{Code: w.Code(), FirstName: "Zoé", LastName: "Vidal", Email: "zoe@exemple.fr", Mobile: "+33612345678"})
	must(t, err)
	for i := range 10 {
		w.SetNow(w.DB.Now().Add(time.Minute))
		if err := w.Accounts.SignUps.ResendLink(ctx, agent, id); fault.Is(err, fault.Throttled) != (i >= accounttest.MailsOfKindInHour) {
			t.Errorf("time %d: %v", i, err)
		}
	}
}

func TestR47_FewLinksGoToANumberThatWasMisheard(t *testing.T) {
	t.Parallel()
	w, agent := accounttest.Switchboard(t)
	person := accounttest.Assist(t, w, agent, accounttest.NewAssisted(w, "", "+33698765432"))
	phone := &accounttest.Phone{}
	for i := range 12 {
		w.SetNow(bookingtest.Start.Add(time.Duration(i) * 90 * time.Minute))
		if err := w.Accounts.SignUps.ResendLink(t.Context(), agent, person.ID); err != nil && !fault.Is(err, fault.Throttled) {
			t.Fatal(err)
		}
		must(t, accounttest.SendTexts(t, w, phone))
	}
	if len(phone.Sent) == 0 || len(phone.Sent) > linksByNumber {
		t.Errorf("%d links went to the number within a day, want %d at most", len(phone.Sent), linksByNumber)
	}
}
