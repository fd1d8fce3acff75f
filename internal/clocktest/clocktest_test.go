package clocktest_test

import (
	"testing"
	"time"

	"socialdirect/internal/clocktest"
)

// The instants have the local times of their names in each zone, and no two are equal.
func TestTheInstantsMatchTheirNames(t *testing.T) {
	t.Parallel()
	seen := map[time.Time]string{}
	for _, i := range clocktest.Instants() {
		at := i.At().UTC()
		if other, twice := seen[at]; twice {
			t.Errorf("%s in %s is %s", i.Name, i.Zone, other)
		}
		seen[at] = i.Name + " in " + i.Zone
	}
	if len(seen) != 30 {
		t.Errorf("%d instants, want ten in each of three zones", len(seen))
	}
	for instant, name := range map[string]string{
		"2026-11-29T17:30:00Z": "Sunday evening in Europe/Paris", "2026-11-29T14:30:00Z": "Sunday evening in Indian/Reunion",
		"2027-03-28T00:59:00Z": "before the clocks go forward in Europe/Paris", "2027-03-28T01:01:00Z": "after the clocks went forward in Europe/Paris",
		"2027-10-30T23:59:00Z": "before the clocks go back in Europe/Paris", "2027-10-31T02:01:00Z": "after the clocks went back in Europe/Paris",
		"2027-01-01T03:30:00Z": "the last half hour of a year in America/Guadeloupe", "2028-02-29T08:00:00Z": "29 February in Europe/Paris",
	} {
		t.Run(instant, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, instant)
			if err != nil || seen[at] != name {
				t.Errorf("at %s it is %q, want %q (%v)", instant, seen[at], name, err)
			}
		})
	}
}

// Thirty days in a row have thirty instants, and each day has one.
func TestEachDayHasOneInstantAndTheNextAnother(t *testing.T) {
	t.Parallel()
	seen, day := map[clocktest.Instant]bool{}, time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for n := range 30 {
		of := clocktest.OfDay(day.AddDate(0, 0, n))
		if of != clocktest.OfDay(day.AddDate(0, 0, n).Add(23*time.Hour)) {
			t.Errorf("%s has two instants", day.AddDate(0, 0, n))
		}
		seen[of] = true
	}
	if len(seen) != 30 {
		t.Errorf("%d instants in thirty days", len(seen))
	}
}
