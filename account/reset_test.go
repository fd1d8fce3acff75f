package account_test

import (
	"context"
	"regexp"
	"testing"
	"time"

	"socialdirect/account/factor"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
)

// resetOf has an administrator reset somebody's second factor, and returns the code
// that the administrator reads out.
func resetOf(t *testing.T, w *bookingtest.World, admin, worker *viewer.Viewer) string {
	t.Helper()
	ctx := context.Background()
	must(t, w.Accounts.Factors.ResetSecondFactor(ctx, admin, worker.ID, "Reconnue de vive voix."))
	code, err := w.Accounts.Factors.TakeResetCode(ctx, admin, worker.ID)
	if err != nil || !regexp.MustCompile(`^[0-9]{16}$`).MatchString(code) {
		t.Fatalf("the code to read out: %q, %v", code, err)
	}
	return code
}

// Whoever reads the mailbox sets a password by link: the code given by voice is
// what they lack.
func TestR8_AfterAResetNoFactorIsSetUpWithoutTheCodeGivenByVoice(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	admin, _ := enrolled(t, w, viewer.Administrator, "claire@exemple.fr")
	worker, _ := enrolled(t, w, viewer.SocialWorker, "nadia@exemple.fr")
	other, _ := enrolled(t, w, viewer.DPO, "denis@exemple.fr")
	code, others := resetOf(t, w, admin, worker), resetOf(t, w, admin, other)

	v := half(t, w, "nadia@exemple.fr")
	enrolment, err := w.Accounts.Factors.Enrol(ctx, v)
	must(t, err)
	_, err = w.Accounts.Factors.ConfirmSecondFactor(ctx, v, codeAt(t, enrolment.Secret, bookingtest.Start))
	wantFault(t, "an application without the code", err, fault.Invalid)
	_, err = w.Accounts.Factors.AskToAddPasskey(ctx, v)
	wantFault(t, "a passkey without the code", err, fault.Invalid)
	for name, typed := range map[string]string{"none": "", "another's": others, "a short one": code[:15]} {
		wantFault(t, name, w.Accounts.Factors.GiveResetCode(ctx, v, typed), fault.Invalid)
	}
	must(t, w.Accounts.Factors.GiveResetCode(ctx, v, " "+code[:4]+"-"+code[4:8]+"\u00a0"+code[8:12]+" "+code[12:]))

	second := half(t, w, "nadia@exemple.fr")
	wantFault(t, "the code again", w.Accounts.Factors.GiveResetCode(ctx, second, code), fault.Invalid)
	_, err = w.Accounts.Factors.AskToAddPasskey(ctx, second)
	wantFault(t, "another session", err, fault.Invalid)
	d := newDevice(v.ID)
	in, err := w.Accounts.Factors.AddPasskey(ctx, v, "Téléphone", d.create(t, toAdd(t, w, v)))
	if err != nil || !in.Complete || !in.NewCodes {
		t.Fatalf("a passkey with the code: %+v, %v", in, err)
	}
	whole := whoIs(t, w, in)
	if owed, err := w.Accounts.Factors.OwesResetCode(ctx, whole); owed || err != nil {
		t.Errorf("still owed: %v, %v", owed, err)
	}
	addPasskey(t, w, whole, "Tablette")

	v = half(t, w, "denis@exemple.fr")
	must(t, w.Accounts.Factors.GiveResetCode(ctx, v, others))
	enrolment, err = w.Accounts.Factors.Enrol(ctx, v)
	must(t, err)
	if in, err := w.Accounts.Factors.ConfirmSecondFactor(ctx, v, codeAt(t, enrolment.Secret, bookingtest.Start)); err != nil || !in.Complete {
		t.Errorf("an application with the code: %+v, %v", in, err)
	}
}

// The challenge of a passkey may have been asked for before the reset.
func TestR8_AChallengeOfBeforeTheResetMakesNoPasskey(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	admin, _ := enrolled(t, w, viewer.Administrator, "claire@exemple.fr")
	worker, _ := enrolled(t, w, viewer.SocialWorker, "nadia@exemple.fr")
	asked := toAdd(t, w, worker)
	resetOf(t, w, admin, worker)
	_, err := w.Accounts.Factors.AddPasskey(ctx, worker, "Téléphone", newDevice(worker.ID).create(t, asked))
	wantFault(t, "the old challenge", err, fault.Invalid)
}

func TestR8_AResetCodeIsShownOnceToItsAuthorAndKeptAsAHash(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	admin, _ := enrolled(t, w, viewer.Administrator, "claire@exemple.fr")
	colleague, _ := enrolled(t, w, viewer.Administrator, "paul@exemple.fr")
	worker, _ := enrolled(t, w, viewer.SocialWorker, "nadia@exemple.fr")
	must(t, w.Accounts.Factors.ResetSecondFactor(ctx, admin, worker.ID, "Reconnue de vive voix."))
	if code, err := w.Accounts.Factors.TakeResetCode(ctx, colleague, worker.ID); code != "" || err != nil {
		t.Errorf("a colleague reads %q, %v", code, err)
	}
	for _, v := range []*viewer.Viewer{worker, half(t, w, "claire@exemple.fr")} {
		_, err := w.Accounts.Factors.TakeResetCode(ctx, v, worker.ID)
		wantFault(t, string(v.Role), err, fault.Forbidden)
	}
	code, err := w.Accounts.Factors.TakeResetCode(ctx, admin, worker.ID)
	if len(code) != 16 || err != nil {
		t.Fatalf("the code: %q, %v", code, err)
	}
	if again, err := w.Accounts.Factors.TakeResetCode(ctx, admin, worker.ID); again != "" || err != nil {
		t.Errorf("shown twice: %q, %v", again, err)
	}
	must(t, w.Accounts.Factors.ResetSecondFactor(ctx, admin, worker.ID, "Reconnue de vive voix."))
	w.SetNow(bookingtest.Start.Add(10 * time.Minute))
	must(t, w.Accounts.Sweep(ctx))
	var waiting int
	if err := w.DB.Pool.QueryRow(ctx, `select count(*) from reset_codes where sealed_sheet is not null`).Scan(&waiting); err != nil || waiting != 0 {
		t.Errorf("%d codes still wait to be shown, %v", waiting, err)
	}
	wantFault(t, "the code of the reset before", w.Accounts.Factors.GiveResetCode(ctx, half(t, w, "nadia@exemple.fr"), code), fault.Invalid)
}

func TestR8_AResetCodeStandsADayAndGuessingItIsSlowedDown(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	admin, _ := enrolled(t, w, viewer.Administrator, "claire@exemple.fr")
	worker, _ := enrolled(t, w, viewer.SocialWorker, "nadia@exemple.fr")
	code := resetOf(t, w, admin, worker)
	v := half(t, w, "nadia@exemple.fr")
	var err error
	for tries := 0; tries < 8 && !fault.Is(err, fault.Throttled); tries++ {
		err = w.Accounts.Factors.GiveResetCode(ctx, v, "0000 0000 0000 0000")
	}
	wantFault(t, "guessing", err, fault.Throttled)
	w.SetNow(bookingtest.Start.Add(factor.ResetCodeLifetime))
	must(t, w.Accounts.Sweep(ctx))
	v = half(t, w, "nadia@exemple.fr")
	wantFault(t, "after a day", w.Accounts.Factors.GiveResetCode(ctx, v, code), fault.Invalid)
	_, err = w.Accounts.Factors.AskToAddPasskey(ctx, v)
	wantFault(t, "an expired code is still owed", err, fault.Invalid)
}
