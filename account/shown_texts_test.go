package account_test

import (
	"context"
	"errors"
	"testing"

	"socialdirect/account/signup"

	"socialdirect/booking/bookingtest"
)

func TestR33_NobodySignsUpUnderTextsThatTheyWereNotShown(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	in := signUp(w, "zoe@exemple.fr")
	var err error
	in.Shown, err = w.Accounts.SignUps.ShownAtSignUp(ctx)
	if err != nil || in.Shown != "terms-1 privacy-1" {
		t.Fatalf("the page names %q, %v", in.Shown, err)
	}
	publish(t, w, bookingtest.Start)
	if err := w.Accounts.SignUps.SignUp(ctx, in); !errors.Is(err, signup.ErrNewTexts) {
		t.Errorf("under the texts before: %v", err)
	}
	if got := jobsFor(t, w); len(got) != 0 {
		t.Errorf("a sign-up that was refused sends %v", got)
	}
	in.Shown, err = w.Accounts.SignUps.ShownAtSignUp(ctx)
	check(t, err)
	check(t, w.Accounts.SignUps.SignUp(ctx, in))
	in.Email, in.Shown = "paul@exemple.fr", "" // a form that names no texts means those in force
	check(t, w.Accounts.SignUps.SignUp(ctx, in))
	var accepted int
	check(t, w.DB.Pool.QueryRow(ctx, `select count(*) from legal_acceptances where kind = 'terms' and version = '2'`).Scan(&accepted))
	if accepted != 2 {
		t.Errorf("%d accepted the new terms", accepted)
	}
}
