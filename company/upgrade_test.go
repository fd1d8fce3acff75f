package company

import (
	"fmt"
	"testing"
	"time"

	"socialdirect/internal/dbtest"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// A database from before the noise: what a manager was shown of the accounts stays as
// it was shown, what is counted and not shown yet is counted on, and no year from
// before is published.
func TestR10_WhatWasPublishedBeforeTheNoiseStaysAsItWas(t *testing.T) {
	t.Parallel()
	db, err := postgres.Open(t.Context(), dbtest.New(t), 4)
	must(t, err)
	t.Cleanup(db.Close)
	history, err := goose.NewProvider(goose.DialectPostgres, stdlib.OpenDBFromPool(db.Pool), postgres.Migrations())
	must(t, err)
	defer history.Close()
	_, err = history.DownTo(t.Context(), 52)
	must(t, err)
	now := time.Now().In(contractZone())
	month := func(ago int) time.Time {
		return time.Date(now.Year(), now.Month()-time.Month(ago), 1, 0, 0, 0, 0, time.UTC)
	}
	client := uuid.New()
	_, err = db.Pool.Exec(t.Context(), `
		insert into clients (id, name, slug, starts_on, ends_on, modes, sites, created_at) values ($1, 'Exemple', 'exemple', $2::date, $3, '{video}', '{}', $2::date)`,
		client, month(5), month(-12))
	must(t, err)
	for ago, people := range map[int]int{4: 23, 3: 9, 0: 17} {
		for _, kind := range []string{"account", "mode"} {
			_, err = db.Pool.Exec(t.Context(), `insert into client_figures (client_id, month, kind, line, people) values ($1, $2, $3, 'opened', $4)`, client, month(ago), kind, people)
			must(t, err)
		}
	}
	_, err = history.Up(t.Context())
	must(t, err)

	s := New(db, testKey(1))
	published, err := readPublished(t.Context(), db.Pool, client)
	must(t, err)
	got := map[string]Published{}
	for c, value := range published {
		if c.Kind != KindAccount || c.Line != "opened" {
			t.Errorf("%v is published", c)
		}
		got[c.period.Format("2006-01")] = value
	}
	want := map[string]Published{}
	for ago, steps := range map[int]Published{5: 0, 4: 3, 3: 0, 2: 0, 1: 0} {
		if !now.Before(KindAccount.publishedOn(month(ago))) {
			want[month(ago).Format("2006-01")] = steps
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("published are %v, want %v", got, want)
	}
	left := 0
	must(t, db.Pool.QueryRow(t.Context(), `select sum(people) from client_figures`).Scan(&left))
	if left != 17 {
		t.Errorf("%d people are counted on, want those of this month", left)
	}
	must(t, s.PublishDue(t.Context(), reasonLines))
	again, err := readPublished(t.Context(), db.Pool, client)
	must(t, err)
	for c, value := range again {
		if old, was := published[c]; was && old != value || c.Kind.yearly() && c.period.Year() < now.Year() {
			t.Errorf("%v is %d after publishing", c, value)
		}
	}
}
