package account_test

import (
	"context"
	"testing"
	"time"

	"socialdirect/account/decision"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
)

func TestR10_AKeyWorksOnlyWhileItsMakersAccountIsActive(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	admin, manager := w.Member(t, viewer.Administrator, "Claire"), w.Member(t, viewer.ClientManager, "Hugo")
	secret, err := w.Keys.Make(ctx, manager, "Intranet", bookingtest.Start.AddDate(0, 1, 0))
	must(t, err)
	_, v, err := w.Keys.Find(ctx, secret)
	if err != nil || v.ID != manager.ID || v.ClientID != manager.ClientID {
		t.Fatalf("the key is %+v's, %v", v, err)
	}
	for name, change := range map[string]string{
		"suspended without revoking keys": `update accounts set suspended_at = $2::timestamptz, closed_at = null where id = $1`,
		"closed without revoking keys":    `update accounts set suspended_at = null, closed_at = $2::timestamptz where id = $1`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.DB.Pool.Exec(ctx, change, manager.ID, bookingtest.Start)
			must(t, err)
			_, _, err = w.Keys.Find(ctx, secret)
			wantFault(t, name, err, fault.Unauthenticated)
			_, err = w.Keys.Make(ctx, manager, "Paie", bookingtest.Start.AddDate(0, 1, 0))
			wantFault(t, "another key, "+name, err, fault.Forbidden)
		})
	}
	_, err = w.DB.Pool.Exec(ctx, `update accounts set suspended_at = null, closed_at = null where id = $1`, manager.ID)
	must(t, err)
	must(t, w.Accounts.Decisions.Decide(ctx, admin, manager.ID, decision.Decision{Act: decision.Suspend, Reason: "Absence."}))
	must(t, w.Accounts.Decisions.Decide(ctx, admin, manager.ID, decision.Decision{Act: decision.Resume, Reason: "Retour."}))
	_, _, err = w.Keys.Find(ctx, secret)
	wantFault(t, "a key that a suspension revoked", err, fault.Unauthenticated)
}

// The manager is suspended while the request is being processed.
func TestR10_AKeyRequestedDuringASuspensionIsNotMade(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	manager := w.Member(t, viewer.ClientManager, "Hugo")
	deciding, err := w.DB.Pool.Begin(ctx)
	must(t, err)
	defer func() { _ = deciding.Rollback(ctx) }()
	_, err = deciding.Exec(ctx, `select from accounts where id = $1 for no key update`, manager.ID)
	must(t, err)
	_, err = deciding.Exec(ctx, `update accounts set suspended_at = $2 where id = $1`, manager.ID, bookingtest.Start)
	must(t, err)
	made := make(chan error, 1)
	go func() {
		_, err := w.Keys.Make(ctx, manager, "Intranet", bookingtest.Start.AddDate(0, 1, 0))
		made <- err
	}()
	for waits := false; !waits; {
		must(t, w.DB.Pool.QueryRow(ctx, `
			select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')`).Scan(&waits))
		select {
		case err := <-made:
			t.Fatalf("the key did not wait for the decision: %v", err)
		case <-time.After(time.Millisecond):
		}
	}
	must(t, deciding.Commit(ctx))
	wantFault(t, "the key", <-made, fault.Forbidden)
	var keys int
	must(t, w.DB.Pool.QueryRow(ctx, `select count(*) from client_tokens`).Scan(&keys))
	if keys != 0 {
		t.Errorf("%d keys", keys)
	}
}
