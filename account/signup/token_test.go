package signup_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"socialdirect/account/accounttest"
	"socialdirect/account/people"
	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/company"
	"socialdirect/internal/fault"
	"socialdirect/internal/noise"
)

func TestR3_ALinkWorksOnceBeforeItExpires(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	must(t, w.Accounts.SignUps.SignUp(ctx, accounttest.NewSignUp(w, "zoe@exemple.fr")))
	if _, err := w.Accounts.Sessions.SignIn(ctx, "zoe@exemple.fr", bookingtest.Password, session.Device{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("signed in before the address was proved: %v", err)
	}
	late := accounttest.ValidationLink(t, w, "zoe@exemple.fr")
	w.SetNow(bookingtest.Start.Add(people.ValidationLifetime))
	if err := w.Accounts.SignUps.Validate(ctx, late); !fault.Is(err, fault.Gone) {
		t.Errorf("expired: %v", err)
	}
	first, second := accounttest.ValidationLink(t, w, "zoe@exemple.fr"), accounttest.ValidationLink(t, w, "zoe@exemple.fr")
	altered := strings.Map(func(r rune) rune {
		if r == 'a' {
			return 'b'
		}
		return r
	}, first) + "x"
	if err := w.Accounts.SignUps.Validate(ctx, altered); !fault.Is(err, fault.Gone) {
		t.Errorf("altered: %v", err)
	}
	if err := w.Accounts.SignUps.CheckToken(ctx, first, true); !fault.Is(err, fault.Gone) {
		t.Errorf("a validation link works as an invitation: %v", err)
	}
	for range 2 { // reading consumes nothing
		if err := w.Accounts.SignUps.CheckToken(ctx, first, false); err != nil {
			t.Errorf("read: %v", err)
		}
	}
	must(t, w.Accounts.SignUps.Validate(ctx, first))
	for name, used := range map[string]string{"the same": first, "another of the same kind": second} {
		t.Run(name, func(t *testing.T) {
			if err := w.Accounts.SignUps.Validate(ctx, used); !fault.Is(err, fault.Gone) {
				t.Errorf("%s, used: %v", name, err)
			}
		})
	}
	if _, err := w.Accounts.Sessions.SignIn(ctx, "ZOE@exemple.fr", bookingtest.Password, session.Device{}); err != nil {
		t.Errorf("after the proof: %v", err)
	}
}

// opened returns how many people the figures count as having opened an account.
func opened(t *testing.T, w *bookingtest.World) (people int) {
	t.Helper()
	err := w.DB.Pool.QueryRow(t.Context(), `select coalesce(sum(people), 0) from client_figures where kind = 'account'`).Scan(&people)
	must(t, err)
	return people
}

// Invented addresses do not change the figures.
func TestR10_APersonCountsOnlyOnceTheirAddressIsProved(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	for range 5 {
		must(t, w.Accounts.SignUps.SignUp(ctx, accounttest.NewSignUp(w, "zoe@exemple.fr")))
	}
	if n := opened(t, w); n != 0 {
		t.Errorf("%d people are counted and nobody proved an address", n)
	}
	for range 2 {
		must(t, w.Accounts.SignUps.Validate(ctx, accounttest.ValidationLink(t, w, "zoe@exemple.fr")))
		if n := opened(t, w); n != 1 {
			t.Errorf("one person is counted %d times", n)
		}
	}
	must(t, w.Accounts.SignUps.SignUp(ctx, accounttest.NewSignUp(w, "zoe@exemple.fr")))
	if n := opened(t, w); n != 1 {
		t.Errorf("a known address counts: %d", n)
	}
	// An address that has to be proved again later is not counted again.
	if _, err := w.DB.Pool.Exec(ctx, `update accounts set email_validated_at = null where email = 'zoe@exemple.fr'`); err != nil {
		t.Fatal(err)
	}
	must(t, w.Accounts.SignUps.ResendValidation(ctx, "zoe@exemple.fr", "192.0.2.1"))
	if err := w.Accounts.SignUps.Validate(ctx, accounttest.ValidationLink(t, w, "zoe@exemple.fr")); err != nil {
		t.Fatal(err)
	}
	if n := opened(t, w); n != 1 {
		t.Errorf("one account is counted %d times in its life", n)
	}
}

// A person who proves their address after the code's last use is told so, and keeps the
// account and the link.
func TestR9_TheLastUseOfACodeGoesToTheFirstProvedAddress(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	clients, err := w.Companies.Clients(ctx, w.Admin)
	must(t, err)
	code, err := w.Companies.IssueCode(ctx, w.Admin, clients[0].ID, company.NewCode{ExpiresAt: bookingtest.Start.AddDate(0, 1, 0), MaxUses: company.MinUses})
	must(t, err)
	left := max(0, company.MinUses+bookingtest.NoiseKey().Laplace(noise.Epsilon{Num: 1, Den: 2}, "code", code.ID.String()))
	links := make([]string, left+4)
	for i := range links {
		in := accounttest.NewSignUp(w, fmt.Sprintf("personne-%d@exemple.fr", i))
		in.Code = code.Display()
		must(t, w.Accounts.SignUps.SignUp(ctx, in))
		links[i] = accounttest.ValidationLink(t, w, in.Email)
	}
	answers := make([]error, len(links))
	var all sync.WaitGroup
	for i, link := range links {
		all.Go(func() { answers[i] = w.Accounts.SignUps.Validate(ctx, link) })
	}
	all.Wait()
	won := 0
	for i, err := range answers {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, company.ErrUsedUp):
			t.Errorf("somebody got %v", err)
		case w.Accounts.SignUps.CheckToken(ctx, links[i], false) != nil:
			t.Error("the link of a person who was too late no longer works")
		}
	}
	if won != left || opened(t, w) != left {
		t.Errorf("%d proved their address and %d are counted, want %d", won, opened(t, w), left)
	}
}
