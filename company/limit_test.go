package company_test

import (
	"fmt"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/company"
	"socialdirect/internal/fault"
	"socialdirect/internal/noise"

	"github.com/google/uuid"
)

// limited returns a code for half a year with a limit.
func (w *world) limited(t *testing.T, limit int) company.Code {
	return w.issue(t, company.NewCode{ExpiresAt: bookingtest.Start.AddDate(0, 6, 0), MaxUses: limit})
}

// opens returns how many accounts a code with a limit opens, computed independently.
func opens(code uuid.UUID, limit int) int {
	return max(0, limit+bookingtest.NoiseKey().Laplace(noise.Epsilon{Num: 1, Den: 2}, "code", code.String()))
}

// useUp uses a code until it is used up, and returns the number of uses.
func (w *world) useUp(t *testing.T, code company.Code) (uses int) {
	t.Helper()
	for {
		err := w.use(code)
		if fault.From(err) == company.ErrUsedUp {
			return uses
		}
		must(t, err)
		uses++
	}
}

func TestR10_ACodeOpensItsLimitPlusItsNoise(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	differ := map[int]bool{}
	n := company.NewCode{ExpiresAt: bookingtest.Start.AddDate(0, 6, 0), MaxUses: 12}
	check := func(code company.Code) {
		uses := w.useUp(t, code)
		if want := opens(code.ID, n.MaxUses); uses != want {
			t.Errorf("a code for %d opened %d accounts, want %d", n.MaxUses, uses, want)
		}
		differ[uses] = true
	}
	for range 6 {
		byManager := w.issue(t, n)
		byAdministrator, err := w.Companies.IssueCode(w.ctx, w.Admin, w.client.ID, n)
		must(t, err)
		check(byManager)
		check(byAdministrator)
		rotated, err := w.Companies.RotateCode(w.ctx, w.manager, w.client.ID, byManager.ID, time.Hour)
		must(t, err)
		check(rotated)
	}
	if len(differ) < 3 {
		t.Errorf("all the codes opened %v accounts", differ)
	}
}

// The limit applies at once, at sign-up and on the page alike. Before the last use, the answer
// never changes.
func TestR10_AUsedUpCodeIsAnsweredLikeAnUnknownOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.limited(t, company.MinUses)
	for opens(code.ID, company.MinUses) < 3 {
		code = w.limited(t, company.MinUses)
	}
	look := func() string {
		one, err := w.Companies.Code(w.ctx, w.manager, w.client.ID, code.ID)
		must(t, err)
		return fmt.Sprintf("%+v", one)
	}
	first := look()
	for range opens(code.ID, company.MinUses) {
		if look() != first {
			t.Fatal("a use before the last one is visible")
		}
		must(t, w.signUp(code.Display()))
		must(t, w.use(code))
	}
	if got := w.state(t, code); got != company.UsedUp {
		t.Errorf("after its last use the code is %s", got)
	}
	usedUp, unknown := w.signUp(code.Display()), w.signUp("0000-0000-0000-0000")
	if fault.From(usedUp) != company.ErrCode || fault.From(unknown) != company.ErrCode {
		t.Errorf("used up: %v; unknown: %v", usedUp, unknown)
	}
	if late := fault.From(w.use(code)); late.Message != company.ErrCode.Message {
		t.Errorf("a person who comes too late gets %q", late.Message)
	}
	next, err := w.Companies.RotateCode(w.ctx, w.manager, w.client.ID, code.ID, 0)
	must(t, err)
	if want := opens(next.ID, company.MinUses) > 0; (w.signUp(next.Display()) == nil) != want {
		t.Errorf("the replacing code opens accounts: %v", !want)
	}
}

// A code whose noise leaves nothing of its limit opens no account, and is answered like any
// code that opens nothing. A minimum number of uses would reveal who used it.
func TestR10_ACodeMayOpenNothingAtAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 4000 {
		id := uuid.New()
		if opens(id, company.MinUses) > 0 {
			continue
		}
		code := w.limited(t, company.MinUses)
		_, err := w.DB.Pool.Exec(w.ctx, `update connection_codes set id = $2 where id = $1`, code.ID, id)
		must(t, err)
		if err := w.signUp(code.Display()); fault.From(err) != company.ErrCode {
			t.Errorf("it is answered %v", err)
		}
		code.ID = id
		if got := w.state(t, code); got != company.UsedUp {
			t.Errorf("it is %s", got)
		}
		return
	}
	t.Fatal("no such code among 4000")
}
