package session_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"socialdirect/account/accounttest"
	"socialdirect/account/limit"
	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
)

// guesses tries wrong codes for a number, each from another place and for another request.
// It returns how many were checked before the first was throttled.
func guesses(t *testing.T, w *bookingtest.World, mobile string, requests int) (checked int) {
	t.Helper()
	for i := range requests {
		token, err := w.Accounts.Sessions.RequestCode(t.Context(), mobile, session.Device{Place: fmt.Sprintf("198.51.100.%d", i)})
		must(t, err)
		for range 3 {
			_, err := w.Accounts.Sessions.SignInByCode(t.Context(), token, "abcdef", session.Device{})
			if fault.Is(err, fault.Throttled) {
				continue
			}
			wantFault(t, "a wrong code", err, fault.Invalid)
			checked++
		}
	}
	return checked
}

func TestR4_RequestingAnotherCodeGivesNoMoreTries(t *testing.T) {
	t.Parallel()
	w, v := accounttest.Switchboard(t)
	accounttest.Assist(t, w, v, accounttest.NewAssisted(w, "", "+33612345679"))
	var phone accounttest.Phone
	must(t, accounttest.SendTexts(t, w, &phone))
	for _, mobile := range []string{"+33612345679", "+33699999999"} { // a known and an unknown number (R5)
		if got := guesses(t, w, mobile, 10); got != accounttest.FreeTries+1 {
			t.Errorf("%s: %d guesses at once", mobile, got)
		}
	}
	w.SetNow(bookingtest.Start.Add(accounttest.MaxDelay))
	token, code := accounttest.AskCode(t, w, &phone, "+33612345679")
	if _, err := w.Accounts.Sessions.SignInByCode(t.Context(), token, code, session.Device{}); err != nil {
		t.Errorf("the right code after a wait: %v", err)
	}
	token, _ = accounttest.AskCode(t, w, &phone, "+33612345679")
	_, err := w.Accounts.Sessions.SignInByCode(t.Context(), token, "abcdef", session.Device{})
	wantFault(t, "a wrong code once the right one has reset the throttle", err, fault.Invalid)
}

func TestR4_AKnownDeviceSignsInWhileOthersUseUpTheNumbersLimit(t *testing.T) {
	t.Parallel()
	w, v := accounttest.Switchboard(t)
	accounttest.Assist(t, w, v, accounttest.NewAssisted(w, "", "+33612345679"))
	accounttest.Assist(t, w, v, accounttest.NewAssisted(w, "", "+33612345680"))
	var phone accounttest.Phone
	must(t, accounttest.SendTexts(t, w, &phone))
	token, code := accounttest.AskCode(t, w, &phone, "+33612345679")
	in, err := w.Accounts.Sessions.SignInByCode(t.Context(), token, code, session.Device{})
	must(t, err)
	if in.Mark == "" {
		t.Fatal("the device is not known")
	}
	guesses(t, w, "+33612345679", 19)
	unknown, mine := session.Device{Place: "192.0.2.9"}, session.Device{Place: "192.0.2.9", Mark: in.Mark}
	_, err = w.Accounts.Sessions.RequestCode(t.Context(), "+33612345679", unknown)
	wantFault(t, "an unknown device, with the day's codes used up", err, fault.Throttled)

	must(t, accounttest.SendTexts(t, w, &phone))
	phone.Sent = nil
	token, err = w.Accounts.Sessions.RequestCode(t.Context(), "+33612345679", mine)
	must(t, err)
	must(t, accounttest.SendTexts(t, w, &phone))
	code = accounttest.CodeIn(phone.Sent[0])
	_, err = w.Accounts.Sessions.SignInByCode(t.Context(), token, code, unknown)
	wantFault(t, "an unknown device, after wrong codes for the number", err, fault.Throttled)
	in, err = w.Accounts.Sessions.SignInByCode(t.Context(), token, code, mine)
	must(t, err)
	mine.Mark = in.Mark

	for range 5 {
		_, err = w.Accounts.Sessions.RequestCode(t.Context(), "+33612345679", mine)
		must(t, err)
	}
	_, err = w.Accounts.Sessions.RequestCode(t.Context(), "+33612345679", mine)
	wantFault(t, "the known device's own limit", err, fault.Throttled)
	w.SetNow(bookingtest.Start.Add(time.Hour))
	_, err = w.Accounts.Sessions.RequestCode(t.Context(), "+33612345679", mine)
	must(t, err)
	guesses(t, w, "+33612345680", 20)
	_, err = w.Accounts.Sessions.RequestCode(t.Context(), "+33612345680", mine)
	wantFault(t, "a device that another account knows", err, fault.Throttled)
}

func TestR5_AnUnknownNumberGetsTheSameAnswer(t *testing.T) {
	t.Parallel()
	w, v := accounttest.Switchboard(t)
	accounttest.Assist(t, w, v, accounttest.NewAssisted(w, "zoe@exemple.fr", "+33612345678")) // has an address: does not sign in by SMS
	var phone accounttest.Phone
	for _, mobile := range []string{"+33612345678", "+33699999999"} {
		token, err := w.Accounts.Sessions.RequestCode(t.Context(), mobile, session.Device{Place: "192.0.2.1"})
		if err != nil || token == "" {
			t.Errorf("%s: %q, %v", mobile, token, err)
		}
		if err := accounttest.SendTexts(t, w, &phone); err != nil || len(phone.Sent) != 0 {
			t.Errorf("%s was sent %+v, %v", mobile, phone.Sent, err)
		}
		for range 5 {
			if _, err := w.Accounts.Sessions.SignInByCode(t.Context(), token, "000000", session.Device{}); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", mobile, err)
			}
		}
		if _, err := w.Accounts.Sessions.SignInByCode(t.Context(), token, "000000", session.Device{}); !fault.Is(err, fault.Gone) {
			t.Errorf("%s, the sixth try: %v", mobile, err)
		}
	}
}

func TestR4_RequestsForCodesAreLimitedByNumberAndPlace(t *testing.T) {
	t.Parallel()
	w, _ := accounttest.Switchboard(t)
	ask := func(mobile, place string) error {
		_, err := w.Accounts.Sessions.RequestCode(t.Context(), mobile, session.Device{Place: place})
		return err
	}
	for i := range 5 {
		if err := ask("+33612345678", "192.0.2.1"); err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
	err := ask("+33612345678", "192.0.2.1")
	if !fault.Is(err, fault.Throttled) || fault.From(err).RetryAfter <= 0 || fault.From(err).RetryAfter > time.Hour {
		t.Errorf("the sixth from one place: %v", err)
	}
	if err := ask("+33612345678", "192.0.2.2"); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
	for i := range 40 {
		if err = ask(fmt.Sprintf("+336000000%02d", i), "192.0.2.3"); err != nil {
			break
		}
	}
	if !fault.Is(err, fault.Throttled) {
		t.Errorf("one place, many numbers: %v", err)
	}
	for i := range 40 {
		if err = ask("+33612345678", fmt.Sprintf("198.51.100.%d", i)); err != nil {
			break
		}
	}
	if !fault.Is(err, fault.Throttled) {
		t.Errorf("one number, many places: %v", err)
	}
	w.SetNow(bookingtest.Start.Add(24 * time.Hour))
	if err := ask("+33612345678", "192.0.2.1"); err != nil {
		t.Errorf("the next day: %v", err)
	}
}

// Somebody who signs in by SMS gets no mail: after the day's last try they are told what else to do.
func TestR2_ANumberAdmits25WrongCodesADayAndItsRefusalPromisesNoMail(t *testing.T) {
	t.Parallel()
	w, _ := accounttest.Switchboard(t)
	token, codes := "", 0
	checked, refusal := guess(t, w, func() error {
		_, err := w.Accounts.Sessions.SignInByCode(t.Context(), token, "abcdef", session.Device{})
		if !fault.Is(err, fault.Gone) {
			return err
		}
		codes++
		token, err = w.Accounts.Sessions.RequestCode(t.Context(), "+33612345679", session.Device{Place: fmt.Sprintf("198.51.100.%d", codes)})
		must(t, err)
		return fault.Wait("", time.Second)
	})
	if checked != limit.TriesInDay || strings.Contains(refusal.Message, "e-mail") || !strings.Contains(refusal.Message, "standard") {
		t.Errorf("%d codes were checked, then %q", checked, refusal.Message)
	}
}
