package bookingtest

import (
	"testing"
	"time"

	"socialdirect/internal/viewer"
)

// Count counts the rows of a table, or of whatever else stands behind "from".
func (w *World) Count(t testing.TB, from string, args ...any) (n int) {
	t.Helper()
	Must(t, w.DB.Pool.QueryRow(t.Context(), `select count(*) from `+from, args...).Scan(&n))
	return n
}

// Notified is how many mails of each kind were queued for somebody.
func (w *World) Notified(t testing.TB, v *viewer.Viewer) map[string]int {
	t.Helper()
	rows, err := w.DB.Pool.Query(t.Context(), `
		select kind, count(*) from notifications where account_id = $1 and channel = 'mail' group by kind`, v.ID)
	Must(t, err)
	defer rows.Close()
	kinds := map[string]int{}
	for rows.Next() {
		var kind string
		var n int
		Must(t, rows.Scan(&kind, &n))
		kinds[kind] = n
	}
	Must(t, rows.Err())
	return kinds
}

// Journaled is how often the journal has an act of the actor's about the subject.
func (w *World) Journaled(t testing.TB, act string, actor, subject *viewer.Viewer) int {
	t.Helper()
	return w.Count(t, `audit_entries where act = $1 and actor_id = $2 and subject_id = $3`, act, actor.ID, subject.ID)
}

// ActsOf is how many acts of the day count against somebody's bound.
func (w *World) ActsOf(t testing.TB, v *viewer.Viewer) (n int) {
	t.Helper()
	Must(t, w.DB.Pool.QueryRow(t.Context(), `select coalesce(sum(acts), 0) from booking_acts where account_id = $1`, v.ID).Scan(&n))
	return n
}

// AwaitLocks returns once so many statements wait for a lock.
func (w *World) AwaitLocks(t testing.TB, n int) {
	t.Helper()
	for w.AwaitedLocks(t) < n {
		time.Sleep(time.Millisecond)
	}
}

// AwaitedLocks is how many statements wait for a lock.
func (w *World) AwaitedLocks(t testing.TB) int {
	t.Helper()
	return w.Count(t, `pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
}
