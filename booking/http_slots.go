package booking

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"

	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// slotsPage is one worker's sheet with the free hours of a week.
type slotsPage struct {
	Worker   SocialWorker
	Mode     Mode
	Modes    []form.Option
	Week     isoWeek
	Days     []slotDay
	Previous string // the week before, empty when it is past
	Next     string
	First    string      // the first week with a free hour, when this one has none
	Problem  string      // why the hour that was asked for cannot be had
	Kept     []keptField // what was typed for it, to go on with
	Reader   *time.Location
	Month    monthStrip
	Chosen   time.Time // the day that was chosen in the month, midnight in the reader's zone; zero for none
}

func (slotsPage) Template() string { return "booking/slots" }
func (slotsPage) Title() string    { return "Choisir une heure" }
func (slotsPage) Wide() bool       { return true }

// LanguageLabel is a language's name, for the template.
func (slotsPage) LanguageLabel(tag string) string { return LanguageLabel(tag) }

// InMode is the address of the same week in another mode.
func (p slotsPage) InMode(mode string) string {
	return fmt.Sprintf("/assistants/%s?week=%s&mode=%s", p.Worker.ID, p.Week, mode)
}

// InWeek is the address of another week in the same mode.
func (p slotsPage) InWeek(week string) string {
	return fmt.Sprintf("/assistants/%s?week=%s&mode=%s", p.Worker.ID, week, p.Mode)
}

// slotDay is one day of the reader's with its free hours.
type slotDay struct {
	Day   time.Time // midnight in the reader's zone
	Slots []shownSlot
}

// shownSlot is a free hour as the reader chooses it.
type shownSlot struct {
	At    time.Time // in the reader's zone
	There string    // the worker's clock, where it differs (R14)
	Where string    // the name of its place, where the worker has several
	Name  string    // all of it, for a screen reader
}

// shown says a slot to the page's reader.
func (p slotsPage) shown(slot Slot) shownSlot {
	s := shownSlot{At: slot.StartsAt.In(p.Reader), There: web.Second(slot.StartsAt, p.Reader, p.Worker.Zone)}
	s.Name = web.DayHour(s.At)
	if s.There != "" {
		s.There += " là-bas"
		s.Name += " (" + s.There + ")"
	}
	s.Name += ", " + web.Small(p.Mode.Label())
	if places := p.Places(); len(places) > 1 {
		s.Where = placeIn(places, slot.Place).Name
		s.Name += ", " + s.Where
	}
	return s
}

// Places are where the hours take one, in person.
func (p slotsPage) Places() []Place {
	if p.Mode != InPerson {
		return nil
	}
	return p.Worker.Places
}

// isoWeek is a week of ISO 8601, written 2026-W48.
type isoWeek struct{ year, week int }

func (w isoWeek) String() string { return fmt.Sprintf("%04d-W%02d", w.year, w.week) }

func weekOf(t time.Time) isoWeek {
	year, week := t.ISOWeek()
	return isoWeek{year, week}
}

// monday is the week's first midnight in zone.
func (w isoWeek) monday(zone *time.Location) time.Time {
	inFirst := time.Date(w.year, 1, 4, 0, 0, 0, 0, zone) // always in week 1
	return inFirst.AddDate(0, 0, 1-isoWeekday(inFirst)+7*(w.week-1))
}

// Monday is the week's first day, for pages.
func (w isoWeek) Monday() time.Time { return w.monday(time.UTC) }

var weekPattern = regexp.MustCompile(`^(\d{4})-W(\d{2})$`)

// parseWeek reads a week of a plausible year.
func parseWeek(s string) (isoWeek, bool) {
	parts := weekPattern.FindStringSubmatch(s)
	if parts == nil {
		return isoWeek{}, false
	}
	year, _ := strconv.Atoi(parts[1]) // digits by the pattern
	week, _ := strconv.Atoi(parts[2])
	w := isoWeek{year, week}
	known := year >= 2000 && year <= 2200 && week >= 1 && weekOf(w.monday(time.UTC)) == w
	return w, known
}

// Slots shows one worker's sheet with its agenda (R12).
func (h *HTTP) Slots(w http.ResponseWriter, r *http.Request) error {
	id, err := form.PathID(r, "id")
	if err != nil {
		return err
	}
	query := r.URL.Query()
	page, err := h.slotsPage(r, id, asked{week: query.Get("week"), month: query.Get("month"), day: query.Get("day")}, Mode(query.Get("mode")))
	if err != nil {
		return err
	}
	if err := h.lookIntoMonth(r, page); err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// slotsPage fills the page for a week; where none is asked for it takes the
// first one with a free hour in that mode, of the month that is asked for.
func (h *HTTP) slotsPage(r *http.Request, id uuid.UUID, a asked, mode Mode) (slotsPage, error) {
	zone, now := viewer.From(r.Context()).Zone, h.bookings.db.Now()
	v := viewer.From(r.Context())
	worker, err := h.offeredTo(r.Context(), v.ID, id)
	if err != nil {
		return slotsPage{}, err
	}
	if !slices.Contains(worker.Modes, mode) {
		mode = worker.Modes[0]
	}
	free, err := h.bookings.FreeFor(r.Context(), v, id, v.ID, mode)
	if err != nil {
		return slotsPage{}, err
	}
	page := slotsPage{Worker: worker, Mode: mode, Modes: modeOptions(worker.Modes), Reader: zone}
	page.fill(a.weekIn(free, zone), free, now)
	page.turn(a, free, now)
	return page, nil
}

func (p *slotsPage) fill(week string, free []Slot, now time.Time) {
	this, first := weekOf(now.In(p.Reader)), ""
	if len(free) > 0 {
		first = weekOf(free[0].StartsAt.In(p.Reader)).String()
	}
	var known bool
	if p.Week, known = parseWeek(week); !known {
		p.Week, known = parseWeek(first)
	}
	if !known {
		p.Week = this
	}
	monday := p.Week.monday(p.Reader)
	for i := range 7 {
		p.Days = append(p.Days, p.day(monday.AddDate(0, 0, i), free))
	}
	if monday.After(now) {
		p.Previous = weekOf(monday.AddDate(0, 0, -7)).String()
	}
	if next := monday.AddDate(0, 0, 7); next.Before(now.Add(Horizon)) {
		p.Next = weekOf(next).String()
	}
	if p.Empty() && first != p.Week.String() {
		p.First = first
	}
}

func (p slotsPage) day(midnight time.Time, free []Slot) slotDay {
	day := slotDay{Day: midnight}
	for _, slot := range startingIn(free, Period{midnight, midnight.AddDate(0, 0, 1)}) {
		day.Slots = append(day.Slots, p.shown(slot))
	}
	return day
}

// startingIn are those of slots in order that start inside span.
func startingIn(slots []Slot, span Period) []Slot {
	first, _ := slices.BinarySearchFunc(slots, span.From, Slot.compareStart)
	end, _ := slices.BinarySearchFunc(slots, span.To, Slot.compareStart)
	return slots[first:end]
}

// Empty reports whether the week has no free hour.
func (p slotsPage) Empty() bool {
	return !slices.ContainsFunc(p.Days, func(d slotDay) bool { return len(d.Slots) > 0 })
}
