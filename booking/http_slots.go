package booking

import (
	"cmp"
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

// slotsPage is one worker's sheet with the available slots of a week.
type slotsPage struct {
	Worker   worker.SocialWorker
	Mode     slot.Mode
	Modes    []form.Option
	Week     slot.Week
	Days     []slotDay
	Previous string                    // the week before, empty if it is past
	Next     string                    // the week after, empty beyond the horizon
	First    string                    // the first week with an available slot, if this one has none
	Problem  string                    // why the chosen slot cannot be booked
	Kept     []appointment.HiddenField // what was typed for it, kept for the next choice
	Reader   *time.Location
	Month    monthStrip
	NoneSoon bool      // nothing is available within two days
	Chosen   time.Time // the day that was chosen in the month, midnight in the reader's zone; zero for none
}

func (slotsPage) Template() string { return "booking/slots" }
func (p slotsPage) Title() string {
	return "Choisir une heure avec " + p.Worker.Name() + ", semaine du " + web.Day(p.Week.Monday())
}
func (slotsPage) Styles() []string { return []string{"finding.css"} }
func (slotsPage) Wide() bool       { return true }

// LanguageLabel is the name of a language, for the template.
func (slotsPage) LanguageLabel(tag string) string { return worker.LanguageLabel(tag) }

// InMode is the address of the same week in another mode.
func (p slotsPage) InMode(mode string) string {
	return fmt.Sprintf("/assistants/%s?week=%s&mode=%s", p.Worker.ID, p.Week, mode)
}

// InWeek is the address of another week in the same mode.
func (p slotsPage) InWeek(week string) string {
	return fmt.Sprintf("/assistants/%s?week=%s&mode=%s", p.Worker.ID, week, p.Mode)
}

// slotDay is one day of the reader with its available slots.
type slotDay struct {
	Day   time.Time // midnight in the reader's zone
	Slots []shownSlot
}

// shownSlot is an available slot as the page shows it.
type shownSlot struct {
	At    time.Time // in the reader's zone
	There string    // the worker's local time, if it differs (R14)
	Where string    // the name of its place, if the worker has several
	Name  string    // all of it in words, for a screen reader
}

// shownSlot converts a slot for the page's reader.
func (p slotsPage) shownSlot(slot slot.Slot) shownSlot {
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

// Places are the worker's places if the mode is in person.
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
	chosen, err := h.Searches.Chosen(r, appointment.ForOneself(r.Viewer))
	if err != nil {
		return err
	}
	mode := cmp.Or(slot.Mode(query.Get("mode")), chosen.Mode)
	page, err := h.slotsPage(r, id, agendaQuery{week: query.Get("week"), month: query.Get("month"), day: query.Get("day")}, mode)
	if err != nil {
		return err
	}
	if err := h.countViews(r, page); err != nil {
		return err
	}
	return h.Render.Render(w, r, http.StatusOK, page)
}

// countViews counts the shown week and month as views (R45).
func (h *HTTP) countViews(r *web.Request, page slotsPage) error {
	err := h.Views.PageOfWeek(r, page.Worker.ID, page.Week)
	if err != nil || !page.Month.Shown() {
		return err
	}
	return h.Views.PageOfMonth(r, page.Worker.ID, page.Month.String())
}

// slotsPage makes the page for the selected week; if none is selected, for the first week of
// the selected month with an available slot in that mode.
func (h *HTTP) slotsPage(r *web.Request, id uuid.UUID, a agendaQuery, mode slot.Mode) (slotsPage, error) {
	zone, now := r.Viewer.Zone, h.bookings.DB.Now()
	v := r.Viewer
	worker, err := h.offeredTo(r.Context(), v.ID, id)
	if err != nil {
		return slotsPage{}, err
	}
	if !slices.Contains(worker.Modes, mode) {
		mode = worker.Modes[0]
	}
	available, err := h.bookings.Searches.AvailableFor(r.Context(), v, id, v.ID, mode)
	if err != nil {
		return slotsPage{}, err
	}
	page := slotsPage{Worker: worker, Mode: mode, Modes: slot.ModeOptions(worker.Modes), Reader: zone}
	page.NoneSoon = slot.NoneSoon(firstOf(available), now)
	page.fillWeek(a.weekIn(available, zone), available, now)
	page.fillMonth(a, available, now)
	return page, nil
}

// firstOf returns the start of the first slot, zero if there is none.
func firstOf(available []slot.Slot) time.Time {
	if len(available) == 0 {
		return time.Time{}
	}
	return available[0].StartsAt
}

// fillWeek fills in the days of a week and the neighbouring weeks. If week is not valid it is
// the first week with an available slot, or the current one.
func (p *slotsPage) fillWeek(week string, available []slot.Slot, now time.Time) {
	this, first := slot.WeekOf(now.In(p.Reader)), ""
	if len(available) > 0 {
		first = slot.WeekOf(available[0].StartsAt.In(p.Reader)).String()
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
		p.Days = append(p.Days, p.day(monday.AddDate(0, 0, i), available))
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

func (p slotsPage) day(midnight time.Time, available []slot.Slot) slotDay {
	day := slotDay{Day: midnight}
	for _, slot := range startingIn(available, slot.Period{From: midnight, To: midnight.AddDate(0, 0, 1)}) {
		day.Slots = append(day.Slots, p.shownSlot(slot))
	}
	return day
}

// startingIn returns the slots that start inside span; slots must be in order.
func startingIn(slots []slot.Slot, span slot.Period) []slot.Slot {
	first, _ := slices.BinarySearchFunc(slots, span.From, slot.Slot.CompareStart)
	end, _ := slices.BinarySearchFunc(slots, span.To, slot.Slot.CompareStart)
	return slots[first:end]
}

// Empty reports whether the week has no available slot.
func (p slotsPage) Empty() bool {
	return !slices.ContainsFunc(p.Days, func(d slotDay) bool { return len(d.Slots) > 0 })
}
