package appointment_test

import (
	"context"
	"testing"
	"time"

	"socialdirect/account/lookup"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// The limit also applies to opening people by their identifiers, without a search.
func TestR47_OpeningPeopleCountsAsFindingThem(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	operator := w.Member(t, viewer.Switchboard, "Nadia")
	client, err := w.Companies.BySlug(ctx, "exemple")
	must(t, err)
	rows, err := w.DB.Pool.Query(ctx, `
		insert into accounts (role, email, email_validated_at, last_name, first_name, client_id, password_hash, time_zone, created_at)
		select 'beneficiary', 'personne-' || i || '@exemple.fr', $3, 'Personne' || i, 'Zoé', $2, 'none', 'Europe/Paris', $3
		from generate_series(1, $1) i returning id`, lookup.ShownMost+2, client.ID, bookingtest.Start)
	must(t, err)
	var ids []uuid.UUID
	for rows.Next() {
		var id uuid.UUID
		must(t, rows.Scan(&id))
		ids = append(ids, id)
	}
	for i, id := range ids[:lookup.ShownMost] {
		if i%2 == 0 {
			_, err = w.Appointments.BookableFor(ctx, operator, id)
		} else {
			_, err = w.Notify.Deliveries(ctx, operator, id)
		}
		if err != nil {
			t.Fatalf("person %d: %v", i, err)
		}
	}
	last := ids[lookup.ShownMost]
	_, somebody := w.Appointments.BookableFor(ctx, operator, last)
	_, deliveries := w.Notify.Deliveries(ctx, operator, last)
	_, coming := w.Appointments.ComingOf(ctx, operator, last)
	for name, err := range map[string]error{"opened": somebody, "deliveries": deliveries, "coming": coming} {
		want(t, name, err, fault.Throttled)
	}
	if _, err := w.Appointments.ComingOf(ctx, operator, ids[0]); err != nil {
		t.Errorf("a person who was opened before: %v", err)
	}
	w.SetNow(bookingtest.Start.Add(24 * time.Hour))
	if _, err := w.Appointments.BookableFor(ctx, operator, last); err != nil {
		t.Errorf("the next day: %v", err)
	}
}
