package calendar

import (
	"net/http"
	"time"

	"socialdirect/account/people"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

const calendarsPath = "/agenda/calendriers"

// calendarsPage is a worker's external calendars (R41).
type calendarsPage struct {
	Form      *form.Form
	Calendars []Subscription
	Full      bool
	Zone      *time.Location
}

func (calendarsPage) Template() string { return "booking/calendars" }
func (calendarsPage) Title() string    { return "Mes autres agendas" }

// Zones are the zones that a worker can choose for one that is not understood.
func (calendarsPage) Zones() []form.Option { return people.Zones }

func (h *HTTP) calendarsPage(r *web.Request, f *form.Form) (calendarsPage, error) {
	v := r.Viewer
	zone, err := h.agendas.Zone(r.Context(), v)
	if err != nil {
		return calendarsPage{}, err
	}
	calendars, err := h.calendars.Subscriptions(r.Context(), v)
	return calendarsPage{Form: f, Calendars: calendars, Full: len(calendars) >= MaxSubscriptions, Zone: zone}, err
}

// showCalendars lists the viewer's calendars, with the form for another.
func (h *HTTP) showCalendars(w http.ResponseWriter, r *web.Request) error {
	page, err := h.calendarsPage(r, form.New(map[string]string{"all_day": "1"}))
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// maxAddress is the maximum length of a calendar's address, in characters.
const maxAddress = 2000

// addCalendar adds a calendar.
func (h *HTTP) addCalendar(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	n := NewSubscription{
		Name:    f.Text("name", form.Text{Max: maxCalendarName, Required: "Donnez un nom à cet agenda, par exemple « Agenda du service »."}),
		Address: f.Text("address", form.Text{Max: maxAddress, Required: "Collez l’adresse de l’agenda."}),
		AllDay:  f.Text("all_day", form.Text{Max: 1}) == "1",
	}
	err := f.Save(besideCalendar, func() error { return h.calendars.Subscribe(r.Context(), r.Viewer, n) })
	if err != nil {
		return err
	}
	if !f.Valid() {
		return f.ShowAgain(h.calendarsPage(r, f))
	}
	return web.Done(w, r, "calendar-added", calendarsPath)
}

// besideCalendar maps faults to the fields at which they appear.
var besideCalendar = form.Beside{errManyCalendars: "address", errSameCalendar: "address", errNoAddress: "address"}

// syncNow synchronises a calendar now.
func (h *HTTP) syncNow(w http.ResponseWriter, r *web.Request) error {
	return h.changeCalendar(w, r, "calendar-asked", func(v *viewer.Viewer, id uuid.UUID) error {
		return h.calendars.Sync(r.Context(), v, id)
	})
}

// pauseCalendar pauses a calendar.
func (h *HTTP) pauseCalendar(w http.ResponseWriter, r *web.Request) error {
	return h.changeCalendar(w, r, "saved", func(v *viewer.Viewer, id uuid.UUID) error {
		return h.calendars.PauseCalendar(r.Context(), v, id, true)
	})
}

// resumeCalendar resumes a calendar.
func (h *HTTP) resumeCalendar(w http.ResponseWriter, r *web.Request) error {
	return h.changeCalendar(w, r, "calendar-soon", func(v *viewer.Viewer, id uuid.UUID) error {
		return h.calendars.PauseCalendar(r.Context(), v, id, false)
	})
}

// countAllDay sets whether all-day events are busy (all_day).
func (h *HTTP) countAllDay(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	count := f.Text("all_day", form.Text{Max: 1}) == "1"
	return h.changeCalendar(w, r, "calendar-soon", func(v *viewer.Viewer, id uuid.UUID) error {
		return h.calendars.CountAllDay(r.Context(), v, id, count)
	})
}

// assumeZone sets the zone of times whose own zone is not understood (zone).
func (h *HTTP) assumeZone(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	zone := f.Text("zone", form.Text{Max: 60})
	return h.changeCalendar(w, r, "calendar-soon", func(v *viewer.Viewer, id uuid.UUID) error {
		return h.calendars.AssumeZone(r.Context(), v, id, zone)
	})
}

// removeCalendar deletes a calendar.
func (h *HTTP) removeCalendar(w http.ResponseWriter, r *web.Request) error {
	return h.changeCalendar(w, r, "deleted", func(v *viewer.Viewer, id uuid.UUID) error {
		return h.calendars.Unsubscribe(r.Context(), v, id)
	})
}

func (h *HTTP) changeCalendar(w http.ResponseWriter, r *web.Request, done string, act func(v *viewer.Viewer, id uuid.UUID) error) error {
	id, err := r.PathID("id")
	if err != nil {
		return err
	}
	if err := act(r.Viewer, id); err != nil {
		return err
	}
	return web.Done(w, r, done, calendarsPath)
}
