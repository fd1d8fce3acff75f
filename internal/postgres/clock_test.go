package postgres_test

import (
	"testing"
	"time"

	"socialdirect/internal/dbtest"
	"socialdirect/internal/postgres"
)

// A platform whose clock was moved runs from there, in Go and in SQL, and still knows the
// machine's time.
func TestAMovedClockRunsOnInGoAndInSQL(t *testing.T) {
	t.Parallel()
	url := dbtest.New(t)
	for _, ahead := range []time.Duration{2 * 365 * 24 * time.Hour, -400 * 24 * time.Hour, 1500 * time.Millisecond, 0} {
		moving := open(t, url)
		if err := moving.MoveClock(t.Context(), ahead); err != nil {
			t.Fatal(err)
		}
		moving.Close()
		db := open(t, url).Ahead(ahead) // a connection that was opened since
		err := db.InTx(t.Context(), func(tx postgres.Tx) error {
			var inSQL time.Time
			if err := tx.QueryRow(t.Context(), `select platform_now()`).Scan(&inSQL); err != nil {
				return err
			}
			if apart := tx.Now.Sub(inSQL).Abs(); apart > 10*time.Second {
				t.Errorf("%s ahead, it is %s in Go and %s in SQL", ahead, tx.Now, inSQL)
			}
			if got := time.Since(tx.Machine(tx.Now)).Abs(); got > 10*time.Second {
				t.Errorf("%s ahead, the machine's clock is said to be %s off", ahead, got)
			}
			savepoint, err := tx.Begin(t.Context())
			if nested := tx.Nested(savepoint); !nested.Now.Equal(tx.Now) || !nested.Machine(tx.Now).Equal(tx.Machine(tx.Now)) {
				t.Error("a savepoint has another clock")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		past := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		standing := db.At(func() time.Time { return past })
		if !standing.Now().Equal(past) || !standing.Machine(past).Equal(past.Add(-ahead)) {
			t.Errorf("%s ahead, a clock that stands at %s does not", ahead, past)
		}
	}
}
