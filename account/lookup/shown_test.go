package lookup_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/account/accounttest"
	"socialdirect/account/lookup"
	"socialdirect/account/signup"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// crowd opens n accounts and returns their numbers.
func crowd(t *testing.T, w *bookingtest.World, n int) (mobiles []string) {
	t.Helper()
	client, err := w.Companies.BySlug(context.Background(), "exemple")
	must(t, err)
	_, err = w.DB.Pool.Exec(context.Background(), `
		insert into accounts (role, email, email_validated_at, last_name, first_name, mobile, client_id, password_hash, time_zone, created_at)
		select 'beneficiary', 'personne-' || i || '@exemple.fr', $3, 'Personne' || i, 'Zoé', '+336' || lpad(i::text, 8, '0'), $2, 'none', 'Europe/Paris', $3
		from generate_series(1, $1) i`, n, client.ID, bookingtest.Start)
	must(t, err)
	for i := range n {
		mobiles = append(mobiles, fmt.Sprintf("+336%08d", i+1))
	}
	return mobiles
}

// overseen counts the mails and the lines of the journal that report an agent.
func overseen(t *testing.T, w *bookingtest.World, agent uuid.UUID) (mails, lines int) {
	t.Helper()
	must(t, w.DB.Pool.QueryRow(context.Background(), `
		select (select count(*) from river_job where args->>'notice' = 'many_shown' and args->>'about' = $2),
		       (select count(*) from audit_entries where act = 'account.many_shown' and actor_id = $1)`, agent, agent.String()).Scan(&mails, &lines))
	return mails, lines
}

// An attacker with a switchboard account searches by whole numbers, many at the same time.
// Each search shows one person.
func TestR47_ASwitchboardAgentSeesALimitedNumberOfPeopleInADay(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	agent := w.Member(t, viewer.Switchboard, "Nadia")
	w.Member(t, viewer.Administrator, "Claire")
	w.Member(t, viewer.DPO, "Hugo")
	mobiles := crowd(t, w, lookup.ShownMost+100)
	var shown, refused atomic.Int64
	search := func(mobile string) error {
		found, _, err := w.Accounts.Lookups.Search(ctx, agent, "", mobile)
		if err == nil && len(found) != 1 {
			t.Errorf("%d people have %s", len(found), mobile)
		}
		return err
	}
	// Time passes between the batches, so that the limit of searches in ten minutes does not matter.
	for batch := 0; batch < len(mobiles); batch += 50 {
		w.SetNow(w.DB.Now().Add(10 * time.Minute))
		accounttest.AtOnce(min(50, len(mobiles)-batch), func(i int) {
			switch err := search(mobiles[batch+i]); {
			case err == nil:
				shown.Add(1)
			case fault.Is(err, fault.Throttled) && strings.Contains(fault.From(err).Message, "300 personnes"):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
		wantMails := map[bool]int{true: 2, false: 0}[shown.Load() >= lookup.ShownAlarm]
		if mails, lines := overseen(t, w, agent.ID); mails != wantMails || lines != wantMails/2 {
			t.Errorf("after %d people: %d mails, %d lines in the journal", shown.Load(), mails, lines)
		}
	}
	if shown.Load() != lookup.ShownMost || refused.Load() != 100 {
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
		t.Error("a person who was shown before cannot be opened again")
	}
	// Once the limit is reached, no answer reveals whether somebody has an account.
	for name, probe := range map[string]func() error{
		"an unknown number": func() error { return search("+33799999999") },
		"a comparison": func() error {
			_, err := w.Accounts.Lookups.LikelyDoubles(ctx, agent, lookup.Probe{Mobile: "+33799999999"})
			return err
		},
		"a sign-up of a new person": func() error {
			_, err := w.Accounts.SignUps.Assist(ctx, agent, signup.Assisted{Code: w.Code(), FirstName: "Anne", LastName: "Roy", Email: "anne@exemple.fr", Mobile: "+33799999999"})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := probe(); !fault.Is(err, fault.Throttled) || !strings.Contains(fault.From(err).Message, "300 personnes") {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	// The limit applies to one agent and one calendar day.
	other := w.Member(t, viewer.Switchboard, "Rozenn")
	if _, _, err := w.Accounts.Lookups.Search(ctx, other, "", mobiles[0]); err != nil {
		t.Errorf("another agent: %v", err)
	}
	midnight := time.Date(2026, 12, 1, 0, 0, 0, 0, agent.Zone)
	w.SetNow(midnight.Add(-time.Second))
	if err := search(mobiles[len(mobiles)-1]); !fault.Is(err, fault.Throttled) || fault.From(err).RetryAfter != time.Second {
		t.Errorf("a second before midnight: %v", err)
	}
	w.SetNow(midnight)
	must(t, search(mobiles[len(mobiles)-1]))
	w.SetNow(midnight.Add(4 * 24 * time.Hour))
	must(t, w.Accounts.Sweep(ctx))
	var left int
	must(t, w.DB.Pool.QueryRow(ctx, `select count(*) from people_shown`).Scan(&left))
	if left != 0 {
		t.Errorf("%d rows about the people shown were not deleted", left)
	}
}

// A refused sign-up by phone reveals who has an account. It is counted and journaled like a
// search.
func TestR47_RefusedSignUpsByPhoneCountAsPeopleShown(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	agent := w.Member(t, viewer.Switchboard, "Nadia")
	crowd(t, w, 3)
	for i, in := range []signup.Assisted{
		{Email: "personne-1@exemple.fr", Mobile: "+33799999999"},
		{Email: "somebody.else@exemple.fr", Mobile: "+33600000002"},
		{Email: "Personne-3@exemple.fr", Mobile: "+33799999999", DespiteDoubles: true},
	} {
		in.Code, in.FirstName, in.LastName = w.Code(), "Anne", "Roy"
		if _, err := w.Accounts.SignUps.Assist(ctx, agent, in); !errors.Is(err, signup.ErrKnown) && !errors.Is(err, signup.ErrDoubles) {
			t.Errorf("%s: %v", in.Email, err)
		}
		var shown, lines int
		must(t, w.DB.Pool.QueryRow(ctx, `
			select (select count(*) from people_shown where operator_id = $1),
			       (select count(*) from audit_entries where actor_id = $1 and act = 'account.looked_up')`, agent.ID).Scan(&shown, &lines))
		if shown != i+1 || lines != i+1 {
			t.Errorf("after %d refusals: %d people shown, %d lines in the journal", i+1, shown, lines)
		}
	}
}

// A list that exceeds the limit is cut.
func TestR47_AListIsCutAtTheDaysLimit(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	agent := w.Member(t, viewer.Switchboard, "Nadia")
	crowd(t, w, lookup.ShownMost+20)
	rows, err := w.DB.Pool.Query(ctx, `select id from accounts where role = 'beneficiary' order by id`)
	must(t, err)
	people, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	must(t, err)
	show := func(asked ...uuid.UUID) (shown int, full error) {
		err := w.DB.InTx(ctx, func(tx postgres.Tx) error {
			allowed, refused, err := w.Accounts.Lookups.ShowFirst(ctx, tx, agent, asked...)
			for i, id := range asked[:min(len(allowed), len(asked))] {
				if !allowed[id] {
					t.Errorf("person %d is left out, and a later one is shown", i+1)
				}
			}
			shown, full = len(allowed), refused
			return err
		})
		must(t, err)
		return shown, full
	}
	for _, c := range []struct {
		asked []uuid.UUID
		shown int
		full  bool
	}{
		{nil, 0, false},
		{people[:lookup.ShownMost-10], lookup.ShownMost - 10, false},
		{append(people[lookup.ShownMost-12:lookup.ShownMost-2:lookup.ShownMost-2], people[0], people[0]), 11, false},
		{people[lookup.ShownMost-2:], 2, true},
		{people[:5], 5, true},
		{people[lookup.ShownMost:], 0, true},
		{nil, 0, true},
	} {
		if shown, full := show(c.asked...); shown != c.shown || (full != nil) != c.full {
			t.Errorf("of %d people %d were shown, full %v", len(c.asked), shown, full)
		}
	}
}
