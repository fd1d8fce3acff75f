package signup_test

import (
	"bytes"
	"testing"
	"time"

	"socialdirect/account/accounttest"
	"socialdirect/account/people"
	"socialdirect/account/session"
	"socialdirect/account/signup"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/bearer"
	"socialdirect/internal/fault"
)

// signUpIn signs somebody up in a browser and returns its token.
func signUpIn(t *testing.T, w *bookingtest.World, email string) (browser string) {
	t.Helper()
	in := accounttest.NewSignUp(w, email)
	in.Browser, _ = bearer.New()
	must(t, w.Accounts.SignUps.SignUp(t.Context(), in))
	return in.Browser
}

func TestR3_TheLinkSignsInOnlyInTheBrowserThatSignedUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		browser func(own, other string) string
		after   time.Duration
		want    bool
	}{
		"another person's": {func(_, other string) string { return other }, 0, false},
		"none":             {func(_, _ string) string { return "" }, 0, false},
		"too late":         {func(own, _ string) string { return own }, signup.BrowserLifetime, false},
		"its own":          {func(own, _ string) string { return own }, signup.BrowserLifetime - time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := bookingtest.New(t)
			browser := c.browser(signUpIn(t, w, "zoe@exemple.fr"), signUpIn(t, w, "paul@exemple.fr"))
			link := accounttest.ValidationLink(t, w, "zoe@exemple.fr")
			w.SetNow(bookingtest.Start.Add(c.after))
			in, own, err := w.Accounts.SignUps.ValidateIn(t.Context(), link, browser, session.Device{})
			if err != nil || own != c.want || (in.Token != "") != c.want {
				t.Fatalf("%v, %+v, %v", own, in, err)
			}
			person, err := w.Accounts.People.ByEmail(t.Context(), "zoe@exemple.fr")
			must(t, err)
			if account, err := w.Accounts.People.Account(t.Context(), w.Admin, person.ID); err != nil || account.State != people.Open {
				t.Errorf("the address is not proved: %+v, %v", account, err)
			}
			if _, again, err := w.Accounts.SignUps.ValidateIn(t.Context(), link, browser, session.Device{}); !fault.Is(err, fault.Gone) || again {
				t.Errorf("the link works twice: %v", err)
			}
		})
	}
}

func TestR3_TheAddressIsShownAndCorrectedAndTheFirstLinkDies(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	browser := signUpIn(t, w, "zoe@exmple.fr")
	first := accounttest.ValidationLink(t, w, "zoe@exmple.fr")
	if email, err := w.Accounts.SignUps.TypedAddress(t.Context(), browser); err != nil || email != "zoe@exmple.fr" {
		t.Fatalf("shown %q, %v", email, err)
	}
	must(t, w.Accounts.SignUps.Correct(t.Context(), browser, "zoe@exemple.fr", false, ""))
	if err := w.Accounts.SignUps.Validate(t.Context(), first); !fault.Is(err, fault.Gone) {
		t.Errorf("the link to the wrong address: %v", err)
	}
	if email, err := w.Accounts.SignUps.TypedAddress(t.Context(), browser); err != nil || email != "zoe@exemple.fr" {
		t.Errorf("then shown %q, %v", email, err)
	}
	_, own, err := w.Accounts.SignUps.ValidateIn(t.Context(), accounttest.ValidationLink(t, w, "zoe@exemple.fr"), browser, session.Device{})
	if err != nil || !own {
		t.Fatalf("the corrected address: %v, %v", own, err)
	}
	if _, err := w.Accounts.Sessions.SignIn(t.Context(), "zoe@exemple.fr", bookingtest.Password, session.Device{}); err != nil {
		t.Errorf("the password of the sign-up: %v", err)
	}
}

// Whoever corrects another person's address must not learn whether it has an account.
func TestR5_CorrectingIsTheSameWhetherTheFirstAddressWasKnownOrNot(t *testing.T) {
	t.Parallel()
	for _, first := range []string{"zoe@exemple.fr", "inconnue@exemple.fr"} {
		w := bookingtest.New(t)
		accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
		accounttest.DeliverMails(t, w)
		browser := signUpIn(t, w, first)
		accounttest.DeliverMails(t, w)
		must(t, w.Accounts.SignUps.Correct(t.Context(), browser, "eve@exemple.fr", false, ""))
		if mails := accounttest.DeliverMails(t, w); len(mails) != 1 || mails[0].Template != "validation" {
			t.Errorf("after %s: %+v", first, mails)
		}
	}
}

func TestR3_TheDatabaseAloneDoesNotContainWhatWasTyped(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	signUpIn(t, w, "zoe@exemple.fr")
	var kept []byte
	must(t, w.DB.Pool.QueryRow(t.Context(), `select sealed from sign_up_browsers`).Scan(&kept))
	if len(kept) == 0 || containsAny(kept, "zoe", "Vidal", "612345678") {
		t.Errorf("kept %q", kept)
	}
	if err := w.Accounts.SignUps.Correct(t.Context(), "another token", "eve@exemple.fr", false, ""); !fault.Is(err, fault.Gone) {
		t.Errorf("another browser corrects: %v", err)
	}
	w.SetNow(bookingtest.Start.Add(signup.BrowserLifetime))
	must(t, w.Accounts.Sweep(t.Context()))
	var left int
	must(t, w.DB.Pool.QueryRow(t.Context(), `select count(*) from sign_up_browsers`).Scan(&left))
	if left != 0 {
		t.Errorf("%d browsers are kept too long", left)
	}
}

func containsAny(text []byte, words ...string) bool {
	for _, word := range words {
		if bytes.Contains(text, []byte(word)) {
			return true
		}
	}
	return false
}
