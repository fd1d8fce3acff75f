package account_test

import (
	"fmt"
	"testing"
	"time"

	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
)

// guesses gives wrong codes for a number from ever new places, each for a request of
// its own, and returns how many were compared before one had to wait.
func guesses(t *testing.T, w *bookingtest.World, mobile string, requests int) (compared int) {
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
			compared++
		}
	}
	return compared
}

func TestR4_AnotherCodeGivesNoMoreTries(t *testing.T) {
	t.Parallel()
	w, v := switchboard(t)
	assist(t, w, v, spoken(w, "", "+33612345679"))
	var phone phones
	must(t, sendTexts(t.Context(), w, &phone))
	for _, mobile := range []string{"+33612345679", "+33699999999"} { // somebody's and nobody's (R5)
		if got := guesses(t, w, mobile, 10); got != freeTries+1 {
			t.Errorf("%s: %d guesses in a moment", mobile, got)
		}
	}
	w.SetNow(bookingtest.Start.Add(maxDelay))
	token, code := askCode(t, w, &phone, "+33612345679")
	if _, err := w.Accounts.Sessions.SignInByCode(t.Context(), token, code, session.Device{}); err != nil {
		t.Errorf("the right code after a wait: %v", err)
	}
	token, _ = askCode(t, w, &phone, "+33612345679")
	_, err := w.Accounts.Sessions.SignInByCode(t.Context(), token, "abcdef", session.Device{})
	wantFault(t, "the counter begins anew after a right code", err, fault.Invalid)
}

func TestR4_AKnownDeviceGetsInWhileOthersUseUpANumbersCodes(t *testing.T) {
	t.Parallel()
	w, v := switchboard(t)
	assist(t, w, v, spoken(w, "", "+33612345679"))
	assist(t, w, v, spoken(w, "", "+33612345680"))
	var phone phones
	must(t, sendTexts(t.Context(), w, &phone))
	token, code := askCode(t, w, &phone, "+33612345679")
	in, err := w.Accounts.Sessions.SignInByCode(t.Context(), token, code, session.Device{})
	must(t, err)
	if in.Mark == "" {
		t.Fatal("the device is not known")
	}
	guesses(t, w, "+33612345679", 19)
	unknown, mine := session.Device{Place: "192.0.2.9"}, session.Device{Place: "192.0.2.9", Mark: in.Mark}
	_, err = w.Accounts.Sessions.RequestCode(t.Context(), "+33612345679", unknown)
	wantFault(t, "an unknown device, the day's codes used up", err, fault.Throttled)

	must(t, sendTexts(t.Context(), w, &phone))
	phone.sent = nil
	token, err = w.Accounts.Sessions.RequestCode(t.Context(), "+33612345679", mine)
	must(t, err)
	must(t, sendTexts(t.Context(), w, &phone))
	code = codePattern.FindStringSubmatch(phone.sent[0].Text)[1]
	_, err = w.Accounts.Sessions.SignInByCode(t.Context(), token, code, unknown)
	wantFault(t, "the number's wrong codes count elsewhere", err, fault.Throttled)
	in, err = w.Accounts.Sessions.SignInByCode(t.Context(), token, code, mine)
	must(t, err)
	mine.Mark = in.Mark

	for range 5 {
		_, err = w.Accounts.Sessions.RequestCode(t.Context(), "+33612345679", mine)
		must(t, err)
	}
	_, err = w.Accounts.Sessions.RequestCode(t.Context(), "+33612345679", mine)
	wantFault(t, "a known device has a bound of its own", err, fault.Throttled)
	w.SetNow(bookingtest.Start.Add(time.Hour))
	_, err = w.Accounts.Sessions.RequestCode(t.Context(), "+33612345679", mine)
	must(t, err)
	guesses(t, w, "+33612345680", 20)
	_, err = w.Accounts.Sessions.RequestCode(t.Context(), "+33612345680", mine)
	wantFault(t, "a device that another account knows", err, fault.Throttled)
}
