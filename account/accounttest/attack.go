package accounttest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
)

// concurrency is how many tries are made at the same time.
const concurrency = 60

// AtOnce calls do with 0 to n-1, sixty calls at a time.
func AtOnce(n int, do func(i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(n, concurrency) {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				do(int(i))
			}
		})
	}
	all.Wait()
}

// Storm makes n wrong tries, sixty at a time, and returns how many were checked and how
// many were throttled. A try that succeeds fails the test.
func Storm(t testing.TB, n int, try func(i int) error) (made, refused int) {
	t.Helper()
	var tried, throttled atomic.Int64
	AtOnce(n, func(i int) {
		switch err := try(i); {
		case fault.Is(err, fault.Throttled) && fault.From(err).RetryAfter > 0:
			throttled.Add(1)
		case fault.Is(err, fault.Invalid):
			tried.Add(1)
		default:
			t.Errorf("try %d: %v", i, err)
		}
	})
	return int(tried.Load()), int(throttled.Load())
}

// Found returns the tables that contain one of the words, among all tables of the database.
func Found(t testing.TB, w *bookingtest.World, words ...string) (places []string) {
	t.Helper()
	ctx := context.Background()
	var tables []string
	bookingtest.Must(t, w.DB.Pool.QueryRow(ctx, `
		select array_agg(format('%I.%I', table_schema, table_name) order by 1) from information_schema.tables
		where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`).Scan(&tables))
	for _, table := range tables {
		for _, word := range words {
			var found int
			bookingtest.Must(t, w.DB.Pool.QueryRow(ctx, fmt.Sprintf(`select count(*) from %s x where x::text ilike $1`, table), "%"+word+"%").Scan(&found))
			if found > 0 {
				places = append(places, table+" contains "+word)
			}
		}
	}
	return places
}
