package factor_test

import (
	"context"
	"testing"
	"time"

	"socialdirect/account/session"
	"socialdirect/account/signup"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/viewer"

	"github.com/pquerna/otp/totp"
)

var must, wantFault = bookingtest.Must, bookingtest.WantFault

// invited returns a new member of staff with this address, who has chosen a password and
// has no second factor.
func invited(t *testing.T, w *bookingtest.World, role viewer.Role, email string) *viewer.Viewer {
	t.Helper()
	ctx := context.Background()
	token, _, err := w.Accounts.SignUps.InviteByHand(ctx, signup.Invitation{Role: role, Email: email, Zone: "Europe/Paris"})
	must(t, err)
	in, err := w.Accounts.SignUps.AcceptInvitation(ctx, token, bookingtest.Password, session.Device{})
	must(t, err)
	return whoIs(t, w, in)
}

func whoIs(t *testing.T, w *bookingtest.World, in session.SignedIn) *viewer.Viewer {
	t.Helper()
	v, err := w.Accounts.Sessions.Authenticate(context.Background(), in.Token)
	if err != nil || v == nil {
		t.Fatalf("nobody is signed in: %v", err)
	}
	return v
}

// half signs in with the password only: the session is incomplete.
func half(t *testing.T, w *bookingtest.World, email string) *viewer.Viewer {
	t.Helper()
	in, err := w.Accounts.Sessions.SignIn(context.Background(), email, bookingtest.Password, session.Device{})
	must(t, err)
	return whoIs(t, w, in)
}

// enrolled returns a member of staff with an authenticator application, in a complete
// session, and the application's secret. The code of the world's first instant is used.
func enrolled(t *testing.T, w *bookingtest.World, role viewer.Role, email string) (*viewer.Viewer, string) {
	t.Helper()
	ctx := context.Background()
	v := invited(t, w, role, email)
	enrolment, err := w.Accounts.Factors.Enrol(ctx, v)
	must(t, err)
	in, err := w.Accounts.Factors.ConfirmSecondFactor(ctx, v, codeAt(t, enrolment.Secret, bookingtest.Start))
	if err != nil || !in.NewCodes {
		t.Fatalf("enrolled as %+v: %v", in, err)
	}
	return whoIs(t, w, in), enrolment.Secret
}

func codeAt(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, at)
	must(t, err)
	return code
}

func alive(t *testing.T, w *bookingtest.World, v *viewer.Viewer) bool {
	t.Helper()
	ok, err := w.Accounts.Sessions.SessionAlive(context.Background(), v.Session)
	must(t, err)
	return ok
}

// sheet returns the viewer's new recovery codes.
func sheet(t *testing.T, w *bookingtest.World, v *viewer.Viewer) []string {
	t.Helper()
	codes, err := w.Accounts.Factors.TakeRecoverySheet(context.Background(), v)
	must(t, err)
	return codes
}
