package agenda

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/dbtest"
	"socialdirect/internal/postgres"
)

// A slot that was inside the booking window when it was stored is found by SQL at a later
// clock exactly if Go offers it then: on both sides of every boundary, to the microsecond.
func TestR41_AStoredSlotIsInTheBookingWindowInSQLExactlyIfItIsInGo(t *testing.T) {
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
		stored := time.Date(2026, 10, 20, 0, 0, 0, 0, time.UTC).Add(time.Duration(rng.IntN(400*24)) * time.Hour) // across changes of the clock
		at := stored.Add(s.LeadTime() + time.Duration(1+rng.Int64N(int64((s.Horizon()-s.LeadTime())/time.Minute)))*time.Minute)
		offered, asked := slot.Slot{StartsAt: at}, slot.Modes[rng.IntN(len(slot.Modes))]
		for _, i := range rng.Perm(len(slot.Modes))[:1+rng.IntN(len(slot.Modes))] {
			offered.Modes = append(offered.Modes, slot.Modes[i])
		}
		if len(a.modesInWindow(offered, stored)) == 0 {
			t.Fatalf("%+v: %s is outside the window at %s", s, at, stored)
		}
		for _, edge := range []time.Time{at, at.Add(-s.LeadTime()), stored.Add(time.Duration(rng.Int64N(int64(at.Sub(stored) + time.Hour))))} {
			for _, off := range []time.Duration{-time.Microsecond, 0, time.Microsecond} {
				now := edge.Add(off).Truncate(time.Microsecond)
				if now.Before(stored) {
					continue
				}
				inGo, inSQL := slices.Contains(a.modesInWindow(offered, now), asked), false
				err := db.Pool.QueryRow(t.Context(), fmt.Sprintf(`select %s from (select $2::timestamptz as starts_at, $3::text[] as modes) f, (select %s) w`, ModesInWindow("$1", "$4"), settingsRow(s)),
					now, at, offered.Modes, []slot.Mode{asked}).Scan(&inSQL)
				if err != nil {
					t.Fatal(err)
				}
				if inGo != inSQL {
					t.Fatalf("%+v, a slot at %s in modes %s, asked in %s, now %s: in the window in Go is %v, in SQL %v", s, at, offered.Modes, asked, now, inGo, inSQL)
				}
				if inGo {
					yes++
				} else {
					no++
				}
			}
		}
	}
	if yes < 300 || no < 500 {
		t.Errorf("%d times yes and %d times no show little", yes, no)
	}
}

// settingsRow is the settings as columns of the table of workers.
func settingsRow(s worker.Settings) string {
	columns := make([]string, len(worker.Numbers))
	for i, n := range worker.Numbers {
		columns[i] = fmt.Sprintf("%d as %s", n.Of(s), n.Column)
	}
	return strings.Join(columns, ", ")
}
