package account_test

import (
	"context"
	"testing"

	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
)

// Somebody with the password alone may have looked at the secret before the owner
// enrols: what they saw must not be what the owner confirms.
func TestR8_ASecretShownInAnotherSessionConfirmsNothing(t *testing.T) {
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
		t.Fatal("the owner is shown the secret that somebody else looked at")
	}
	_, err = w.Accounts.Factors.ConfirmSecondFactor(ctx, thief, codeAt(t, seen.Secret, bookingtest.Start))
	wantFault(t, "the secret that was replaced", err, fault.Invalid)
	_, err = w.Accounts.Factors.ConfirmSecondFactor(ctx, thief, codeAt(t, own.Secret, bookingtest.Start))
	wantFault(t, "the owner's secret in another session", err, fault.Invalid)
	if in, err := w.Accounts.Factors.ConfirmSecondFactor(ctx, owner, codeAt(t, own.Secret, bookingtest.Start)); err != nil || !in.Complete {
		t.Errorf("the owner's own: %+v, %v", in, err)
	}
}
