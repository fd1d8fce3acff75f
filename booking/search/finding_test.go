package search_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/search"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// someWorld is a world of workers with different agendas, and of people who booked.
func someWorld(t *testing.T, seed uint64) (*bookingtest.World, *viewer.Viewer) {
	t.Helper()
	t.Logf("seed %d", seed)
	draw := rand.New(rand.NewPCG(seed, 0))
	w := bookingtest.New(t)
	zoe := w.Beneficiary(t, "Zoé", "Vidal")
	zones := []string{"Europe/Paris", "Indian/Reunion", "America/Cayenne"}
	for i := range 6 {
		v := w.SocialWorkerWithoutOpenings(t, fmt.Sprintf("Prénom%d", i), fmt.Sprintf("Nom%d", 9-i), zones[draw.IntN(3)])
		must(t, w.Agendas.SaveSettings(t.Context(), v, worker.Settings{
			HolidayRegion: "metropole", HorizonWeeks: 2 + draw.IntN(24), LeadTimeHours: draw.IntN(3) * 24, PerDay: draw.IntN(3), BufferAfter: draw.IntN(2) * 30,
		}))
		if draw.IntN(5) == 0 {
			continue // nothing is open
		}
		first := bookingtest.Start.AddDate(0, 0, draw.IntN(50)).Truncate(24 * time.Hour)
		starts := 8*60 + draw.IntN(6)*30
		w.Open(t, v, slot.Opening{Weekday: 1 + draw.IntN(7), FirstDay: first, Starts: starts, Ends: starts + 60*(1+draw.IntN(4)), Modes: slot.Modes[draw.IntN(3):]})
		w.Open(t, v, slot.Opening{FirstDay: first.AddDate(0, 0, 1), LastDay: first.AddDate(0, 0, 1), Starts: 600, Ends: 720, Modes: slot.Modes})
		away := bookingtest.Start.Add(time.Duration(draw.IntN(200)) * time.Hour)
		must(t, w.Agendas.AddAbsence(t.Context(), v, slot.Period{From: away, To: away.Add(time.Duration(1+draw.IntN(100)) * time.Hour)}, true))
		paul := w.Beneficiary(t, "Paul", "Morel")
		for _, slot := range draw.Perm(8) {
			if free := w.Available(t, v.ID); slot < len(free) {
				w.Book(t, paul, v, free[slot].StartsAt, free[slot].Modes[0])
				break
			}
		}
	}
	return w, zoe
}

// The first hour that a list says is the first that its worker's agenda shows, in
// whatever mode one looks for, whether or not what is kept has been worked out.
func TestR12_TheFirstAvailableSlotIsThatOfTheAgenda(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		w, zoe := someWorld(t, seed)
		for _, refreshed := range []bool{false, true} {
			if refreshed {
				must(t, w.Waitlist.RefreshSlots(t.Context()))
			}
			for _, mode := range append([]slot.Mode{""}, slot.Modes...) {
				sheets, total, err := w.Searches.Find(t.Context(), zoe, search.Search{Choice: search.Choice{Mode: mode}})
				must(t, err)
				if len(sheets) != 6 || total != 6 {
					t.Fatalf("%d sheets of %d", len(sheets), total)
				}
				for i, sheet := range sheets {
					if want := firstIn(w.Available(t, sheet.ID), mode); !sheet.First.Equal(want) {
						t.Errorf("%s, %q: first at %v, want %v", sheet.Name(), mode, sheet.First, want)
					}
					if i > 0 && !sheet.First.IsZero() && (sheets[i-1].First.IsZero() || sheets[i-1].First.After(sheet.First)) {
						t.Errorf("%v stands behind %v", sheet.First, sheets[i-1].First)
					}
				}
			}
		}
		hours, _, err := w.Searches.Soonest(t.Context(), zoe, search.Search{})
		must(t, err)
		if want := soonestOf(t, w, zoe); !slices.Equal(starts(hours), want) {
			t.Errorf("with anybody: %v, want %v", starts(hours), want)
		}
	}
}

func firstIn(free []slot.Slot, mode slot.Mode) time.Time {
	for _, slot := range free {
		if mode == "" || slot.Offers(mode) {
			return slot.StartsAt
		}
	}
	return time.Time{}
}

func starts(hours []search.Hour) []time.Time {
	all := make([]time.Time, len(hours))
	for i, hour := range hours {
		all[i] = hour.StartsAt
	}
	return all
}

// soonestOf are the next twelve distinct hours of all agendas.
func soonestOf(t *testing.T, w *bookingtest.World, zoe *viewer.Viewer) []time.Time {
	t.Helper()
	sheets, _, err := w.Searches.Find(t.Context(), zoe, search.Search{Choice: search.Choice{ByName: true}})
	must(t, err)
	var all []time.Time
	for _, sheet := range sheets {
		for _, slot := range w.Available(t, sheet.ID) {
			all = append(all, slot.StartsAt)
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	all = slices.CompactFunc(all, time.Time.Equal)
	return all[:min(12, len(all))]
}

// What was kept is old as soon as somebody books: what is shown is not.
func TestR12_ABookedSlotIsNotShownAsAvailable(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe, paul := w.Beneficiary(t, "Zoé", "Vidal"), w.Beneficiary(t, "Paul", "Morel")
	nadia, ines := w.SocialWorker(t, "Nadia", "Le Goff"), w.SocialWorker(t, "Inès", "Robert")
	must(t, w.Waitlist.RefreshSlots(t.Context()))
	next := bookingtest.Start.Truncate(time.Hour).Add(time.Hour)
	taken := w.Book(t, paul, nadia, next, slot.Video)
	sheets, _, err := w.Searches.Find(t.Context(), zoe, search.Search{})
	must(t, err)
	if sheets[0].ID != ines.ID || !sheets[0].First.Equal(next) || !sheets[1].First.Equal(next.Add(time.Hour)) {
		t.Errorf("the list says %v of %s, %v of %s", sheets[0].First, sheets[0].Name(), sheets[1].First, sheets[1].Name())
	}
	hours, _, err := w.Searches.Soonest(t.Context(), zoe, search.Search{})
	must(t, err)
	if len(hours) != 12 || !hours[0].StartsAt.Equal(next) || hours[0].Worker.ID != ines.ID {
		t.Errorf("with anybody: %+v", hours)
	}
	// Slots beside one’s own appointments cannot be booked.
	w.Book(t, zoe, ines, next.Add(2*time.Hour), slot.Phone)
	hours, _, err = w.Searches.Soonest(t.Context(), zoe, search.Search{})
	must(t, err)
	if slices.ContainsFunc(hours, func(h search.Hour) bool { return h.StartsAt.Equal(next.Add(2 * time.Hour)) }) || len(hours) != 12 {
		t.Errorf("while one is met already: %v", starts(hours))
	}
	_, err = w.Bookings.Cancel(t.Context(), paul, taken.ID, "")
	must(t, err)
	must(t, w.Waitlist.RefreshSlots(t.Context()))
	if sheets, _, err = w.Searches.Find(t.Context(), zoe, search.Search{Choice: search.Choice{Mode: slot.Video}}); err != nil || !sheets[1].First.Equal(next) {
		t.Errorf("after the cancelling: %v, %v", sheets[1].First, err)
	}
}

// Many are found page by page, each of them once, in the order that was asked for.
func TestR12_R45_PeopleAreFoundPageByPage(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe := w.Beneficiary(t, "Zoé", "Vidal")
	for i := range 43 {
		v := w.SocialWorkerWithoutOpenings(t, "Prénom", fmt.Sprintf("Nom%02d", i), "Europe/Paris")
		if i < 30 {
			w.Open(t, v, slot.Opening{Weekday: 1 + i%7, FirstDay: bookingtest.Start.Truncate(24 * time.Hour), Starts: 600 + i, Ends: 700 + i, Modes: slot.Modes})
		}
	}
	must(t, w.Waitlist.RefreshSlots(t.Context()))
	for _, byName := range []bool{false, true} {
		seen := map[uuid.UUID]bool{}
		var before search.Found
		for page := range 3 {
			sheets, total, err := w.Searches.Find(t.Context(), zoe, search.Search{Choice: search.Choice{ByName: byName}, Page: page})
			must(t, err)
			if len(sheets) != []int{20, 20, 3}[page] || total != 43 {
				t.Errorf("page %d has %d sheets of %d", page, len(sheets), total)
			}
			for _, sheet := range sheets {
				wrong := before.LastName > sheet.LastName
				if !byName {
					wrong = before.First.After(sheet.First) && !sheet.First.IsZero() || before.First.IsZero() && !sheet.First.IsZero()
				}
				if wrong && len(seen) > 0 || seen[sheet.ID] {
					t.Errorf("%s, %v stands behind %s, %v", sheet.Name(), sheet.First, before.Name(), before.First)
				}
				seen[sheet.ID], before = true, sheet
			}
		}
		if len(seen) != 43 {
			t.Errorf("%d of 43 are found", len(seen))
		}
	}
	if sheets, total, err := w.Searches.Find(t.Context(), zoe, search.Search{Page: 3}); err != nil || len(sheets) > 0 || total != 43 {
		t.Errorf("beyond the last page: %d, %v", len(sheets), err)
	}
}

func TestR12_PeopleAreFoundByTheTownWhereOneMeets(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe := w.Beneficiary(t, "Zoé", "Vidal")
	w.SocialWorker(t, "Nadia", "Le Goff") // in Vannes
	for town, want := range map[string]int{"VANNES": 1, "van": 1, "Lorient": 0, "%": 0, "": 1} {
		if sheets, _, err := w.Searches.Find(t.Context(), zoe, search.Search{Choice: search.Choice{Town: town}}); err != nil || len(sheets) != want {
			t.Errorf("in %q: %d, want %d, %v", town, len(sheets), want, err)
		}
	}
	if sheets, _, err := w.Searches.Find(t.Context(), zoe, search.Search{Choice: search.Choice{Town: "Vannes", Mode: slot.Video}}); err != nil || len(sheets) != 0 {
		t.Errorf("by video in a town: %d, %v", len(sheets), err)
	}
}
