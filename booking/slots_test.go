package booking

import (
	"testing"
	"time"

	_ "time/tzdata" // zones do not depend on the machine

	"pgregory.net/rapid"
)

var testZones = []string{"Europe/Paris", "America/Guadeloupe", "America/Miquelon", "Indian/Reunion", "Pacific/Noumea"}

func zoneNamed(t interface{ Fatal(...any) }, name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// Whatever the openings and the season, slots are whole elapsed hours inside an
// opening, on its grid, outside absences, in order, and never overlap (R13, R14).
func TestR14_SlotsKeepTheirRules(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := zoneNamed(t, rapid.SampledFrom(testZones).Draw(t, "zone"))
		from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 4000).Draw(t, "day"))
		span := Period{from, from.AddDate(0, 0, 8)}
		openings := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Opening { return drawOpening(t, from) }), 0, 6).Draw(t, "openings")
		absent := from.Add(time.Duration(rapid.IntRange(0, 8*24*60).Draw(t, "absence")) * time.Minute)
		absences := []Period{{absent, absent.Add(90 * time.Minute)}}
		slots := slotsIn(span, zone, openings, absences)
		for i, slot := range slots {
			if i > 0 && slots[i-1].Period().To.After(slot.StartsAt) {
				t.Fatalf("%v overlaps the slot before", slot)
			}
			if slot.Period().overlaps(absences[0]) {
				t.Fatalf("%v lies in the absence %v", slot, absences[0])
			}
			if !insideOne(slot, openings, zone) {
				t.Fatalf("%v lies in no opening", slot.StartsAt.In(zone))
			}
		}
	})
}

func drawOpening(t *rapid.T, from time.Time) Opening {
	starts := rapid.IntRange(0, 22*60).Draw(t, "starts")
	o := Opening{Weekday: rapid.IntRange(0, 7).Draw(t, "weekday"), Starts: starts, Ends: rapid.IntRange(starts+1, 24*60).Draw(t, "ends"), Modes: Modes}
	o.FirstDay = from.AddDate(0, 0, rapid.IntRange(-3, 8).Draw(t, "first"))
	if o.Weekday == 0 {
		o.LastDay = o.FirstDay
	}
	return o
}

// insideOne is the slow, obvious check: some opening of that local day begins a
// whole number of wall-clock hours before the slot and ends an hour after it.
func insideOne(slot Slot, openings []Opening, zone *time.Location) bool {
	local := slot.StartsAt.In(zone)
	minute := local.Hour()*60 + local.Minute()
	for _, o := range openings {
		if o.holds(calendarDay(local)) && minute >= o.Starts && (minute-o.Starts)%60 == 0 && minute+60 <= o.Ends {
			return true
		}
	}
	return false
}

func TestR14_NineStaysNineAcrossClockChanges(t *testing.T) {
	t.Parallel()
	paris := zoneNamed(t, "Europe/Paris")
	opening := Opening{Weekday: 1, FirstDay: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC), Starts: 9 * 60, Ends: 10 * 60, Modes: Modes}
	span := Period{time.Date(2026, 1, 1, 0, 0, 0, 0, paris), time.Date(2037, 12, 31, 0, 0, 0, 0, paris)}
	slots := slotsIn(span, paris, []Opening{opening}, nil)
	if len(slots) < 600 {
		t.Fatalf("%d Mondays in twelve years", len(slots))
	}
	for _, slot := range slots {
		if local := slot.StartsAt.In(paris); local.Hour() != 9 || local.Minute() != 0 {
			t.Errorf("nine o’clock became %s", local)
		}
	}
}

func TestR14_TheHourThatDoesNotExistIsNotOfferedAndTheDoubleOneOnce(t *testing.T) {
	t.Parallel()
	paris := zoneNamed(t, "Europe/Paris")
	for _, c := range []struct {
		day  time.Time
		want []string
	}{
		{time.Date(2027, 3, 28, 0, 0, 0, 0, time.UTC), []string{"01:00", "03:00"}},           // 02:00 is skipped
		{time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC), []string{"01:00", "02:00", "03:00"}}, // 02:00 comes twice
	} {
		opening := Opening{FirstDay: c.day, LastDay: c.day, Starts: 60, Ends: 240, Modes: Modes}
		slots := slotsIn(Period{c.day.Add(-24 * time.Hour), c.day.Add(48 * time.Hour)}, paris, []Opening{opening}, nil)
		var got []string
		for _, slot := range slots {
			got = append(got, slot.StartsAt.In(paris).Format("15:04"))
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: got %v, want %v", c.day.Format(time.DateOnly), got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: got %v, want %v", c.day.Format(time.DateOnly), got, c.want)
			}
		}
	}
}

func TestR14_AnOpeningMadeForADayGoesBeforeTheWeeklyOne(t *testing.T) {
	t.Parallel()
	paris := zoneNamed(t, "Europe/Paris")
	tuesday := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	weekly := Opening{Weekday: 2, FirstDay: tuesday, Starts: 9 * 60, Ends: 12 * 60, Modes: Modes}
	once := Opening{FirstDay: tuesday, LastDay: tuesday, Starts: 9*60 + 45, Ends: 10*60 + 45, Modes: []Mode{Video}}
	slots := slotsIn(Period{tuesday, tuesday.AddDate(0, 0, 1)}, paris, []Opening{weekly, once}, nil)
	if len(slots) != 2 || slots[0].StartsAt.In(paris).Format("15:04") != "09:45" || slots[1].StartsAt.In(paris).Format("15:04") != "11:00" {
		t.Errorf("got %v", slots)
	}
}
