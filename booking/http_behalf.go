package booking

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/search"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// slotTable is a worker's available slots in a week, of which one is chosen.
type slotTable struct {
	Week     slot.Week
	Days     []slotDay
	Previous string // the address of the week before; empty if it is past
	Next     string // the address of the week after; empty beyond the horizon
	First    string // the address of the first week with an available slot, if this one has none
	Empty    bool
	Places   []worker.Place // the worker's places, for slots in person
	Reader   *time.Location // the zone in which times are shown
}

// newSlotTable is a worker's available slots in the week of the query; without one in the
// week usual; without that in the first week that has any. The addresses of the other weeks
// keep the mode of the query and nothing else, so that no need ever stands in them.
func newSlotTable(r *web.Request, usual string, available []slot.Slot, worker worker.SocialWorker, mode slot.Mode, reader *time.Location, now time.Time) slotTable {
	grid := slotsPage{Worker: worker, Mode: mode, Reader: reader}
	grid.fillWeek(cmp.Or(r.URL.Query().Get("week"), usual), available, now)
	addressOf := func(week string) string {
		if week == "" {
			return ""
		}
		query := url.Values{"week": {week}}
		if r.URL.Query().Has("mode") {
			query.Set("mode", string(mode))
		}
		return r.URL.Path + "?" + query.Encode()
	}
	return slotTable{
		Week: grid.Week, Days: grid.Days, Previous: addressOf(grid.Previous), Next: addressOf(grid.Next), First: addressOf(grid.First),
		Empty: grid.Empty(), Places: grid.Places(), Reader: reader,
	}
}

// AvailableToMove returns the slots to which the viewer may move an appointment, as if its
// current slot were released. asks reports that the moved appointment will be a request.
func (s *Service) AvailableToMove(ctx context.Context, v *viewer.Viewer, a appointment.Appointment) (available []slot.Slot, asks bool, err error) {
	marked, err := s.Appointments.Marked(ctx, v, a.SocialWorkerID, a.BeneficiaryID)
	if err != nil {
		return nil, false, err
	}
	now := s.DB.Now()
	asks = v.ID != a.SocialWorkerID && (a.Asks() || !marked.IsZero())
	available, err = s.Agendas.AvailableBut(ctx, a.SocialWorkerID, slot.Period{From: now, To: now.Add(slot.Horizon)}, slot.Slot{StartsAt: a.StartsAt}.Period())
	available = slices.DeleteFunc(available, func(slot slot.Slot) bool { return slot.StartsAt.Equal(a.StartsAt) })
	return search.Fitting(available, a.Mode, asks, now), asks, err
}

// onBehalfPage is one worker's available slots, to book one on behalf of a person.
type onBehalfPage struct {
	appointment.OnBehalf
	Worker  worker.SocialWorker
	Mode    slot.Mode
	Modes   []form.Option
	Hours   slotTable
	Kept    []appointment.HiddenField // what was typed before the slot became unavailable
	Problem string
	Own     bool // the viewer is the worker
}

func (onBehalfPage) Template() string { return "booking/on_behalf" }
func (p onBehalfPage) Title() string {
	return "Choisir une heure pour " + p.For + " avec " + p.Worker.Name() + ", semaine du " + web.Day(p.Hours.Week.Monday())
}

// InMode is the address of the same week in another mode.
func (p onBehalfPage) InMode(mode string) string {
	if p.Own {
		return fmt.Sprintf("%s?week=%s&mode=%s", p.Booking(), p.Hours.Week, mode)
	}
	return fmt.Sprintf("%s/assistants/%s?week=%s&mode=%s", p.Base, p.Worker.ID, p.Hours.Week, mode)
}

// showSlotsOnBehalf shows the viewer's own slots, or those of the worker whom the path
// names.
func (h *HTTP) showSlotsOnBehalf(w http.ResponseWriter, r *web.Request) error {
	e, err := h.bookings.Appointments.OnBehalf(r)
	if err != nil {
		return err
	}
	id := r.Viewer.ID
	if named := r.PathValue("worker"); named != "" {
		if id, err = form.ParseID(named); err != nil {
			return worker.ErrNotOffered
		}
	}
	chosen, err := h.Searches.Chosen(r, e)
	if err != nil {
		return err
	}
	page, err := h.onBehalfPage(r, e, appointment.Request{SocialWorkerID: id, Mode: slot.Mode(r.URL.Query().Get("mode")), Reason: chosen.Reason})
	if err != nil {
		return err
	}
	return h.Render.Render(w, r, http.StatusOK, page)
}

func (h *HTTP) onBehalfPage(r *web.Request, e appointment.OnBehalf, request appointment.Request) (onBehalfPage, error) {
	v := r.Viewer
	worker, err := h.offeredTo(r.Context(), e.PersonID, request.SocialWorkerID)
	if err != nil {
		return onBehalfPage{}, err
	}
	mode := request.Mode
	if !slices.Contains(worker.Modes, mode) {
		mode = worker.Modes[0]
	}
	available, err := h.bookings.Searches.AvailableFor(r.Context(), v, worker.ID, e.PersonID, mode)
	page := onBehalfPage{
		OnBehalf: e, Worker: worker, Mode: mode, Modes: slot.ModeOptions(worker.Modes), Own: v.ID == worker.ID, Kept: appointment.HiddenFields(request),
		Hours: newSlotTable(r, "", available, worker, mode, e.Zone, h.bookings.DB.Now()),
	}
	return page, err
}
