package factor_test

import (
	"context"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"socialdirect/account/accounttest"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
)

func TestR8_RecoveryCodesAreShownOnceAndKeptAsHashes(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	v, _ := enrolled(t, w, viewer.Administrator, "claire@exemple.fr")
	_, err := w.Accounts.Factors.TakeRecoverySheet(ctx, half(t, w, "claire@exemple.fr"))
	wantFault(t, "reading the codes in an incomplete session", err, fault.Forbidden)
	codes := sheet(t, w, v)
	distinct := map[string]bool{}
	for _, code := range codes {
		if distinct[code] = true; !regexp.MustCompile(`^[0-9]{16}$`).MatchString(code) {
			t.Errorf("the code %q does not have 16 digits", code)
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
		t.Errorf("the database contains a code: %v", err)
	}
}

func TestR8_NewCodesCanBeShownForTenMinutes(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	v, _ := enrolled(t, w, viewer.Administrator, "claire@exemple.fr")
	w.SetNow(bookingtest.Start.Add(10 * time.Minute))
	must(t, w.Accounts.Sweep(ctx))
	var waiting int
	if err := w.DB.Pool.QueryRow(ctx, `select count(*) from recovery_sets where sealed_sheet is not null`).Scan(&waiting); err != nil || waiting != 0 {
		t.Errorf("%d code lists were not removed, %v", waiting, err)
	}
	if late := sheet(t, w, v); late != nil {
		t.Errorf("shown too late: %v", late)
	}
}

func TestR8_ARecoveryCodeWorksOnceInAnyNotationAndItsOwnerIsNotified(t *testing.T) {
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
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var n int
		must(t, rows.Scan(&n))
		left = append(left, n)
	}
	must(t, rows.Err())
	if len(left) != 1 || left[0] != 9 {
		t.Errorf("codes left according to the mails: %v", left)
	}
	if recovery, err := w.Accounts.Factors.Recovery(ctx, v); err != nil || recovery.Left != 9 {
		t.Errorf("Recovery returns %+v, %v", recovery, err)
	}
}

func TestR8_SomebodyElsesRecoveryCodeIsRefusedAndGuessingIsThrottled(t *testing.T) {
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

func TestR8_RenewingCodesNeedsAProofAndVoidsTheOldOnes(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	v, secret := enrolled(t, w, viewer.Administrator, "claire@exemple.fr")
	old := sheet(t, w, v)
	used := codeAt(t, secret, bookingtest.Start)
	for name, code := range map[string]string{"none": "", "a recovery code": old[1], "a used code": used} {
		t.Run(name, func(t *testing.T) {
			wantFault(t, name, w.Accounts.Factors.RenewRecoveryCodes(ctx, v, code), fault.Invalid)
		})
	}
	wantFault(t, "an incomplete session", w.Accounts.Factors.RenewRecoveryCodes(ctx, half(t, w, "claire@exemple.fr"), codeAt(t, secret, bookingtest.Start.Add(30*time.Second))), fault.Forbidden)
	must(t, w.Accounts.Factors.RenewRecoveryCodes(ctx, v, codeAt(t, secret, bookingtest.Start.Add(30*time.Second))))
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

func TestR8_ARecentPasskeyProofReplacesACodeOnce(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	v, _ := enrolled(t, w, viewer.Administrator, "claire@exemple.fr")
	d := accounttest.AddPasskey(t, w, v, "Téléphone")
	if in := proved(t, w, d, v); in.Token != "" {
		t.Error("a proof in a complete session opened another session")
	}
	must(t, w.Accounts.Factors.RenewRecoveryCodes(ctx, v, ""))
	wantFault(t, "the same proof, used twice", w.Accounts.Factors.RenewRecoveryCodes(ctx, v, ""), fault.Invalid)
	proved(t, w, d, v)
	w.SetNow(bookingtest.Start.Add(5 * time.Minute))
	wantFault(t, "an old proof", w.Accounts.Factors.RenewRecoveryCodes(ctx, v, ""), fault.Invalid)
	proved(t, w, d, v)
	other := proved(t, w, d, half(t, w, "claire@exemple.fr"))
	wantFault(t, "another session's proof", w.Accounts.Factors.RenewRecoveryCodes(ctx, whoIs(t, w, other), ""), fault.Invalid)
}
