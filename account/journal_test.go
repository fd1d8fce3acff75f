package account_test

import (
	"context"
	"testing"

	"socialdirect/account/decision"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/viewer"
)

func TestR39_TheOfficerSeesWhetherTheJournalIsIntact(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe, admin, dpo := w.Beneficiary(t, "Zoé", "Vidal"), w.Member(t, viewer.Administrator, "Claire"), w.Member(t, viewer.DPO, "Hugo")
	j, err := w.Accounts.Journal(ctx, dpo)
	before := j.Lines // written by the set-up of the test
	if err != nil || !j.Holds || len(j.Last) != int(before) {
		t.Fatalf("the journal at first: %+v, %v", j, err)
	}
	must(t, w.Accounts.Decisions.Decide(ctx, admin, zoe.ID, decision.Decision{Act: decision.Suspend, Reason: "Propos déplacés au téléphone."}))
	must(t, w.Accounts.Decisions.Decide(ctx, admin, zoe.ID, decision.Decision{Act: decision.Resume, Reason: "Propos déplacés au téléphone."}))
	j, err = w.Accounts.Journal(ctx, dpo)
	if err != nil || !j.Holds || j.Lines != before+2 || len(j.Hash) != 32 || len(j.Last) != int(before)+2 || j.Last[0].Act != "account.resumed" {
		t.Errorf("%+v, %v", j, err)
	}
	_, err = w.DB.Pool.Exec(ctx, `alter table audit_entries disable trigger all`)
	must(t, err)
	_, err = w.DB.Pool.Exec(ctx, `update audit_entries set actor_id = $1 where id = $2`, zoe.ID, before+2)
	must(t, err)
	j, err = w.Accounts.Journal(ctx, dpo)
	if err != nil || j.Holds || j.Lines != before+1 {
		t.Errorf("altered: %+v, %v", j, err)
	}
}
