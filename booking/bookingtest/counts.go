package bookingtest

import (
	"testing"
	"time"

	"socialdirect/internal/viewer"
)

// Count counts the rows of a table, or of any other SQL after "from".
func (w *World) Count(t testing.TB, from string, args ...any) (n int) {
	t.Helper()
	Must(t, w.DB.Pool.QueryRow(t.Context(), `select count(*) from `+from, args...).Scan(&n))
	return n
}

// Notified counts the mails queued for a person, by kind.
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

// Journaled counts the journal entries of an act of the actor about the subject.
func (w *World) Journaled(t testing.TB, act string, actor, subject *viewer.Viewer) int {
	t.Helper()
	return w.Count(t, `audit_entries where act = $1 and actor_id = $2 and subject_id = $3`, act, actor.ID, subject.ID)
}

// ActsOf returns how many acts of the day count towards a person's bound.
func (w *World) ActsOf(t testing.TB, v *viewer.Viewer) (n int) {
	t.Helper()
	Must(t, w.DB.Pool.QueryRow(t.Context(), `select coalesce(sum(acts), 0) from booking_acts where account_id = $1`, v.ID).Scan(&n))
	return n
}

// AwaitLocks returns as soon as n statements wait for a lock.
func (w *World) AwaitLocks(t testing.TB, n int) {
	t.Helper()
	for w.AwaitedLocks(t) < n {
		time.Sleep(time.Millisecond)
	}
}

// AwaitedLocks counts the statements that wait for a lock.
func (w *World) AwaitedLocks(t testing.TB) int {
	t.Helper()
	return w.Count(t, `pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
}
