package lookup_test

import (
	"context"
	"testing"

	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func TestR45_AnAdministratorsSearchesAreLimited(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	admin, other := w.Member(t, viewer.Administrator, "Claire"), w.Member(t, viewer.Administrator, "Denis")
	for range 60 {
		_, _, err := w.Accounts.Lookups.FindAccounts(ctx, admin, "vidal", 1)
		must(t, err)
	}
	_, _, err := w.Accounts.Lookups.FindAccounts(ctx, admin, "vidal", 1)
	if wantFault(t, "one more search", err, fault.Throttled); fault.From(err).RetryAfter <= 0 {
		t.Error("the refusal does not say how long to wait")
	}
	_, _, err = w.Accounts.Lookups.FindAccounts(ctx, other, "vidal", 1)
	must(t, err)
}

func TestR45_ASearchNeverListsAllAccounts(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	admin := w.Member(t, viewer.Administrator, "Claire")
	_, err := w.DB.Pool.Exec(ctx, `
		insert into accounts (role, email, first_name, last_name, time_zone, created_at)
		select 'dpo', 'foule-' || n || '@exemple.fr', 'Foule', 'Nombreuse', 'Europe/Paris', now() from generate_series(1, 130) n`)
	must(t, err)
	zoe := w.Beneficiary(t, "Zoé", "Vidal")
	for query, found := range map[string]bool{
		"vidal": true, "ZOE vid": true, "Zoé": true, "beneficiaire-1": true, "06 12 34 56 78": true, "+33 6 12 34": true, "345": true,
		"vidal paul": false, "%%%vidal": false, "v_dal": false, `vid\al`: false, "'; drop table accounts; --": false,
	} {
		t.Run(query, func(t *testing.T) {
			all, _, err := w.Accounts.Lookups.FindAccounts(ctx, admin, query, 1)
			if err != nil || (len(all) == 1 && all[0].ID == zoe.ID) != found || !found && len(all) > 0 {
				t.Errorf("%q: found %v, %v", query, all, err)
			}
		})
	}
	for _, query := range []string{"", "  ", "zo", "é", "06", "%%%", "___", "a %"} {
		_, _, err := w.Accounts.Lookups.FindAccounts(ctx, admin, query, 1)
		wantFault(t, "too short: "+query, err, fault.Invalid)
	}
	seen := map[uuid.UUID]bool{}
	for page := 1; page < 20; page++ {
		all, more, err := w.Accounts.Lookups.FindAccounts(ctx, admin, "foule", page)
		must(t, err)
		if len(all) > 20 {
			t.Errorf("page %d shows %d", page, len(all))
		}
		for _, a := range all {
			seen[a.ID] = true
		}
		if more != (page < 5) {
			t.Errorf("page %d: more is %t", page, more)
		}
	}
	if len(seen) != 100 {
		t.Errorf("%d accounts on all pages together", len(seen))
	}
}
