package bookingtest

import (
	"context"
	"strings"
	"testing"
	"time"

	"socialdirect/account/session"
	"socialdirect/account/signup"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"
)

// Member invites a member of staff without a profile sheet, accepts the invitation and
// enrols a second factor.
func (w *World) Member(t testing.TB, role viewer.Role, name string) *viewer.Viewer {
	t.Helper()
	ctx := context.Background()
	in := signup.Invitation{Role: role, Email: strings.ToLower(name) + "@exemple.fr", FirstName: name, LastName: "Morvan", Zone: "Europe/Paris"}
	if role.OfClient() {
		client, err := w.Companies.BySlug(ctx, "exemple")
		Must(t, err)
		in.ClientID = client.ID
	}
	token, _, err := w.Accounts.SignUps.InviteByHand(ctx, in)
	Must(t, err)
	half := w.Accept(t, token)
	enrolment, err := w.Accounts.Factors.Enrol(ctx, half)
	Must(t, err)
	code, err := totp.GenerateCode(enrolment.Secret, w.DB.Now())
	Must(t, err)
	signedIn, err := w.Accounts.Factors.ConfirmSecondFactor(ctx, half, code)
	Must(t, err)
	return w.viewer(t, signedIn.Token)
}

// Accept accepts an invitation by choosing a password.
func (w *World) Accept(t testing.TB, token string) *viewer.Viewer {
	t.Helper()
	in, err := w.Accounts.SignUps.AcceptInvitation(context.Background(), token, Password, session.Device{})
	Must(t, err)
	return w.viewer(t, in.Token)
}

// SignedIn returns the viewer of a session's token.
func (w *World) SignedIn(t testing.TB, token string) *viewer.Viewer {
	t.Helper()
	return w.viewer(t, token)
}

// SwitchboardAgent is a viewer at the switchboard without an account.
func SwitchboardAgent() *viewer.Viewer {
	return &viewer.Viewer{ID: uuid.New(), Role: viewer.Switchboard, Complete: true, Zone: time.UTC}
}
