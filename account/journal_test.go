package account_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"socialdirect/account/decision"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func TestR39_TheOfficerSeesWhetherTheJournalIsIntact(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe, admin, dpo := w.Beneficiary(t, "Zoé", "Vidal"), w.Member(t, viewer.Administrator, "Claire"), w.Member(t, viewer.DPO, "Hugo")
	j, err := w.Accounts.Journal(ctx, dpo, audit.Filter{})
	before := j.Lines // written by the set-up of the test
	if err != nil || !j.Holds || len(j.Last) != int(before) {
		t.Fatalf("the journal at first: %+v, %v", j, err)
	}
	must(t, w.Accounts.Decisions.Decide(ctx, admin, zoe.ID, decision.Decision{Act: decision.Suspend, Reason: "Propos déplacés au téléphone."}))
	must(t, w.Accounts.Decisions.Decide(ctx, admin, zoe.ID, decision.Decision{Act: decision.Resume, Reason: "Propos déplacés au téléphone."}))
	j, err = w.Accounts.Journal(ctx, dpo, audit.Filter{})
	if err != nil || !j.Holds || j.Lines != before+2 || len(j.Hash) != 32 || len(j.Last) != int(before)+2 || j.Last[0].Act != "account.resumed" {
		t.Errorf("%+v, %v", j, err)
	}
	_, err = w.DB.Pool.Exec(ctx, `alter table audit_entries disable trigger all`)
	must(t, err)
	_, err = w.DB.Pool.Exec(ctx, `update audit_entries set actor_id = $1 where id = $2`, zoe.ID, before+2)
	must(t, err)
	j, err = w.Accounts.Journal(ctx, dpo, audit.Filter{})
	if err != nil || j.Holds || j.Lines != before+1 {
		t.Errorf("altered: %+v, %v", j, err)
	}
}

func TestR39_TheOfficerFiltersTheJournal(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe, paul := w.Beneficiary(t, "Zoé", "Vidal"), w.Beneficiary(t, "Paul", "Rey")
	admin, dpo := w.Member(t, viewer.Administrator, "Claire"), w.Member(t, viewer.DPO, "Hugo")
	must(t, w.Accounts.Decisions.Decide(ctx, admin, zoe.ID, decision.Decision{Act: decision.Suspend, Reason: "Propos déplacés."}))
	first := w.DB.Now()
	w.SetNow(first.Add(24 * time.Hour))
	must(t, w.Accounts.Decisions.Decide(ctx, admin, paul.ID, decision.Decision{Act: decision.Suspend, Reason: "Propos déplacés."}))
	for name, c := range map[string]struct {
		filter audit.Filter
		want   []uuid.UUID
	}{
		"a person":     {audit.Filter{Who: zoe.ID}, []uuid.UUID{zoe.ID}},
		"who acted":    {audit.Filter{Who: admin.ID, Kinds: []string{"account"}}, []uuid.UUID{paul.ID, zoe.ID}},
		"another kind": {audit.Filter{Who: admin.ID, Kinds: []string{"rights", "code"}}, nil},
		"from":         {audit.Filter{Who: admin.ID, From: first.Add(time.Second)}, []uuid.UUID{paul.ID}},
		"until":        {audit.Filter{Who: admin.ID, Until: first.Add(time.Second)}, []uuid.UUID{zoe.ID}},
	} {
		j, err := w.Accounts.Journal(ctx, dpo, c.filter)
		must(t, err)
		var got []uuid.UUID
		for _, line := range j.Last {
			if line.Act == "account.suspended" {
				got = append(got, line.SubjectID)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		if len(got) > 0 && j.People[got[0]].FirstName == "" {
			t.Errorf("%s: nobody is named", name)
		}
	}
	j, err := w.Accounts.Journal(ctx, dpo, audit.Filter{})
	must(t, err)
	earlier, err := w.Accounts.Journal(ctx, dpo, audit.Filter{Before: j.Last[0].ID})
	if err != nil || len(earlier.Last) == 0 || earlier.Last[0].ID != j.Last[0].ID-1 {
		t.Errorf("earlier lines: %+v, %v", earlier.Last, err)
	}
	if _, err := w.Accounts.Journal(ctx, admin, audit.Filter{}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an administrator: %v", err)
	}
}
