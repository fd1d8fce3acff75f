package company_test

import (
	"fmt"
	"testing"

	"socialdirect/booking/bookingtest"
	"socialdirect/company"
	"socialdirect/internal/fault"
)

// limited is a code for half a year with so many uses at most.
func (w *world) limited(t *testing.T, most int) company.Code {
	return w.issue(t, company.NewCode{ExpiresAt: bookingtest.Start.AddDate(0, 6, 0), MaxUses: most})
}

// Somebody with nine mailboxes of their own uses a code of ten up to its last use,
// and looks again and again whether it is gone.
func TestR10_NobodyIsSeenUsingTheLastUseOfACode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.limited(t, company.MinUses)
	for range company.MinUses - 1 {
		ok(t, w.use(code))
	}
	look := func() string {
		codes, err := w.Companies.Codes(w.ctx, w.manager, w.client.ID)
		ok(t, err)
		one, err := w.Companies.Code(w.ctx, w.manager, w.client.ID, code.ID)
		ok(t, err)
		return fmt.Sprintf("%+v %+v", codes, one)
	}
	before := look()
	ok(t, w.use(code))
	if look() != before {
		t.Error("the last use shows")
	}
	if err := w.use(code); fault.From(err) != company.ErrUsedUp {
		t.Errorf("one use too many: %v", err)
	}
	if err := w.signUp(code.Display()); fault.From(err) != company.ErrCode {
		t.Errorf("a used-up code at sign-up: %v", err)
	}
	month := bookingtest.Start.AddDate(0, 0, 1-bookingtest.Start.Day())
	for _, day := range []int{9, 10} {
		w.SetNow(month.AddDate(0, 1, day-1))
		want := map[int]company.State{9: company.Valid, 10: company.UsedUp}[day]
		if got := w.state(t, code); got != want {
			t.Errorf("on the %dth of the next month the code is %s", day, got)
		}
	}
}

// Two codes whose uses fall in the same rounding step tell the same, before and
// after publication.
func TestR10_ACodesUsesAreSaidRounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	states := func(most int) (all []company.State) {
		for uses := company.MinUses - 2; uses <= most; uses++ {
			code := w.limited(t, most)
			for range uses {
				ok(t, w.use(code))
			}
			w.SetNow(bookingtest.Start.AddDate(0, 2, 0))
			all = append(all, w.state(t, code))
			w.SetNow(bookingtest.Start)
		}
		return all
	}
	for most, want := range map[int]string{
		10: "[valid valid used_up]", 12: "[valid valid used_up used_up used_up]", 15: "[valid valid valid valid valid valid valid used_up]",
	} {
		if got := fmt.Sprint(states(most)); got != want {
			t.Errorf("of %d uses: %s, want %s", most, got, want)
		}
	}
	free := w.issue(t, company.NewCode{ExpiresAt: bookingtest.Start.AddDate(0, 6, 0)})
	for range company.MinUses + 1 {
		ok(t, w.use(free))
	}
	w.SetNow(bookingtest.Start.AddDate(0, 2, 0))
	if got := w.state(t, free); got != company.Valid {
		t.Errorf("a code without a limit is %s", got)
	}
}
