package slot

import (
	"slices"
	"testing"
	"time"
)

// The expected days are those that the ministries publish for each region and year.
func TestR12_HolidaysAreTheOfficialOnes(t *testing.T) {
	t.Parallel()
	national := map[int][]string{
		2024: {"01-01", "04-01", "05-01", "05-08", "05-09", "05-20", "07-14", "08-15", "11-01", "11-11", "12-25"},
		2025: {"01-01", "04-21", "05-01", "05-08", "05-29", "06-09", "07-14", "08-15", "11-01", "11-11", "12-25"},
		2026: {"01-01", "04-06", "05-01", "05-08", "05-14", "05-25", "07-14", "08-15", "11-01", "11-11", "12-25"},
		2027: {"01-01", "03-29", "05-01", "05-06", "05-08", "05-17", "07-14", "08-15", "11-01", "11-11", "12-25"},
		2028: {"01-01", "04-17", "05-01", "05-08", "05-25", "06-05", "07-14", "08-15", "11-01", "11-11", "12-25"},
	}
	goodFridays := map[int]string{2024: "03-29", 2025: "04-18", 2026: "04-03", 2027: "03-26", 2028: "04-14"}
	local := map[string][]string{
		"metropole": {}, "saint-pierre-et-miquelon": {}, "alsace-moselle": {"12-26"}, "guadeloupe": {"05-27", "07-21"}, "martinique": {"05-22", "07-21"},
		"guyane": {"06-10"}, "reunion": {"12-20"}, "mayotte": {"04-27"}, "saint-martin": {"05-28"}, "saint-barthelemy": {"10-09"},
		"nouvelle-caledonie": {"09-24"}, "polynesie-francaise": {"03-05", "06-29"}, "wallis-et-futuna": {"04-28", "06-29", "07-29"},
	}
	for year, days := range national {
		for _, region := range Regions {
			want := append(slices.Clone(days), local[region.Slug]...)
			switch region.Slug {
			case NoRegion:
				want = nil
			case "alsace-moselle", "polynesie-francaise":
				want = append(want, goodFridays[year])
			}
			slices.Sort(want)
			var got []string
			for _, h := range HolidaysOf(region.Slug, time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(year, 12, 31, 0, 0, 0, 0, time.UTC)) {
				got = append(got, h.Day.Format("01-02"))
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s in %d: got %v, want %v", region.Label, year, got, want)
			}
		}
	}
}

// In 2024 Ascension was the day after 8 May; in 2032 it is 6 May, in 1997 and 2059
// it falls on 8 May itself: the day is listed once.
func TestR12_ADayWithTwoHolidaysIsListedOnce(t *testing.T) {
	t.Parallel()
	day := time.Date(2059, 5, 8, 0, 0, 0, 0, time.UTC)
	if days := HolidaysOf("metropole", day, day); len(days) != 1 {
		t.Errorf("got %v", days)
	}
}

func TestR12_AWorkersRegionStartsWithTheirZone(t *testing.T) {
	t.Parallel()
	for zone, want := range map[string]string{"Europe/Paris": "metropole", "Indian/Reunion": "reunion", "Pacific/Wallis": "wallis-et-futuna", "Asia/Tokyo": "metropole"} {
		if got := RegionOf(zone); got != want {
			t.Errorf("%s: %s", zone, got)
		}
	}
}
