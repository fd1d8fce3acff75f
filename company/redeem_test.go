package company_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/company"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
)

func TestR9_EachOfACodesLastUsesGoesToOnePerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	limited := company.NewCode{ExpiresAt: bookingtest.Start.AddDate(0, 6, 0), MaxUses: company.MinUses}
	code := w.issue(t, limited)
	const people = 3 * company.MinUses
	answers := make([]error, people)
	var all sync.WaitGroup
	for i := range people {
		all.Go(func() { answers[i] = w.use(code) })
	}
	all.Wait()
	in := 0
	for _, err := range answers {
		switch {
		case err == nil:
			in++
		case fault.From(err) != company.ErrUsedUp:
			t.Errorf("a person who came too late got %v", err)
		}
	}
	if want := opens(code.ID, company.MinUses); in != want {
		t.Errorf("%d succeeded, want %d", in, want)
	}
	if err := w.signUp(code.Display()); fault.From(err) != company.ErrCode {
		t.Errorf("a used-up code: %v", err)
	}
}

// use counts a use, as when a person proves the address that they signed up with.
func (w *world) use(code company.Code) error {
	return w.DB.InTx(w.ctx, func(tx postgres.Tx) error { return w.Companies.Use(w.ctx, tx, code.ID) })
}

// The limit of a code does not reveal which addresses have an account, as a sign-up alone is
// not counted.
func TestR5_TheLimitOfACodeDoesNotRevealKnownAddresses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	limited := settings()
	limited.MaxUses = company.MinUses
	code := w.issue(t, limited)
	must(t, w.signUpAs("zoe@exemple.fr", code.Display()))
	for range company.MinUses {
		must(t, w.signUp(code.Display()))
	}
	for _, email := range []string{"zoe@exemple.fr", "inconnue@exemple.fr"} {
		must(t, w.signUpAs(email, code.Display()))
		if got := w.state(t, code); got != company.Valid {
			t.Errorf("after %s signed up the code is %s", email, got)
		}
	}
	if uses := w.uses(t, code); uses != 0 {
		t.Errorf("without a proved address, %d uses were counted", uses)
	}
}

func TestR9_UsesAreNotCountedWithoutALimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.issue(t, settings())
	must(t, w.use(code))
	if uses := w.uses(t, code); uses != 0 {
		t.Errorf("%d uses were counted", uses)
	}
}

func TestR9_AContractEndsWithItsLastDayInParis(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	long := company.NewCode{ExpiresAt: bookingtest.Start.AddDate(1, 0, 0)}
	code := w.issue(t, long)
	midnight := time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC) // in Paris
	w.SetNow(midnight.Add(-time.Microsecond))
	must(t, w.signUp(code.Display()))
	if _, err := w.Companies.BySlug(w.ctx, w.client.Slug); err != nil {
		t.Errorf("the co-branded page on the last day: %v", err)
	}
	w.SetNow(midnight)
	if err := w.signUp(code.Display()); fault.From(err) != company.ErrCode {
		t.Errorf("after the last day: %v", err)
	}
	if _, err := w.Companies.BySlug(w.ctx, w.client.Slug); !fault.Is(err, fault.NotFound) {
		t.Errorf("the co-branded page after the last day: %v", err)
	}
}

// An administrator ends the contract while a sign-up is being processed. The sign-up waits for
// the edit and sees it.
func TestR9_AContractThatEndsDuringASignUpRefusesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.issue(t, settings())
	answer := make(chan error, 1)
	must(t, w.DB.InTx(w.ctx, func(tx postgres.Tx) error {
		if _, err := tx.Exec(w.ctx, `update clients set ends_on = '2026-11-29' where id = $1`, w.client.ID); err != nil {
			return err
		}
		go func() { answer <- w.signUp(code.Display()) }()
		w.AwaitLocks(t, 1)
		return nil
	}))
	if err := <-answer; fault.From(err) != company.ErrCode {
		t.Errorf("got %v", err)
	}
}

func TestR9_UnusableCodesGetTheSameAnswerAndMistypedOnesAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	short := company.NewCode{ExpiresAt: bookingtest.Start.Add(time.Hour)}
	expired, revoked, replaced := w.issue(t, short), w.issue(t, settings()), w.issue(t, settings())
	must(t, w.Companies.RevokeCode(w.ctx, w.manager, w.client.ID, revoked.ID))
	next, err := w.Companies.RotateCode(w.ctx, w.manager, w.client.ID, replaced.ID, 0)
	must(t, err)
	w.SetNow(short.ExpiresAt)
	for name, code := range map[string]string{"unknown": "0000-0000-0000-0000", "expired": expired.Display(), "revoked": revoked.Display(), "replaced": replaced.Display()} {
		t.Run(name, func(t *testing.T) {
			if err := w.signUp(code); fault.From(err) != company.ErrCode {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	typo := []byte(next.Display())
	if typo[0]++; typo[0] == 'Z'+1 || typo[0] == '9'+1 {
		typo[0] = '2'
	}
	for name, code := range map[string]string{"a wrong sign": string(typo), "empty": "", "short": next.Display()[:10], "no code": "mon code secret!"} {
		t.Run(name, func(t *testing.T) {
			err := w.signUp(code)
			if fault.From(err) != company.ErrMistyped || !errors.Is(err, company.ErrCode) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	must(t, w.signUp(next.Display()))
}
