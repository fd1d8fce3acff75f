package account_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/account"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// crowd opens accounts by the hundred.
func crowd(t *testing.T, w *bookingtest.World, n int) (mobiles []string) {
	t.Helper()
	client, err := w.Companies.BySlug(context.Background(), "exemple")
	check(t, err)
	_, err = w.DB.Pool.Exec(context.Background(), `
		insert into accounts (role, email, email_validated_at, last_name, first_name, mobile, client_id, password_hash, time_zone, created_at)
		select 'beneficiary', 'personne-' || i || '@exemple.fr', $3, 'Personne' || i, 'Zoé', '+336' || lpad(i::text, 8, '0'), $2, 'none', 'Europe/Paris', $3
		from generate_series(1, $1) i`, n, client.ID, bookingtest.Start)
	check(t, err)
	for i := range n {
		mobiles = append(mobiles, fmt.Sprintf("+336%08d", i+1))
	}
	return mobiles
}

// overseen are the mails and the line of the journal that tell of an operator.
func overseen(t *testing.T, w *bookingtest.World, operator uuid.UUID) (mails, lines int) {
	t.Helper()
	check(t, w.DB.Pool.QueryRow(context.Background(), `
		select (select count(*) from river_job where args->>'notice' = 'many_shown' and args->>'about' = $2),
		       (select count(*) from audit_entries where act = 'account.many_shown' and actor_id = $1)`, operator, operator.String()).Scan(&mails, &lines))
	return mails, lines
}

// A switchboard account in the wrong hands reads all the names that it can, with many
// hands and by whole numbers, so that each search shows one person.
func TestR47_ASwitchboardAccountReadsSoManyPeopleInADay(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	operator := w.Member(t, viewer.Switchboard, "Nadia")
	w.Member(t, viewer.Administrator, "Claire")
	w.Member(t, viewer.DPO, "Hugo")
	mobiles := crowd(t, w, account.ShownMost+100)
	var shown, refused atomic.Int64
	search := func(mobile string) error {
		found, _, err := w.Accounts.Search(ctx, operator, "", mobile)
		if err == nil && len(found) != 1 {
			t.Errorf("%d people have %s", len(found), mobile)
		}
		return err
	}
	// The bound of searches within ten minutes is another one: time goes by.
	for batch := 0; batch < len(mobiles); batch += 50 {
		w.SetNow(w.DB.Now().Add(10 * time.Minute))
		atOnce(min(50, len(mobiles)-batch), func(i int) {
			switch err := search(mobiles[batch+i]); {
			case err == nil:
				shown.Add(1)
			case fault.Is(err, fault.Throttled) && strings.Contains(fault.From(err).Message, "300 personnes"):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
		wantMails := map[bool]int{true: 2, false: 0}[shown.Load() >= account.ShownAlarm]
		if mails, lines := overseen(t, w, operator.ID); mails != wantMails || lines != wantMails/2 {
			t.Errorf("after %d people: %d mails, %d lines in the journal", shown.Load(), mails, lines)
		}
	}
	if shown.Load() != account.ShownMost || refused.Load() != 100 {
		t.Errorf("%d were shown, %d refused", shown.Load(), refused.Load())
	}
	w.SetNow(w.DB.Now().Add(10 * time.Minute))
	again := 0
	for _, mobile := range mobiles[:50] {
		if search(mobile) == nil {
			again++
		}
	}
	if again == 0 {
		t.Error("nobody who was shown before can be opened again")
	}
	// By the operator's own midnight the day's work begins anew, and another operator's
	// day is their own.
	other := w.Member(t, viewer.Switchboard, "Rozenn")
	if _, _, err := w.Accounts.Search(ctx, other, "", mobiles[0]); err != nil {
		t.Errorf("another operator: %v", err)
	}
	midnight := time.Date(2026, 12, 1, 0, 0, 0, 0, operator.Zone)
	w.SetNow(midnight.Add(-time.Second))
	if err := search(mobiles[len(mobiles)-1]); !fault.Is(err, fault.Throttled) || fault.From(err).RetryAfter != time.Second {
		t.Errorf("a second before midnight: %v", err)
	}
	w.SetNow(midnight)
	check(t, search(mobiles[len(mobiles)-1]))
	w.SetNow(midnight.Add(4 * 24 * time.Hour))
	check(t, w.Accounts.Sweep(ctx))
	var left int
	check(t, w.DB.Pool.QueryRow(ctx, `select count(*) from people_shown`).Scan(&left))
	if left != 0 {
		t.Errorf("%d lines are kept of whom operators were shown", left)
	}
}
