package agenda

import (
	"errors"
	"net/http"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/internal/zone"
	"socialdirect/web"
)

const maxZoneName = 60

// zonePage shows what a change of the agenda's time zone does before it is done.
type zonePage struct {
	Form    *form.Form
	Zone    *time.Location // of the agenda today
	To      *time.Location // the chosen one; nil before a choice, or for the same
	Example time.Time      // nine o'clock tomorrow in To
	Kept    []appointment.Appointment
	Outside []appointment.Appointment
}

func (zonePage) Template() string { return "booking/zone" }
func (zonePage) Title() string    { return "Changer l’heure de l’agenda" }

// Zones are the zones to choose from.
func (zonePage) Zones() []form.Option { return people.Zones }

// zoneAppointments are appointments with their times before and after.
type zoneAppointments struct {
	All      []appointment.Appointment
	From, To *time.Location
}

// Appointments are those of a list, for the template.
func (p zonePage) Appointments(all []appointment.Appointment) zoneAppointments {
	return zoneAppointments{all, p.Zone, p.To}
}

// zonePage returns the page for the zone that the form chooses.
func (h *HTTP) zonePage(r *web.Request, f *form.Form) (page zonePage, err error) {
	page.Form = f
	if page.Zone, err = h.agendas.Zone(r.Context(), r.Viewer); err != nil {
		return page, err
	}
	name := f.Value("zone")
	if name == "" {
		f.Set("zone", page.Zone.String())
		return page, nil
	}
	page.Kept, page.Outside, err = h.agendas.PreviewZone(r.Context(), r.Viewer, name)
	if errors.Is(err, errZone) {
		f.Fail("zone", errZone.Message)
		return page, nil
	}
	if name != page.Zone.String() {
		page.To = zone.Of(name)
		today := h.agendas.db.Now().In(page.To)
		page.Example = time.Date(today.Year(), today.Month(), today.Day()+1, 9, 0, 0, 0, page.To)
	}
	return page, err
}

// showZone shows what the chosen zone changes (zone, optional).
func (h *HTTP) showZone(w http.ResponseWriter, r *web.Request) error {
	f := form.FromValues(r.URL.Query())
	f.Text("zone", form.Text{Max: maxZoneName})
	page, err := h.zonePage(r, f)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// changeZone changes the zone (zone, anyway).
func (h *HTTP) changeZone(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	name := f.Text("zone", form.Text{Max: maxZoneName, Required: errZone.Message})
	err := f.Save(form.Beside{errZone: "zone"}, func() error {
		return h.agendas.ChangeZone(r.Context(), r.Viewer, name, f.Ticked("anyway"))
	})
	var booked *StillBooked
	if errors.As(err, &booked) {
		page, broken := h.zonePage(r, f)
		if broken != nil {
			return broken
		}
		return fault.WithPage(booked, page)
	}
	if err != nil {
		return err
	}
	if !f.Valid() {
		return f.ShowAgain(h.zonePage(r, f))
	}
	return web.Done(w, r, "saved", "/agenda/reglages")
}
