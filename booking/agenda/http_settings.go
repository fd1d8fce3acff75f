package agenda

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/web"
)

// settingsPage shows the settings of a worker's agenda, other than openings and absences.
type settingsPage struct {
	Form     *form.Form
	Regions  []form.Option
	Holidays []slot.Holiday // of the next year
	Booked   []appointment.Appointment
	Closing  time.Time // the holiday to be closed on which somebody is booked
	Zone     *time.Location
}

func (settingsPage) Template() string { return "booking/settings" }
func (settingsPage) Title() string    { return "Réglages de l’agenda" }

// Numbers returns the numeric settings.
func (settingsPage) Numbers() []worker.Number { return worker.Numbers }

func regionOptions() []form.Option {
	options := make([]form.Option, len(slot.Regions))
	for i, region := range slot.Regions {
		options[i] = form.Option{Value: region.Slug, Label: region.Label}
	}
	return options
}

func (h *HTTP) settingsPage(r *web.Request, f *form.Form) (settingsPage, error) {
	v, now := r.Viewer, h.agendas.db.Now()
	zone, err := h.agendas.Zone(r.Context(), v)
	if err != nil {
		return settingsPage{}, err
	}
	holidays, err := h.agendas.Holidays(r.Context(), v, slot.Period{From: now, To: now.AddDate(1, 0, 0)})
	return settingsPage{Form: f, Regions: regionOptions(), Holidays: holidays, Zone: zone}, err
}

func (h *HTTP) savedSettings(r *web.Request) (*form.Form, error) {
	s, err := h.agendas.Settings(r.Context(), r.Viewer)
	values := map[string]string{"holiday_region": s.HolidayRegion, "shown_number": people.DisplayMobile(s.ShownNumber), "awaited_mobile": people.DisplayMobile(s.AwaitedMobile)}
	for _, n := range worker.Numbers {
		values[n.Column] = n.Text(n.Of(s))
	}
	return form.New(values), err
}

// settings shows the viewer's settings.
func (h *HTTP) settings(w http.ResponseWriter, r *web.Request) error {
	f, err := h.savedSettings(r)
	if err != nil {
		return err
	}
	page, err := h.settingsPage(r, f)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// decodeNumber decodes a numeric setting. The message names the setting, since it also
// appears in the list above the form.
func decodeNumber(f *form.Form, n worker.Number) int {
	value, ok := n.Parse(f.Text(n.Column, form.Text{Max: 4}))
	if f.Error(n.Column) == "" && !ok {
		f.Fail(n.Column, fmt.Sprintf("%s : écrivez un nombre entier entre %d et %d.", n.Counted, n.Least, n.Most))
	}
	return value
}

// saveSettings stores the settings.
func (h *HTTP) saveSettings(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	s := worker.Settings{HolidayRegion: f.Choice("holiday_region", form.Values(regionOptions()), "Choisissez une région.")}
	for _, n := range worker.Numbers {
		n.Set(&s, decodeNumber(f, n))
	}
	s.ShownNumber, s.AwaitedMobile = f.OptionalPhone("shown_number"), f.OptionalMobile("awaited_mobile")
	err := f.Save(worker.BesideSettings, func() error { return h.agendas.SaveSettings(r.Context(), r.Viewer, s) })
	if err != nil {
		return err
	}
	if !f.Valid() {
		return f.ShowAgain(h.settingsPage(r, f))
	}
	return web.Done(w, r, "saved", "/agenda/reglages")
}

// setHoliday opens or closes one of the viewer's holidays.
func (h *HTTP) setHoliday(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	v := r.Viewer
	day, err := time.Parse(time.DateOnly, f.Hidden("day", len(time.DateOnly)))
	if err != nil {
		return errNoHoliday
	}
	if f.Ticked("open") {
		err = h.agendas.OpenHoliday(r.Context(), v, day)
	} else {
		err = h.agendas.CloseHoliday(r.Context(), v, day, f.Ticked("anyway"))
	}
	var booked *StillBooked
	if errors.As(err, &booked) {
		return h.settingsBooked(r, booked, day)
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, "saved")
	if f.Hidden("back", len("week")) == "week" {
		return web.See(w, r, "/agenda?week="+slot.WeekOf(day).String())
	}
	return web.See(w, r, "/agenda/reglages")
}

// settingsBooked returns the fault that lists the appointments on a holiday that was to be
// closed.
func (h *HTTP) settingsBooked(r *web.Request, booked *StillBooked, day time.Time) error {
	f, err := h.savedSettings(r)
	if err != nil {
		return err
	}
	page, err := h.settingsPage(r, f)
	if err != nil {
		return err
	}
	page.Booked, page.Closing = booked.Appointments, day
	return fault.WithPage(booked, page)
}
