package session_test

import (
	"strings"
	"testing"
	"time"

	"socialdirect/account/accounttest"
	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
)

// guess makes wrong tries, each after the wait that the one before caused, until one has to
// wait for more than an hour. It returns how many were checked, and the last refusal.
func guess(t *testing.T, w *bookingtest.World, try func() error) (checked int, refusal *fault.Fault) {
	t.Helper()
	for range 200 {
		err := try()
		switch f := fault.From(err); {
		case f.Code == fault.Invalid:
			checked++
		case f.Code != fault.Throttled:
			t.Fatal(err)
		case f.RetryAfter > time.Hour:
			return checked, f
		default:
			w.SetNow(w.DB.Now().Add(f.RetryAfter))
		}
	}
	t.Fatalf("%d tries were checked without an end", checked)
	return 0, nil
}

func TestR2_AnAccountAdmits25WrongTriesADayAndAMailedLinkLetsItsOwnerIn(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
	known, _ := zoe.SignIn(session.Device{})
	elsewhere := session.Device{Place: "203.0.113.9"}
	checked, refusal := guess(t, w, func() error {
		_, err := zoe.TrySignIn(accounttest.WrongPassword, elsewhere)
		return err
	})
	if checked != 25 || !strings.Contains(refusal.Message, "lien par e-mail") || !strings.Contains(refusal.Message, "dans ") {
		t.Errorf("%d tries were checked, then %q", checked, refusal.Message)
	}
	if _, err := zoe.TrySignIn(bookingtest.Password, elsewhere); !fault.Is(err, fault.Throttled) {
		t.Errorf("the right password from elsewhere: %v", err)
	}
	if _, err := zoe.TrySignIn(bookingtest.Password, session.Device{Mark: known.Mark}); err != nil {
		t.Errorf("the account's own device: %v", err)
	}
	must(t, w.Accounts.PasswordResets.Reset(t.Context(), zoe.ResetLink(), accounttest.OtherPassword))
	if _, err := zoe.TrySignIn(accounttest.OtherPassword, elsewhere); err != nil {
		t.Errorf("after the mailed link: %v", err)
	}
}

func TestR2_R5_AnUnknownAddressIsBoundedAlikeAndADayLaterBothAreFree(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
	nobody := accounttest.NewBeneficiary(t, w, "paul@exemple.fr")
	nobody.Email = "nobody@exemple.fr"
	start, messages := w.DB.Now(), map[string]int{}
	for _, person := range []accounttest.Beneficiary{zoe, nobody} {
		w.SetNow(start)
		checked, refusal := guess(t, w, func() error {
			_, err := person.TrySignIn(accounttest.WrongPassword, session.Device{})
			return err
		})
		messages[refusal.Message] += checked
		ended := w.DB.Now().Add(24 * time.Hour)
		w.SetNow(ended)
		if _, err := person.TrySignIn(accounttest.WrongPassword, session.Device{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a day later: %v", err)
		}
		w.SetNow(ended.Add(24 * time.Hour))
		if _, err := person.TrySignIn(bookingtest.Password, session.Device{}); (err == nil) != (person.Email == zoe.Email) {
			t.Errorf("%s, two days later: %v", person.Email, err)
		}
	}
	if len(messages) != 1 {
		t.Errorf("the answers differ: %v", messages)
	}
}
