package slot

import (
	"testing"
	"time"
	_ "time/tzdata"
)

func zoneNamed(t interface{ Fatal(...any) }, name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestR14_NineStaysNineAcrossClockChanges(t *testing.T) {
	t.Parallel()
	paris := zoneNamed(t, "Europe/Paris")
	opening := Opening{Weekday: 1, FirstDay: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC), Starts: 9 * 60, Ends: 10 * 60, Modes: Modes}
	span := Period{From: time.Date(2026, 1, 1, 0, 0, 0, 0, paris), To: time.Date(2037, 12, 31, 0, 0, 0, 0, paris)}
	slots := SlotsIn(span, paris, []Opening{opening}, nil)
	if len(slots) < 600 {
		t.Fatalf("%d Mondays in twelve years", len(slots))
	}
	for _, slot := range slots {
		if local := slot.StartsAt.In(paris); local.Hour() != 9 || local.Minute() != 0 {
			t.Errorf("nine o’clock became %s", local)
		}
	}
}

func TestR14_ASkippedHourIsNotOfferedAndARepeatedOneOnce(t *testing.T) {
	t.Parallel()
	paris := zoneNamed(t, "Europe/Paris")
	for _, c := range []struct {
		day  time.Time
		want []string
	}{
		{time.Date(2027, 3, 28, 0, 0, 0, 0, time.UTC), []string{"01:00", "03:00"}},           // 02:00 is skipped
		{time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC), []string{"01:00", "02:00", "03:00"}}, // 02:00 is repeated
	} {
		opening := Opening{FirstDay: c.day, LastDay: c.day, Starts: 60, Ends: 240, Modes: Modes}
		slots := SlotsIn(Period{From: c.day.Add(-24 * time.Hour), To: c.day.Add(48 * time.Hour)}, paris, []Opening{opening}, nil)
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

func TestR14_AnOpeningForOneDayTakesPrecedenceOverAWeeklyOne(t *testing.T) {
	t.Parallel()
	paris := zoneNamed(t, "Europe/Paris")
	tuesday := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	weekly := Opening{Weekday: 2, FirstDay: tuesday, Starts: 9 * 60, Ends: 12 * 60, Modes: Modes}
	once := Opening{FirstDay: tuesday, LastDay: tuesday, Starts: 9*60 + 45, Ends: 10*60 + 45, Modes: []Mode{Video}}
	slots := SlotsIn(Period{From: tuesday, To: tuesday.AddDate(0, 0, 1)}, paris, []Opening{weekly, once}, nil)
	if len(slots) != 2 || slots[0].StartsAt.In(paris).Format("15:04") != "09:45" || slots[1].StartsAt.In(paris).Format("15:04") != "11:00" {
		t.Errorf("got %v", slots)
	}
}

// Changing the modes of a slot changes neither its opening nor the next slot.
func TestR14_SlotsDoNotShareTheirModes(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	opening := Opening{FirstDay: day, LastDay: day, Starts: 9 * 60, Ends: 11 * 60, Modes: []Mode{Video, Phone}}
	slots := SlotsIn(Period{From: day, To: day.AddDate(0, 0, 1)}, time.UTC, []Opening{opening}, nil)
	if len(slots) != 2 {
		t.Fatalf("%d slots", len(slots))
	}
	slots[0].Modes[0] = InPerson
	if opening.Modes[0] != Video || slots[1].Modes[0] != Video {
		t.Errorf("the opening has %v, the next slot %v", opening.Modes, slots[1].Modes)
	}
}
