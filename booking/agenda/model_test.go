package agenda

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/zone"

	"pgregory.net/rapid"
)

// scene is an agenda and when it is looked at. The slow, obvious model below reads
// it minute by minute, off the clock on the wall, and shares no code with what it
// is compared with.
type scene struct {
	zone     *time.Location
	span     slot.Period
	now      time.Time
	openings []slot.Opening
	absences []slot.Period
	weekly   []WeeklyAbsence
	opened   []time.Time // holidays that are opened
	booked   []slot.Period
	settings worker.Settings
}

// available is what the product answers.
func (s scene) available() []slot.Slot { return s.agenda().Available(s.span, s.now) }

func (s scene) agenda() Agenda {
	a := Agenda{Worker: worker.Row{TimeZone: s.zone.String(), Settings: s.settings}, openings: s.openings, booked: s.booked, credentials: endless()}
	a.closed = slices.Clone(s.absences)
	for _, w := range s.weekly {
		a.closed = append(a.closed, w.within(Around(s.span), s.zone)...)
	}
	for _, h := range slot.HolidaysOf(s.settings.HolidayRegion, slot.CalendarDay(s.span.From.AddDate(0, 0, -2)), slot.CalendarDay(s.span.To.AddDate(0, 0, 2))) {
		if !slices.ContainsFunc(s.opened, h.Day.Equal) {
			a.closed = append(a.closed, slot.WallPeriods(h.Day, 0, 1440, s.zone)...)
		}
	}
	return a
}

// wall is what a clock on the wall shows: a day and a minute of it.
func (s scene) wall(at time.Time) (day time.Time, minute int) {
	l := at.In(s.zone)
	return time.Date(l.Year(), l.Month(), l.Day(), 0, 0, 0, 0, time.UTC), 60*l.Hour() + l.Minute()
}

func weekdayIs(day time.Time, weekday int) bool {
	return [...]time.Weekday{1: time.Monday, 2: time.Tuesday, 3: time.Wednesday, 4: time.Thursday, 5: time.Friday, 6: time.Saturday, 7: time.Sunday}[weekday] == day.Weekday()
}

func inDates(day, first, last time.Time) bool {
	return !day.Before(first) && (last.IsZero() || !day.After(last))
}

func (s scene) opens(o slot.Opening, at time.Time) bool {
	day, minute := s.wall(at)
	return inDates(day, o.FirstDay, o.LastDay) && (o.Weekday == 0 || weekdayIs(day, o.Weekday)) && inTurn(o, day) && !slices.Contains(o.Skips, day) &&
		o.Starts <= minute && minute < o.Ends
}

// inTurn walks from week to week since the opening's first one.
func inTurn(o slot.Opening, day time.Time) bool {
	first := o.FirstDay
	for first.Weekday() != time.Monday {
		first = first.AddDate(0, 0, -1)
	}
	for turn := true; ; turn = !turn || o.Every != 2 {
		if first = first.AddDate(0, 0, 7); day.Before(first) {
			return o.Weekday == 0 || turn
		}
	}
}

func (s scene) away(at time.Time) bool {
	day, minute := s.wall(at)
	for _, w := range s.weekly {
		if inDates(day, w.FirstDay, w.LastDay) && weekdayIs(day, w.Weekday) && w.Starts <= minute && minute < w.Ends {
			return true
		}
	}
	for _, p := range s.absences {
		if !at.Before(p.From) && at.Before(p.To) {
			return true
		}
	}
	return publishedHoliday(day, s.settings.HolidayRegion) && !slices.Contains(s.opened, day)
}

// secondTime reports whether the clock showed the same an hour before.
func (s scene) secondTime(at time.Time) bool {
	day, minute := s.wall(at)
	before, then := s.wall(at.Add(-time.Hour))
	return day.Equal(before) && minute == then
}

func (s scene) coversHour(o slot.Opening, at time.Time) bool {
	return everyMinute(at, func(m time.Time) bool { return s.opens(o, m) })
}

type candidate struct {
	slot  slot.Slot
	day   time.Time
	order [3]int
}

func (s scene) model() []slot.Slot {
	var candidates []candidate
	for at := s.span.From.Add(-24 * time.Hour); at.Before(s.span.To); at = at.Add(time.Minute) {
		day, minute := s.wall(at)
		for _, o := range s.openings {
			if (minute-o.Starts)%60 != 0 || !s.coversHour(o, at) || (s.secondTime(at) && s.coversHour(o, at.Add(-time.Hour))) {
				continue
			}
			candidates = append(candidates, candidate{slot.Slot{StartsAt: at, Modes: o.Modes}, day, [3]int{min(o.Weekday, 1), o.Starts, o.Ends}})
		}
	}
	var kept []slot.Slot
	for _, c := range sorted(candidates) {
		if !slices.ContainsFunc(kept, func(k slot.Slot) bool { return apart(k.StartsAt, c.slot.StartsAt) < time.Hour }) {
			kept = append(kept, c.slot)
		}
	}
	slices.SortFunc(kept, func(a, b slot.Slot) int { return a.StartsAt.Compare(b.StartsAt) })
	for i, k := range kept {
		kept[i].Modes = slices.DeleteFunc(slices.Clone(k.Modes), func(m slot.Mode) bool { return !s.inWindow(k.StartsAt, m) })
	}
	return slices.DeleteFunc(kept, func(k slot.Slot) bool { return len(k.Modes) == 0 || !s.allows(k.StartsAt) })
}

// inWindow reports whether the booking window leaves that mode at that instant.
func (s scene) inWindow(at time.Time, _ slot.Mode) bool {
	hours := at.Sub(s.now).Hours()
	return hours > 0 && hours >= float64(s.settings.LeadTimeHours) && hours <= float64(s.settings.HorizonWeeks)*168
}

func sorted(candidates []candidate) []candidate {
	slices.SortStableFunc(candidates, func(a, b candidate) int {
		return cmp.Or(a.day.Compare(b.day), slices.Compare(a.order[:], b.order[:]))
	})
	return candidates
}

var sixty = func() (all []int) {
	for m := range 60 {
		all = append(all, m)
	}
	return all
}()

func everyMinute(at time.Time, is func(time.Time) bool) bool {
	for _, m := range append([]int{0, 59}, sixty...) { // most fail at an end
		if !is(at.Add(time.Duration(m) * time.Minute)) {
			return false
		}
	}
	return true
}

func apart(a, b time.Time) time.Duration { return a.Sub(b).Abs() }

func (s scene) allows(at time.Time) bool {
	if at.Before(s.span.From) || !at.Before(s.span.To) || !everyMinute(at, func(m time.Time) bool { return !s.away(m) }) {
		return false
	}
	today := 0
	day, _ := s.wall(at)
	for _, p := range s.booked {
		if apart(at, p.From) < time.Hour+time.Duration(s.settings.BufferBefore+s.settings.BufferAfter)*time.Minute {
			return false
		}
		if other, _ := s.wall(p.From); other.Equal(day) {
			today++
		}
	}
	return s.settings.PerDay == 0 || today < s.settings.PerDay
}

// easters are the Easter Sundays of the years that the scenes lie in.
var easters = map[int]string{2026: "04-05", 2027: "03-28", 2028: "04-16", 2029: "04-01", 2030: "04-21", 2031: "04-13",
	2032: "03-28", 2033: "04-17", 2034: "04-09", 2035: "03-25", 2036: "04-13", 2037: "04-05", 2038: "04-25"}

var localDays = map[string][]string{"alsace-moselle": {"12-26"}, "reunion": {"12-20"}, "guadeloupe": {"05-27", "07-21"}, "martinique": {"05-22", "07-21"},
	"guyane": {"06-10"}, "mayotte": {"04-27"}, "nouvelle-caledonie": {"09-24"}, "polynesie-francaise": {"03-05", "06-29"},
	"wallis-et-futuna": {"04-28", "06-29", "07-29"}, "metropole": nil, "saint-pierre-et-miquelon": nil}

func publishedHoliday(day time.Time, region string) bool {
	local, known := localDays[region]
	if !known {
		return false
	}
	national := []string{"01-01", "05-01", "05-08", "07-14", "08-15", "11-01", "11-11", "12-25"}
	if slices.Contains(append(national, local...), day.Format("01-02")) {
		return true
	}
	easter, err := time.Parse(time.DateOnly, fmt.Sprintf("%d-%s", day.Year(), easters[day.Year()]))
	if err != nil {
		panic(err) // a scene outside the years of the table
	}
	after := int(day.Sub(easter).Hours()) / 24
	return after == 1 || after == 39 || after == 50 || (after == -2 && (region == "alsace-moselle" || region == "polynesie-francaise"))
}

// scenes draws agendas around a day (midnight UTC).
func scenes(zone *time.Location, around time.Time) *rapid.Generator[scene] {
	return rapid.Custom(func(t *rapid.T) scene {
		from := around.AddDate(0, 0, -rapid.IntRange(1, 3).Draw(t, "before"))
		s := scene{zone: zone, span: slot.Period{From: from, To: from.AddDate(0, 0, 5)}}
		s.now = from.Add(time.Duration(rapid.IntRange(-30*24*60, 2*24*60).Draw(t, "now")) * time.Minute)
		s.openings = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) slot.Opening { return drawOpening(t, from) }), 0, 6).Draw(t, "openings")
		s.weekly = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) WeeklyAbsence { return drawWeekly(t, from) }), 0, 2).Draw(t, "weekly")
		for _, minute := range rapid.SliceOfN(rapid.IntRange(0, 5*24*60), 0, 2).Draw(t, "absences") {
			at := from.Add(time.Duration(minute) * time.Minute)
			s.absences = append(s.absences, slot.Period{From: at, To: at.Add(time.Duration(rapid.IntRange(1, 600).Draw(t, "long")) * time.Minute)})
		}
		for _, minute := range rapid.SliceOfN(rapid.IntRange(0, 5*24*60), 0, 4).Draw(t, "taken") {
			at := from.Add(time.Duration(minute) * time.Minute)
			if p := (slot.Period{From: at, To: at.Add(time.Hour)}); !slot.OverlapsAny(p, s.booked) {
				s.booked = append(s.booked, p)
			}
		}
		slices.SortFunc(s.booked, func(a, b slot.Period) int { return a.From.Compare(b.From) })
		if rapid.Bool().Draw(t, "opened") {
			s.opened = []time.Time{around}
		}
		s.settings = drawSettings(t)
		return s
	})
}

func drawWeekly(t *rapid.T, from time.Time) WeeklyAbsence {
	o := drawOpening(t, from)
	return WeeklyAbsence{Weekday: max(1, o.Weekday), FirstDay: o.FirstDay, LastDay: o.LastDay, Starts: o.Starts, Ends: o.Ends}
}

func drawOpening(t *rapid.T, from time.Time) slot.Opening {
	starts := rapid.IntRange(0, 23*60).Draw(t, "starts")
	if rapid.Bool().Draw(t, "early") {
		starts = rapid.IntRange(0, 3*60).Draw(t, "small hours") // where clocks change
	}
	o := slot.Opening{Weekday: rapid.IntRange(0, 7).Draw(t, "weekday"), Starts: starts, Ends: rapid.IntRange(starts+1, 24*60).Draw(t, "ends"), Modes: slot.Modes}
	o.FirstDay = from.AddDate(0, 0, rapid.IntRange(-3, 5).Draw(t, "first"))
	switch {
	case o.Weekday == 0:
		o.LastDay = o.FirstDay
	case rapid.Bool().Draw(t, "ending"):
		o.LastDay = o.FirstDay.AddDate(0, 0, rapid.IntRange(0, 8).Draw(t, "last"))
	}
	if o.Weekday > 0 {
		o.Every = rapid.IntRange(0, 2).Draw(t, "every")
	}
	if o.Weekday > 0 && rapid.Bool().Draw(t, "skipping") {
		o.Skips = []time.Time{from.AddDate(0, 0, rapid.IntRange(0, 5).Draw(t, "skip"))}
	}
	return o
}

func drawSettings(t *rapid.T) worker.Settings {
	regions := append(slices.Sorted(keys(localDays)), slot.NoRegion)
	buffer := rapid.SampledFrom([]int{0, 0, 5, 10, 45, 60})
	return worker.Settings{
		HolidayRegion: rapid.SampledFrom(regions).Draw(t, "region"), BufferBefore: buffer.Draw(t, "before"), BufferAfter: buffer.Draw(t, "after"),
		LeadTimeHours: rapid.SampledFrom([]int{0, 0, 1, 24, 72}).Draw(t, "lead time"), HorizonWeeks: rapid.SampledFrom([]int{1, 3, 26}).Draw(t, "horizon"),
		PerDay: rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(t, "cap"), OverrunMinutes: rapid.SampledFrom([]int{0, 15}).Draw(t, "overrun"),
	}
}

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// check compares one scene with the rules, and with the model.
func (s scene) check(t interface {
	Errorf(string, ...any)
	Helper()
}) {
	t.Helper()
	got, want := s.available(), s.model()
	if !slices.EqualFunc(got, want, func(a, b slot.Slot) bool { return a.StartsAt.Equal(b.StartsAt) && slices.Equal(a.Modes, b.Modes) }) {
		t.Errorf("%s: the agenda has\n%v\nthe model\n%v\nin %+v", s.zone, starts(got, s.zone), starts(want, s.zone), s)
	}
	for i, g := range got {
		if i > 0 && g.StartsAt.Sub(got[i-1].StartsAt) < time.Hour {
			t.Errorf("%v overlaps the slot before", g)
		}
	}
	for at := s.span.From; at.Before(s.span.To); at = at.Add(15 * time.Minute) {
		s.checkBookable(t, at, slot.ModesAt(got, at))
	}
	for _, g := range got {
		s.checkBookable(t, g.StartsAt, g.Modes)
	}
}

// checkBookable checks that the act accepts an instant in the modes that are shown, and in
// no other.
func (s scene) checkBookable(t interface {
	Errorf(string, ...any)
	Helper()
}, at time.Time, shown []slot.Mode) {
	t.Helper()
	for _, mode := range slot.Modes {
		_, err := s.agenda().Bookable(at, s.now, mode)
		if accepted := err == nil; accepted != slices.Contains(shown, mode) {
			t.Errorf("%v in mode %s is shown in %v: %v", at, mode, shown, err)
		}
	}
}

func starts(slots []slot.Slot, zone *time.Location) []string {
	var all []string
	for _, s := range slots {
		all = append(all, s.StartsAt.In(zone).Format("Mon 02 15:04 MST"))
	}
	return all
}

// Whatever the agenda and the season, the available slots, and those that are accepted, are
// those of the slow model (R12, R13, R14).
func TestR14_AvailableSlotsMatchTheModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := zone.Of(rapid.SampledFrom(people.Zones).Draw(t, "zone").Value)
		day := time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 4300).Draw(t, "day"))
		scenes(zone, day).Draw(t, "scene").check(t)
	})
}

// The same around every change of the clocks until 2037, and every holiday.
func TestR14_AvailableSlotsMatchTheModelWhenClocksChange(t *testing.T) {
	t.Parallel()
	twiceAYear := map[string]int{"Europe/Paris": 24, "America/Miquelon": 24} // the others never change
	for _, z := range people.Zones {
		zone := zone.Of(z.Value)
		changes := 0
		for at := time.Date(2026, 1, 5, 0, 0, 0, 0, zone); ; changes++ {
			_, at = at.ZoneBounds()
			if at.IsZero() || at.Year() > 2037 {
				break
			}
			for seed := range 3 {
				scenes(zone, slot.CalendarDay(at)).Example(changes*3 + seed).check(t)
			}
		}
		if changes != twiceAYear[z.Value] {
			t.Errorf("%s: %d changes in twelve years", z.Value, changes)
		}
	}
}

func TestR14_AvailableSlotsMatchTheModelAroundHolidays(t *testing.T) {
	t.Parallel()
	for i, z := range people.Zones {
		first := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
		for n, h := range slot.HolidaysOf(slot.RegionOf(z.Value), first.AddDate(i, 0, 0), first.AddDate(i+1, 0, 0)) {
			s := scenes(zone.Of(z.Value), h.Day).Example(n)
			s.settings.HolidayRegion = slot.RegionOf(z.Value)
			s.check(t)
		}
	}
}

// endless are credentials that cover every day.
func endless() worker.Credentials {
	seen := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	return worker.Credentials{{Kind: worker.Diploma, ConfirmedAt: seen}, {Kind: worker.Insurance, ConfirmedAt: seen}}
}
