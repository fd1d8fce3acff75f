package booking

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/form"
	"socialdirect/web"

	"github.com/google/uuid"
)

// slotsPage is one worker's sheet with the free hours of a week.
type slotsPage struct {
	Worker   worker.SocialWorker
	Mode     slot.Mode
	Modes    []form.Option
	Week     slot.Week
	Days     []slotDay
	Previous string // the week before, empty when it is past
	Next     string
	First    string                    // the first week with a free hour, when this one has none
	Problem  string                    // why the hour that was asked for cannot be had
	Kept     []appointment.HiddenField // what was typed for it, to go on with
	Reader   *time.Location
	Month    monthStrip
	Chosen   time.Time // the day that was chosen in the month, midnight in the reader's zone; zero for none
}

func (slotsPage) Template() string { return "booking/slots" }
func (slotsPage) Title() string    { return "Choisir une heure" }
func (slotsPage) Styles() []string { return []string{"finding.css"} }
func (slotsPage) Wide() bool       { return true }

// LanguageLabel is a language's name, for the template.
func (slotsPage) LanguageLabel(tag string) string { return worker.LanguageLabel(tag) }

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
func (p slotsPage) shown(slot slot.Slot) shownSlot {
	s := shownSlot{At: slot.StartsAt.In(p.Reader), There: web.Second(slot.StartsAt, p.Reader, p.Worker.Zone)}
	s.Name = web.DayHour(s.At)
	if s.There != "" {
		s.There += " là-bas"
		s.Name += " (" + s.There + ")"
	}
	s.Name += ", " + web.Small(p.Mode.Label())
	if places := p.Places(); len(places) > 1 {
		s.Where = worker.PlaceIn(places, slot.Place).Name
		s.Name += ", " + s.Where
	}
	return s
}

// Places are where the hours take one, in person.
func (p slotsPage) Places() []worker.Place {
	if p.Mode != slot.InPerson {
		return nil
	}
	return p.Worker.Places
}

// Slots shows one worker's sheet with its agenda (R12).
func (h *HTTP) Slots(w http.ResponseWriter, r *web.Request) error {
	id, err := r.PathID("id")
	if err != nil {
		return err
	}
	query := r.URL.Query()
	page, err := h.slotsPage(r, id, asked{week: query.Get("week"), month: query.Get("month"), day: query.Get("day")}, slot.Mode(query.Get("mode")))
	if err != nil {
		return err
	}
	if err := h.countViews(r, page); err != nil {
		return err
	}
	return h.Render.Render(w, r, http.StatusOK, page)
}

// countViews counts the week of a page, and which days of a month have room (R45).
func (h *HTTP) countViews(r *web.Request, page slotsPage) error {
	err := h.Views.PageOfWeek(r, page.Worker.ID, page.Week)
	if err != nil || !page.Month.Shown() {
		return err
	}
	return h.Views.PageOfMonth(r, page.Worker.ID, page.Month.String())
}

// slotsPage fills the page for a week; where none is asked for it takes the
// first one with a free hour in that mode, of the month that is asked for.
func (h *HTTP) slotsPage(r *web.Request, id uuid.UUID, a asked, mode slot.Mode) (slotsPage, error) {
	zone, now := r.Viewer.Zone, h.bookings.DB.Now()
	v := r.Viewer
	worker, err := h.offeredTo(r.Context(), v.ID, id)
	if err != nil {
		return slotsPage{}, err
	}
	if !slices.Contains(worker.Modes, mode) {
		mode = worker.Modes[0]
	}
	free, err := h.bookings.Searches.AvailableFor(r.Context(), v, id, v.ID, mode)
	if err != nil {
		return slotsPage{}, err
	}
	page := slotsPage{Worker: worker, Mode: mode, Modes: slot.ModeOptions(worker.Modes), Reader: zone}
	page.fill(a.weekIn(free, zone), free, now)
	page.turn(a, free, now)
	return page, nil
}

func (p *slotsPage) fill(week string, free []slot.Slot, now time.Time) {
	this, first := slot.WeekOf(now.In(p.Reader)), ""
	if len(free) > 0 {
		first = slot.WeekOf(free[0].StartsAt.In(p.Reader)).String()
	}
	var known bool
	if p.Week, known = slot.ParseWeek(week); !known {
		p.Week, known = slot.ParseWeek(first)
	}
	if !known {
		p.Week = this
	}
	monday := p.Week.MondayIn(p.Reader)
	for i := range 7 {
		p.Days = append(p.Days, p.day(monday.AddDate(0, 0, i), free))
	}
	if monday.After(now) {
		p.Previous = slot.WeekOf(monday.AddDate(0, 0, -7)).String()
	}
	if next := monday.AddDate(0, 0, 7); next.Before(now.Add(slot.Horizon)) {
		p.Next = slot.WeekOf(next).String()
	}
	if p.Empty() && first != p.Week.String() {
		p.First = first
	}
}

func (p slotsPage) day(midnight time.Time, free []slot.Slot) slotDay {
	day := slotDay{Day: midnight}
	for _, slot := range startingIn(free, slot.Period{From: midnight, To: midnight.AddDate(0, 0, 1)}) {
		day.Slots = append(day.Slots, p.shown(slot))
	}
	return day
}

// startingIn are those of slots in order that start inside span.
func startingIn(slots []slot.Slot, span slot.Period) []slot.Slot {
	first, _ := slices.BinarySearchFunc(slots, span.From, slot.Slot.CompareStart)
	end, _ := slices.BinarySearchFunc(slots, span.To, slot.Slot.CompareStart)
	return slots[first:end]
}

// Empty reports whether the week has no free hour.
func (p slotsPage) Empty() bool {
	return !slices.ContainsFunc(p.Days, func(d slotDay) bool { return len(d.Slots) > 0 })
}
