package factor_test

import (
	"context"
	"testing"
	"time"

	"socialdirect/account/accounttest"
	"socialdirect/account/session"
	"socialdirect/account/signup"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/pquerna/otp/totp"
)

func TestR8_StaffMustGiveASecondFactorAndACodeWorksOnce(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	token, _, err := w.Accounts.SignUps.InviteByHand(ctx, signup.Invitation{Role: "administrator", Email: "claire@exemple.fr", Zone: "Europe/Paris"})
	must(t, err)
	in, err := w.Accounts.SignUps.AcceptInvitation(ctx, token, bookingtest.Password, session.Device{})
	if err != nil || in.Complete {
		t.Fatalf("a password alone completed the session: %+v, %v", in, err)
	}
	v, err := w.Accounts.Sessions.Authenticate(ctx, in.Token)
	if err != nil || v.Complete {
		t.Fatalf("viewer %+v, %v", v, err)
	}
	enrolment, err := w.Accounts.Factors.Enrol(ctx, v)
	must(t, err)
	if again, err := w.Accounts.Factors.Enrol(ctx, v); err != nil || again.Secret != enrolment.Secret {
		t.Errorf("the secret changed before it was confirmed: %v", err)
	}
	code, err := totp.GenerateCode(enrolment.Secret, bookingtest.Start)
	must(t, err)
	if _, err := w.Accounts.Factors.ConfirmSecondFactor(ctx, v, "000000"); !fault.Is(err, fault.Invalid) && code != "000000" {
		t.Errorf("a wrong code: %v", err)
	}
	complete, err := w.Accounts.Factors.ConfirmSecondFactor(ctx, v, code)
	if err != nil || !complete.Complete {
		t.Fatalf("the right code: %+v, %v", complete, err)
	}
	if old, err := w.Accounts.Sessions.Authenticate(ctx, in.Token); err != nil || old != nil {
		t.Errorf("the incomplete session did not end: %+v, %v", old, err)
	}
	again, err := w.Accounts.Sessions.SignIn(ctx, "claire@exemple.fr", bookingtest.Password, session.Device{})
	if err != nil || again.Complete || !again.Enrolled {
		t.Fatalf("signed in again: %+v, %v", again, err)
	}
	half, err := w.Accounts.Sessions.Authenticate(ctx, again.Token)
	must(t, err)
	if _, err := w.Accounts.Factors.ConfirmSecondFactor(ctx, half, code); !fault.Is(err, fault.Invalid) {
		t.Errorf("the same code twice: %v", err)
	}
	if _, err := w.Accounts.Factors.Enrol(ctx, half); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a password alone replaced the second factor: %v", err)
	}
}

func TestR8_OnlyStaffUseAnAuthenticatorApplication(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	if _, err := w.Accounts.Factors.Enrol(t.Context(), w.Beneficiary(t, "Zoé", "Vidal")); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a beneficiary set one up: %v", err)
	}
}

// An attacker who has only the password may have seen a secret before the owner enrols.
// The owner must not confirm that secret.
func TestR8_ASecretShownInAnotherSessionCannotBeConfirmed(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	thief := invited(t, w, viewer.Administrator, "claire@exemple.fr")
	seen, err := w.Accounts.Factors.Enrol(ctx, thief)
	must(t, err)

	owner := half(t, w, "claire@exemple.fr")
	_, err = w.Accounts.Factors.ConfirmSecondFactor(ctx, owner, codeAt(t, seen.Secret, bookingtest.Start))
	wantFault(t, "another session's secret", err, fault.Invalid)
	own, err := w.Accounts.Factors.Enrol(ctx, owner)
	must(t, err)
	if own.Secret == seen.Secret {
		t.Fatal("the owner is shown the secret that another session has seen")
	}
	_, err = w.Accounts.Factors.ConfirmSecondFactor(ctx, thief, codeAt(t, seen.Secret, bookingtest.Start))
	wantFault(t, "the secret that was replaced", err, fault.Invalid)
	_, err = w.Accounts.Factors.ConfirmSecondFactor(ctx, thief, codeAt(t, own.Secret, bookingtest.Start))
	wantFault(t, "the owner's secret in another session", err, fault.Invalid)
	if in, err := w.Accounts.Factors.ConfirmSecondFactor(ctx, owner, codeAt(t, own.Secret, bookingtest.Start)); err != nil || !in.Complete {
		t.Errorf("the owner's own secret: %+v, %v", in, err)
	}
}

func TestR8_TheSecondFactorKeepsTheDeviceOfTheSignIn(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	_, secret := enrolled(t, w, viewer.Administrator, "claire@exemple.fr")
	w.SetNow(bookingtest.Start.Add(10 * time.Minute))
	in, err := w.Accounts.Sessions.SignIn(ctx, "claire@exemple.fr", bookingtest.Password, session.Device{Shared: true, Words: "Chrome sur Windows"})
	must(t, err)
	half, err := w.Accounts.Sessions.Authenticate(ctx, in.Token)
	must(t, err)
	complete, err := w.Accounts.Factors.ConfirmSecondFactor(ctx, half, codeAt(t, secret, w.DB.Now()))
	must(t, err)
	v, err := w.Accounts.Sessions.Authenticate(ctx, complete.Token)
	must(t, err)
	sessions, err := w.Accounts.Sessions.OpenSessions(ctx, v)
	if err != nil || !sessions[0].Shared || sessions[0].Device != "Chrome sur Windows" || complete.Mark != "" {
		t.Errorf("after the second factor: %+v, mark %q, %v", sessions, complete.Mark, err)
	}
	if _, err := w.Accounts.Factors.ConfirmSecondFactor(ctx, half, "123456"); err == nil {
		t.Error("an ended session confirmed a second factor")
	}
}

func TestR8_TriesAreCountedBeforeTheCodeIsChecked(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	enrolled(t, w, viewer.Administrator, "claire@exemple.fr")
	half := half(t, w, "claire@exemple.fr")
	tried, refused := accounttest.Storm(t, 500, func(int) error {
		_, err := w.Accounts.Factors.ConfirmSecondFactor(ctx, half, "abcdef")
		return err
	})
	if tried != accounttest.FreeTries+1 || refused != 500-tried {
		t.Errorf("%d codes were tried, %d refused", tried, refused)
	}
}
