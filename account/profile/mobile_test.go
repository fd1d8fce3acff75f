package profile_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"socialdirect/account/accounttest"
	"socialdirect/account/people"
	"socialdirect/account/session"
	"socialdirect/account/smscode"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
)

// How many codes may be requested in a day (R47).
const (
	proofsByNumber  = 3
	proofsByAccount = 5
)

// numbered returns a beneficiary who has just entered a number.
func numbered(t *testing.T, w *bookingtest.World, number string) *viewer.Viewer {
	t.Helper()
	v := w.Beneficiary(t, "Zoé", "Vidal")
	renumber(t, w, v, number)
	return v
}

func renumber(t *testing.T, w *bookingtest.World, v *viewer.Viewer, number string) {
	t.Helper()
	must(t, w.Accounts.Profiles.Update(t.Context(), v, people.Profile{FirstName: "Zoé", LastName: "Vidal", Mobile: number, Zone: "Europe/Paris"}))
}

// askProof requests a code, and returns it with the number that it was sent to.
func askProof(t *testing.T, w *bookingtest.World, v *viewer.Viewer) (code, to string) {
	t.Helper()
	must(t, w.Accounts.Profiles.SendMobileCode(t.Context(), v))
	phone := &accounttest.Phone{}
	if err := accounttest.SendTexts(t, w, phone); err != nil || len(phone.Sent) != 1 {
		t.Fatalf("sent %+v, %v", phone.Sent, err)
	}
	return accounttest.CodeIn(phone.Sent[0]), phone.Sent[0].To
}

func mobileProved(t *testing.T, w *bookingtest.World, v *viewer.Viewer) bool {
	t.Helper()
	m, err := w.Accounts.Profiles.Mobile(t.Context(), v)
	must(t, err)
	return m.Proved
}

// wrong returns a code other than the given one.
func wrong(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

func TestR47_ANumberIsProvedByTheCodeSentToIt(t *testing.T) {
	t.Parallel()
	w, _ := accounttest.Switchboard(t)
	v := numbered(t, w, "+33698765432")
	code, to := askProof(t, w, v)
	if to != "+33698765432" || mobileProved(t, w, v) {
		t.Fatalf("sent to %s, proved %v", to, mobileProved(t, w, v))
	}
	if err := w.Accounts.Profiles.ProveMobile(t.Context(), v, wrong(code)); !fault.Is(err, fault.Invalid) || mobileProved(t, w, v) {
		t.Errorf("a wrong code: %v", err)
	}
	if err := w.Accounts.Profiles.ProveMobile(t.Context(), v, " "+code[:3]+" "+code[3:]); err != nil || !mobileProved(t, w, v) {
		t.Errorf("the right code: %v", err)
	}
	if err := w.Accounts.Profiles.ProveMobile(t.Context(), v, code); err != nil {
		t.Errorf("the button pressed twice: %v", err)
	}
	if err := w.Accounts.Profiles.SendMobileCode(t.Context(), v); !fault.Is(err, fault.Conflict) {
		t.Errorf("requesting a code for a proved number: %v", err)
	}
}

func TestR47_AnotherNumberIsNotProvedByTheCodeOfTheFirst(t *testing.T) {
	t.Parallel()
	w, _ := accounttest.Switchboard(t)
	v := numbered(t, w, "+33698765432")
	code, _ := askProof(t, w, v)
	renumber(t, w, v, "+33698765433")
	if err := w.Accounts.Profiles.ProveMobile(t.Context(), v, code); !fault.Is(err, fault.Gone) || mobileProved(t, w, v) {
		t.Errorf("the first number's code: %v, proved %v", err, mobileProved(t, w, v))
	}
	code, _ = askProof(t, w, v)
	must(t, w.Accounts.Profiles.ProveMobile(t.Context(), v, code))
	renumber(t, w, v, "+33698765433")
	if !mobileProved(t, w, v) {
		t.Error("saving the same number again forgets that it is proved")
	}
	renumber(t, w, v, "+33698765434")
	if mobileProved(t, w, v) {
		t.Error("a new number counts as proved")
	}
}

func TestR47_ACodeThatProvesANumberDoesNotSignIn(t *testing.T) {
	t.Parallel()
	w, _ := accounttest.Switchboard(t)
	v, other := numbered(t, w, "+33698765432"), numbered(t, w, "+33698765433")
	code, _ := askProof(t, w, v)
	if err := w.Accounts.Profiles.ProveMobile(t.Context(), other, code); err == nil || mobileProved(t, w, other) {
		t.Errorf("somebody else's code: %v", err)
	}
	for _, token := range []string{"", v.ID.String(), "mobile"} {
		if _, err := w.Accounts.Sessions.SignInByCode(t.Context(), token, code, session.Device{Place: "192.0.2.1"}); !fault.Is(err, fault.Gone) {
			t.Errorf("token %q: %v", token, err)
		}
	}
}

func TestR47_FewCodesAreSentToOneNumber(t *testing.T) {
	t.Parallel()
	w, _ := accounttest.Switchboard(t)
	const accounts = 4
	var people []*viewer.Viewer
	for range accounts {
		people = append(people, numbered(t, w, "+33698765432"))
	}
	phone := &accounttest.Phone{}
	ask := func() (sent int) {
		var group sync.WaitGroup
		for _, v := range people {
			for range 3 {
				group.Go(func() { _ = w.Accounts.Profiles.SendMobileCode(t.Context(), v) })
			}
		}
		group.Wait()
		before := len(phone.Sent)
		must(t, accounttest.SendTexts(t, w, phone))
		return len(phone.Sent) - before
	}
	if sent := ask(); sent == 0 || sent > proofsByNumber {
		t.Errorf("%d accounts had %d SMS sent to one number, want at most %d", accounts, sent, proofsByNumber)
	}
	err := w.Accounts.Profiles.SendMobileCode(t.Context(), people[0])
	if f := fault.From(err); f.Code != fault.Throttled || f.RetryAfter <= 0 || !strings.Contains(f.Message, "demain") {
		t.Errorf("then: %+v", f)
	}
	w.SetNow(bookingtest.Start.Add(25 * time.Hour))
	if sent := ask(); sent == 0 {
		t.Error("nothing is sent on the next day")
	}
}

func TestR47_ChangingTheNumberDoesNotAllowMoreCodes(t *testing.T) {
	t.Parallel()
	w, _ := accounttest.Switchboard(t)
	v := w.Beneficiary(t, "Zoé", "Vidal")
	sent := 0
	for i := range 20 {
		renumber(t, w, v, fmt.Sprintf("+336987654%02d", i))
		if err := w.Accounts.Profiles.SendMobileCode(t.Context(), v); err == nil {
			sent++
		} else if !fault.Is(err, fault.Throttled) {
			t.Fatal(err)
		}
	}
	if sent != proofsByAccount {
		t.Errorf("%d codes to 20 numbers, want %d", sent, proofsByAccount)
	}
}

func TestR47_ACodeExpiresByTimeAndByTries(t *testing.T) {
	t.Parallel()
	w, _ := accounttest.Switchboard(t)
	v := numbered(t, w, "+33698765432")
	code, _ := askProof(t, w, v)
	for range accounttest.FreeTries {
		if err := w.Accounts.Profiles.ProveMobile(t.Context(), v, wrong(code)); !fault.Is(err, fault.Invalid) {
			t.Fatalf("a wrong code: %v", err)
		}
	}
	if err := w.Accounts.Profiles.ProveMobile(t.Context(), v, code); !fault.Is(err, fault.Gone) || mobileProved(t, w, v) {
		t.Errorf("after five wrong ones: %v", err)
	}
	code, _ = askProof(t, w, v)
	if err := w.Accounts.Profiles.ProveMobile(t.Context(), v, wrong(code)); !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Throttled) {
		t.Errorf("another wrong code: %v", err)
	}
	w.SetNow(bookingtest.Start.Add(smscode.Lifetime + time.Second))
	if err := w.Accounts.Profiles.ProveMobile(t.Context(), v, code); !fault.Is(err, fault.Gone) {
		t.Errorf("late: %v", err)
	}
}

func TestR47_OnlyBeneficiariesProveANumberAndOnlyWithAGateway(t *testing.T) {
	t.Parallel()
	w, operator := accounttest.Switchboard(t)
	for _, v := range []*viewer.Viewer{nil, operator} {
		if err := w.Accounts.Profiles.SendMobileCode(t.Context(), v); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%+v: %v", v, err)
		}
		if err := w.Accounts.Profiles.ProveMobile(t.Context(), v, "000000"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%+v: %v", v, err)
		}
	}
	without := bookingtest.New(t)
	v := numbered(t, without, "+33698765432")
	if err := without.Accounts.Profiles.SendMobileCode(t.Context(), v); !fault.Is(err, fault.Conflict) {
		t.Errorf("without a gateway: %v", err)
	}
	if owed, err := without.Accounts.Profiles.Unproved(t.Context(), v); err != nil || owed {
		t.Errorf("without a gateway a proof is required: %v, %v", owed, err)
	}
}

// When the number changes while a code is requested, the limit counts the number that
// gets the SMS.
func TestR47_ChangingTheNumberDuringARequestDoesNotAllowMoreCodes(t *testing.T) {
	t.Parallel()
	w, _ := accounttest.Switchboard(t)
	phone := &accounttest.Phone{}
	var group sync.WaitGroup
	for range 4 {
		v := numbered(t, w, "+33698765432")
		for i := range 6 {
			group.Go(func() { _ = w.Accounts.Profiles.SendMobileCode(t.Context(), v) })
			group.Go(func() {
				number := []string{"+33698765433", "+33698765432"}[i%2]
				_ = w.Accounts.Profiles.Update(t.Context(), v, people.Profile{FirstName: "Zoé", LastName: "Vidal", Mobile: number, Zone: "Europe/Paris"})
			})
		}
	}
	group.Wait()
	must(t, accounttest.SendTexts(t, w, phone))
	sent := map[string]int{}
	for _, m := range phone.Sent {
		sent[m.To]++
	}
	for number, n := range sent {
		if n > proofsByNumber {
			t.Errorf("%d codes went to %s", n, number)
		}
	}
}
