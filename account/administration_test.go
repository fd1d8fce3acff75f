package account_test

import (
	"context"
	"testing"
	"time"

	"socialdirect/account/accounttest"
	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/viewer"
)

func TestR7_TheLastDayOfUseIsKept(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	admin, zoe := w.Member(t, viewer.Administrator, "Claire"), w.Beneficiary(t, "Zoé", "Vidal")
	seen := func() string {
		t.Helper()
		a, err := w.Accounts.People.Account(ctx, admin, zoe.ID)
		must(t, err)
		return a.SeenOn.Format(time.DateOnly)
	}
	if got := seen(); got != "2026-11-30" {
		t.Errorf("seen on %s", got)
	}
	w.SetNow(bookingtest.Start.AddDate(0, 0, 2))
	in, err := w.Accounts.Sessions.SignIn(ctx, accounttest.Email(t, w, zoe.ID), bookingtest.Password, session.Device{})
	must(t, err)
	w.SignedIn(t, in.Token)
	if got := seen(); got != "2026-12-02" {
		t.Errorf("seen on %s", got)
	}
}
