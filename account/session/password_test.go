package session_test

import (
	"context"
	"testing"

	"socialdirect/account/accounttest"
	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
)

func TestR6_ChangingThePasswordNeedsThePresentOneAndEndsTheOtherSessions(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
	other, _ := zoe.SignIn(session.Device{})
	present, v := zoe.SignIn(session.Device{})
	link := zoe.ResetLink()
	if err := w.Accounts.Sessions.ChangePassword(ctx, v, accounttest.WrongPassword, accounttest.OtherPassword); !fault.Is(err, fault.Invalid) || zoe.Viewer(other.Token) == nil {
		t.Fatalf("a wrong present password: %v", err)
	}
	must(t, w.Accounts.Sessions.ChangePassword(ctx, v, bookingtest.Password, accounttest.OtherPassword))
	if zoe.Viewer(other.Token) != nil || zoe.Viewer(present.Token) == nil {
		t.Error("the wrong sessions ended")
	}
	wantFault(t, "a link requested before", w.Accounts.PasswordResets.Reset(ctx, link, bookingtest.Password), fault.Gone)
	var err error
	tries := 0
	for ; tries < 20 && !fault.Is(err, fault.Throttled); tries++ {
		err = w.Accounts.Sessions.ChangePassword(ctx, v, accounttest.WrongPassword, bookingtest.Password)
	}
	if !fault.Is(err, fault.Throttled) || tries > accounttest.FreeTries+2 {
		t.Errorf("guessing was possible for %d tries: %v", tries, err)
	}
}
