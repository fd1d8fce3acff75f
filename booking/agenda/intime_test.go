package agenda

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"socialdirect/booking/worker"
	"socialdirect/internal/dbtest"
	"socialdirect/internal/postgres"
)

// An hour that was in time when it was kept is found by SQL at a later clock where Go
// would take it, and nowhere else: on both sides of every boundary, to the microsecond.
func TestR41_AKeptSlotIsAheadInSQLExactlyWhereItIsInTimeInGo(t *testing.T) {
	t.Parallel()
	db, err := postgres.Open(t.Context(), dbtest.New(t), 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	rng := rand.New(rand.NewPCG(41, 1))
	yes, no := 0, 0
	for range 1_500 {
		s := worker.Settings{LeadTimeHours: rng.IntN(14*24 + 1), HorizonWeeks: 3 + rng.IntN(24)}
		a := Agenda{Worker: worker.Row{Settings: s}}
		kept := time.Date(2026, 10, 20, 0, 0, 0, 0, time.UTC).Add(time.Duration(rng.IntN(400*24)) * time.Hour) // across changes of the clock
		at := kept.Add(s.LeadTime() + time.Duration(1+rng.Int64N(int64((s.Horizon()-s.LeadTime())/time.Minute)))*time.Minute)
		if !a.inTime(at, kept) {
			t.Fatalf("%+v: %s is not in time at %s", s, at, kept)
		}
		for _, edge := range []time.Time{at, at.Add(-s.LeadTime()), kept.Add(time.Duration(rng.Int64N(int64(at.Sub(kept) + time.Hour))))} {
			for _, off := range []time.Duration{-time.Microsecond, 0, time.Microsecond} {
				now := edge.Add(off).Truncate(time.Microsecond)
				if now.Before(kept) {
					continue
				}
				inGo, inSQL := a.inTime(at, now), false
				err := db.Pool.QueryRow(t.Context(), fmt.Sprintf(`select %s from (select $2::timestamptz as starts_at) f, (select $3::int as lead_time_hours) w`, StillAhead("$1")),
					now, at, s.LeadTimeHours).Scan(&inSQL)
				if err != nil {
					t.Fatal(err)
				}
				if inGo != inSQL {
					t.Fatalf("%+v, an hour at %s, now %s: in time in Go is %v, ahead in SQL is %v", s, at, now, inGo, inSQL)
				}
				if inGo {
					yes++
				} else {
					no++
				}
			}
		}
	}
	if yes < 500 || no < 500 {
		t.Errorf("%d times yes and %d times no show little", yes, no)
	}
}
