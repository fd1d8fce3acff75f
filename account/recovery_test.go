package account_test

import (
	"context"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// sheet reads the viewer's new recovery codes.
func sheet(t *testing.T, w *bookingtest.World, v *viewer.Viewer) []string {
	t.Helper()
	codes, err := w.Accounts.Factors.TakeRecoverySheet(context.Background(), v)
	if err != nil {
		t.Fatal(err)
	}
	return codes
}

func TestR8_RecoveryCodesAreShownOnceAndKeptAsHashes(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	v, _ := enrolled(t, w, viewer.Administrator, "claire@exemple.fr")
	_, err := w.Accounts.Factors.TakeRecoverySheet(ctx, half(t, w, "claire@exemple.fr"))
	wantFault(t, "a half session reads the codes", err, fault.Forbidden)
	codes := sheet(t, w, v)
	distinct := map[string]bool{}
	for _, code := range codes {
		if distinct[code] = true; !regexp.MustCompile(`^[0-9]{16}$`).MatchString(code) {
			t.Errorf("the code %q is not 16 figures", code)
		}
	}
	if len(distinct) != 10 {
		t.Errorf("%d different codes", len(distinct))
	}
	if again := sheet(t, w, v); again != nil {
		t.Errorf("shown twice: %v", again)
	}
	var kept string
	err = w.DB.Pool.QueryRow(ctx, `
		select string_agg(encode(hash, 'escape'), ' ') || (select string_agg(s::text, ' ') from recovery_sets s) from recovery_codes`).Scan(&kept)
	if err != nil || strings.Contains(kept, codes[0]) {
		t.Errorf("a code stands in the database: %v", err)
	}
}

func TestR8_NewCodesWaitTenMinutesToBeShown(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	v, _ := enrolled(t, w, viewer.Administrator, "claire@exemple.fr")
	w.SetNow(bookingtest.Start.Add(10 * time.Minute))
	if err := w.Accounts.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	var waiting int
	if err := w.DB.Pool.QueryRow(ctx, `select count(*) from recovery_sets where sealed_sheet is not null`).Scan(&waiting); err != nil || waiting != 0 {
		t.Errorf("%d sheets still wait, %v", waiting, err)
	}
	if late := sheet(t, w, v); late != nil {
		t.Errorf("shown too late: %v", late)
	}
}

func TestR8_ARecoveryCodeWorksOnceHoweverItIsTypedAndIsTold(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	v, _ := enrolled(t, w, viewer.Administrator, "claire@exemple.fr")
	codes := sheet(t, w, v)
	code := codes[0]
	typed := " " + code[:4] + "-" + code[4:8] + "\u00a0" + code[8:12] + " " + code[12:]
	sessions := []*viewer.Viewer{half(t, w, "claire@exemple.fr"), half(t, w, "claire@exemple.fr"), half(t, w, "claire@exemple.fr")}
	worked := make(chan bool, len(sessions))
	var all sync.WaitGroup
	for _, session := range sessions {
		all.Go(func() {
			in, err := w.Accounts.Factors.ConfirmSecondFactor(ctx, session, typed)
			worked <- err == nil && in.Complete && !in.NewCodes
		})
	}
	all.Wait()
	close(worked)
	times := 0
	for ok := range worked {
		if ok {
			times++
		}
	}
	if times != 1 {
		t.Errorf("one code worked %d times", times)
	}
	var left []int
	rows, err := w.DB.Pool.Query(ctx, `select (args->>'left')::int from river_job where args->>'notice' = 'recovery_used'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
		left = append(left, n)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if len(left) != 1 || left[0] != 9 {
		t.Errorf("mails say left: %v", left)
	}
	if recovery, err := w.Accounts.Factors.Recovery(ctx, v); err != nil || recovery.Left != 9 {
		t.Errorf("the page says %+v, %v", recovery, err)
	}
}

func TestR8_SomebodyElsesRecoveryCodeOpensNothingAndGuessingIsSlowedDown(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	claire, _ := enrolled(t, w, viewer.Administrator, "claire@exemple.fr")
	enrolled(t, w, viewer.DPO, "denis@exemple.fr")
	theirs := sheet(t, w, claire)
	denis := half(t, w, "denis@exemple.fr")
	_, err := w.Accounts.Factors.ConfirmSecondFactor(ctx, denis, theirs[0])
	wantFault(t, "another's code", err, fault.Invalid)
	for tries := 0; tries < 8 && !fault.Is(err, fault.Throttled); tries++ {
		_, err = w.Accounts.Factors.ConfirmSecondFactor(ctx, denis, "0000 0000 0000 0000")
	}
	wantFault(t, "guessing", err, fault.Throttled)
	newcomer := invited(t, w, viewer.Switchboard, "standard@exemple.fr")
	_, err = w.Accounts.Factors.ConfirmSecondFactor(ctx, newcomer, theirs[1])
	wantFault(t, "before any second factor", err, fault.Invalid)
}

func TestR8_NewCodesNeedAProofAndVoidTheOldOnes(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	v, secret := enrolled(t, w, viewer.Administrator, "claire@exemple.fr")
	old := sheet(t, w, v)
	used := codeAt(t, secret, bookingtest.Start)
	for name, code := range map[string]string{"none": "", "a recovery code": old[1], "a used code": used} {
		wantFault(t, name, w.Accounts.Factors.RenewRecoveryCodes(ctx, v, code), fault.Invalid)
	}
	wantFault(t, "a half session", w.Accounts.Factors.RenewRecoveryCodes(ctx, half(t, w, "claire@exemple.fr"), codeAt(t, secret, bookingtest.Start.Add(30*time.Second))), fault.Forbidden)
	if err := w.Accounts.Factors.RenewRecoveryCodes(ctx, v, codeAt(t, secret, bookingtest.Start.Add(30*time.Second))); err != nil {
		t.Fatal(err)
	}
	fresh := sheet(t, w, v)
	if len(fresh) != 10 {
		t.Fatalf("%d new codes", len(fresh))
	}
	_, err := w.Accounts.Factors.ConfirmSecondFactor(ctx, half(t, w, "claire@exemple.fr"), old[0])
	wantFault(t, "an old code", err, fault.Invalid)
	if _, err := w.Accounts.Factors.ConfirmSecondFactor(ctx, half(t, w, "claire@exemple.fr"), fresh[0]); err != nil {
		t.Errorf("a new code: %v", err)
	}
	wantFault(t, "a beneficiary", w.Accounts.Factors.RenewRecoveryCodes(ctx, w.Beneficiary(t, "Zoé", "Vidal"), ""), fault.Forbidden)
}

func TestR8_APasskeyJustGivenStandsOnceForACode(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	v, _ := enrolled(t, w, viewer.Administrator, "claire@exemple.fr")
	d := addPasskey(t, w, v, "Téléphone")
	if in := proved(t, w, d, v); in.Token != "" {
		t.Error("a proof in a complete session made another session")
	}
	if err := w.Accounts.Factors.RenewRecoveryCodes(ctx, v, ""); err != nil {
		t.Fatal(err)
	}
	wantFault(t, "the same proof again", w.Accounts.Factors.RenewRecoveryCodes(ctx, v, ""), fault.Invalid)
	proved(t, w, d, v)
	w.SetNow(bookingtest.Start.Add(5 * time.Minute))
	wantFault(t, "an old proof", w.Accounts.Factors.RenewRecoveryCodes(ctx, v, ""), fault.Invalid)
	proved(t, w, d, v)
	other := proved(t, w, d, half(t, w, "claire@exemple.fr"))
	wantFault(t, "another session's proof", w.Accounts.Factors.RenewRecoveryCodes(ctx, whoIs(t, w, other), ""), fault.Invalid)
}

func TestR8_AnAdministratorResetsSomebodyElsesSecondFactor(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	admin, _ := enrolled(t, w, viewer.Administrator, "claire@exemple.fr")
	worker, _ := enrolled(t, w, viewer.SocialWorker, "nadia@exemple.fr")
	d := addPasskey(t, w, worker, "Téléphone")
	codes := sheet(t, w, worker)
	waiting := half(t, w, "nadia@exemple.fr")
	if err := w.Accounts.Factors.ResetSecondFactor(ctx, admin, worker.ID, "  Téléphone volé, reconnue au téléphone.  "); err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]*viewer.Viewer{"complete": worker, "half": waiting} {
		if alive(t, w, v) {
			t.Errorf("the %s session outlived it", name)
		}
	}
	if !alive(t, w, admin) {
		t.Error("the administrator's session ended")
	}
	_, err := w.Accounts.Factors.SignInWithPasskey(ctx, []byte("a"), d.sign(t, toSignIn(t, w, "a")), session.Device{})
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
	if err != nil {
		t.Fatal(err)
	}
	if in, err := w.Accounts.Factors.ConfirmSecondFactor(ctx, again, codeAt(t, enrolment.Secret, bookingtest.Start)); err != nil || !in.NewCodes {
		t.Errorf("enrols anew: %+v, %v", in, err)
	}

	resets, err := w.Accounts.Factors.SecondFactorResets(ctx, admin, worker.ID)
	if err != nil || len(resets) != 1 || resets[0].AuthorID != admin.ID || resets[0].Reason != "Téléphone volé, reconnue au téléphone." || !resets[0].DecidedAt.Equal(bookingtest.Start) {
		t.Errorf("kept: %+v, %v", resets, err)
	}
	lines, err := audit.About(ctx, w.DB.Pool, worker.ID, 10)
	if err != nil || len(lines) != 1 || lines[0].Act != "second_factor.reset" || lines[0].ActorID != admin.ID {
		t.Errorf("journaled: %+v, %v", lines, err)
	}
	if got := strings.Join(jobsFor(t, w), " "); !strings.Contains(got, "second_factor_reset") {
		t.Errorf("mails: %s", got)
	}
}

func TestR8_AResetIsRefusedToWhoMayNotAndWithoutAReason(t *testing.T) {
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
	wantFault(t, "half signed in", w.Accounts.Factors.ResetSecondFactor(ctx, half(t, w, "claire@exemple.fr"), worker.ID, "Pourquoi"), fault.Forbidden)
	wantFault(t, "for oneself", w.Accounts.Factors.ResetSecondFactor(ctx, admin, admin.ID, "Pourquoi"), fault.Forbidden)
	wantFault(t, "of a beneficiary", w.Accounts.Factors.ResetSecondFactor(ctx, admin, zoe.ID, "Pourquoi"), fault.Invalid)
	wantFault(t, "of nobody", w.Accounts.Factors.ResetSecondFactor(ctx, admin, uuid.New(), "Pourquoi"), fault.NotFound)
	for name, reason := range map[string]string{"no": "", "an empty": " \n ", "an endless": strings.Repeat("é", 501)} {
		wantFault(t, name+" reason", w.Accounts.Factors.ResetSecondFactor(ctx, admin, worker.ID, reason), fault.Invalid)
	}
	if !alive(t, w, worker) {
		t.Error("a refused reset ended a session")
	}
	if lines, err := audit.About(ctx, w.DB.Pool, worker.ID, 10); err != nil || len(lines) != 0 {
		t.Errorf("a refused reset is journaled: %v, %v", lines, err)
	}
	if err := w.Accounts.Factors.ResetSecondFactor(ctx, admin, worker.ID, strings.Repeat("é", 500)); err != nil {
		t.Errorf("500 characters: %v", err)
	}
}
