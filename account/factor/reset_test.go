package factor_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"socialdirect/account/accounttest"
	"socialdirect/account/factor"
	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// resetOf has an administrator reset a person's second factor, and returns the code to be
// read out.
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

func TestR8_AnAdministratorResetsSomebodyElsesSecondFactor(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	admin, _ := enrolled(t, w, viewer.Administrator, "claire@exemple.fr")
	worker, _ := enrolled(t, w, viewer.SocialWorker, "nadia@exemple.fr")
	d := accounttest.AddPasskey(t, w, worker, "Téléphone")
	codes := sheet(t, w, worker)
	waiting := half(t, w, "nadia@exemple.fr")
	must(t, w.Accounts.Factors.ResetSecondFactor(ctx, admin, worker.ID, "  Téléphone volé, reconnue au téléphone.  "))
	for name, v := range map[string]*viewer.Viewer{"complete": worker, "incomplete": waiting} {
		t.Run(name, func(t *testing.T) {
			if alive(t, w, v) {
				t.Errorf("the %s session did not end", name)
			}
		})
	}
	if !alive(t, w, admin) {
		t.Error("the administrator's session ended")
	}
	_, err := w.Accounts.Factors.SignInWithPasskey(ctx, []byte("a"), d.Sign(t, accounttest.AskToSignIn(t, w, "a")), session.Device{})
	wantFault(t, "the passkey", err, fault.Invalid)
	in, err := w.Accounts.Sessions.SignIn(ctx, "nadia@exemple.fr", bookingtest.Password, session.Device{})
	if err != nil || in.Complete || in.Enrolled {
		t.Fatalf("signs in as %+v, %v", in, err)
	}
	again := whoIs(t, w, in)
	_, err = w.Accounts.Factors.ConfirmSecondFactor(ctx, again, codes[0])
	wantFault(t, "an old recovery code", err, fault.Invalid)
	code, err := w.Accounts.Factors.TakeResetCode(ctx, admin, worker.ID)
	must(t, err)
	must(t, w.Accounts.Factors.GiveResetCode(ctx, again, code))
	enrolment, err := w.Accounts.Factors.Enrol(ctx, again)
	must(t, err)
	if in, err := w.Accounts.Factors.ConfirmSecondFactor(ctx, again, codeAt(t, enrolment.Secret, bookingtest.Start)); err != nil || !in.NewCodes {
		t.Errorf("enrolling again: %+v, %v", in, err)
	}

	resets, err := w.Accounts.Factors.SecondFactorResets(ctx, admin, worker.ID)
	if err != nil || len(resets) != 1 || resets[0].AuthorID != admin.ID || resets[0].Reason != "Téléphone volé, reconnue au téléphone." || !resets[0].DecidedAt.Equal(bookingtest.Start) {
		t.Errorf("kept: %+v, %v", resets, err)
	}
	if lines := resetsOf(t, w, worker.ID); len(lines) != 1 || lines[0].ActorID != admin.ID {
		t.Errorf("journaled: %+v", lines)
	}
	if got := strings.Join(accounttest.QueuedMails(t, w), " "); !strings.Contains(got, "second_factor_reset") {
		t.Errorf("mails: %s", got)
	}
}

func TestR8_AResetNeedsAnAdministratorAnotherAccountAndAReason(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	admin, _ := enrolled(t, w, viewer.Administrator, "claire@exemple.fr")
	worker, _ := enrolled(t, w, viewer.SocialWorker, "nadia@exemple.fr")
	zoe := w.Beneficiary(t, "Zoé", "Vidal")
	for _, role := range viewer.Roles {
		if role != viewer.Administrator {
			v := &viewer.Viewer{ID: uuid.New(), Role: role, Complete: true}
			wantFault(t, string(role), w.Accounts.Factors.ResetSecondFactor(ctx, v, worker.ID, "Pourquoi"), fault.Forbidden)
			_, err := w.Accounts.Factors.SecondFactorResets(ctx, v, worker.ID)
			wantFault(t, string(role)+" reads", err, fault.Forbidden)
		}
	}
	wantFault(t, "in an incomplete session", w.Accounts.Factors.ResetSecondFactor(ctx, half(t, w, "claire@exemple.fr"), worker.ID, "Pourquoi"), fault.Forbidden)
	wantFault(t, "for oneself", w.Accounts.Factors.ResetSecondFactor(ctx, admin, admin.ID, "Pourquoi"), fault.Forbidden)
	wantFault(t, "of a beneficiary", w.Accounts.Factors.ResetSecondFactor(ctx, admin, zoe.ID, "Pourquoi"), fault.Invalid)
	wantFault(t, "of an unknown account", w.Accounts.Factors.ResetSecondFactor(ctx, admin, uuid.New(), "Pourquoi"), fault.NotFound)
	for name, reason := range map[string]string{"no": "", "an empty": " \n ", "an endless": strings.Repeat("é", 501)} {
		t.Run(name, func(t *testing.T) {
			wantFault(t, name+" reason", w.Accounts.Factors.ResetSecondFactor(ctx, admin, worker.ID, reason), fault.Invalid)
		})
	}
	if !alive(t, w, worker) {
		t.Error("a refused reset ended a session")
	}
	if lines := resetsOf(t, w, worker.ID); len(lines) != 0 {
		t.Errorf("a refused reset is journaled: %v", lines)
	}
	if err := w.Accounts.Factors.ResetSecondFactor(ctx, admin, worker.ID, strings.Repeat("é", 500)); err != nil {
		t.Errorf("500 characters: %v", err)
	}
}

// An attacker who reads the mailbox can set a password by a link, but does not have the
// code that is read out.
func TestR8_AfterAResetSettingUpAFactorNeedsTheResetCode(t *testing.T) {
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
		t.Run(name, func(t *testing.T) {
			wantFault(t, name, w.Accounts.Factors.GiveResetCode(ctx, v, typed), fault.Invalid)
		})
	}
	must(t, w.Accounts.Factors.GiveResetCode(ctx, v, " "+code[:4]+"-"+code[4:8]+"\u00a0"+code[8:12]+" "+code[12:]))

	second := half(t, w, "nadia@exemple.fr")
	wantFault(t, "the code, used twice", w.Accounts.Factors.GiveResetCode(ctx, second, code), fault.Invalid)
	_, err = w.Accounts.Factors.AskToAddPasskey(ctx, second)
	wantFault(t, "another session", err, fault.Invalid)
	d := accounttest.NewAuthenticator(v.ID)
	in, err := w.Accounts.Factors.AddPasskey(ctx, v, "Téléphone", d.Create(t, accounttest.AskToAdd(t, w, v)))
	if err != nil || !in.Complete || !in.NewCodes {
		t.Fatalf("a passkey with the code: %+v, %v", in, err)
	}
	whole := whoIs(t, w, in)
	if owed, err := w.Accounts.Factors.OwesResetCode(ctx, whole); owed || err != nil {
		t.Errorf("still owed: %v, %v", owed, err)
	}
	accounttest.AddPasskey(t, w, whole, "Tablette")

	v = half(t, w, "denis@exemple.fr")
	must(t, w.Accounts.Factors.GiveResetCode(ctx, v, others))
	enrolment, err = w.Accounts.Factors.Enrol(ctx, v)
	must(t, err)
	if in, err := w.Accounts.Factors.ConfirmSecondFactor(ctx, v, codeAt(t, enrolment.Secret, bookingtest.Start)); err != nil || !in.Complete {
		t.Errorf("an application with the code: %+v, %v", in, err)
	}
}

// The challenge was requested before the reset.
func TestR8_AChallengeFromBeforeTheResetCannotAddAPasskey(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	admin, _ := enrolled(t, w, viewer.Administrator, "claire@exemple.fr")
	worker, _ := enrolled(t, w, viewer.SocialWorker, "nadia@exemple.fr")
	asked := accounttest.AskToAdd(t, w, worker)
	resetOf(t, w, admin, worker)
	_, err := w.Accounts.Factors.AddPasskey(ctx, worker, "Téléphone", accounttest.NewAuthenticator(worker.ID).Create(t, asked))
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
		t.Errorf("%d codes were not removed, %v", waiting, err)
	}
	wantFault(t, "the code of the reset before", w.Accounts.Factors.GiveResetCode(ctx, half(t, w, "nadia@exemple.fr"), code), fault.Invalid)
}

func TestR8_AResetCodeWorksForTenMinutesAndGuessingIsThrottled(t *testing.T) {
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
	wantFault(t, "after its lifetime", w.Accounts.Factors.GiveResetCode(ctx, v, code), fault.Invalid)
	_, err = w.Accounts.Factors.AskToAddPasskey(ctx, v)
	wantFault(t, "an expired code is still owed", err, fault.Invalid)
}

// resetsOf lists the lines of the journal about resets of an account.
func resetsOf(t *testing.T, w *bookingtest.World, account uuid.UUID) []audit.Line {
	t.Helper()
	lines, err := audit.About(t.Context(), w.DB.Pool, account, 20)
	must(t, err)
	return slices.DeleteFunc(lines, func(l audit.Line) bool { return l.Act != "second_factor.reset" })
}
