package profile

import (
	"fmt"
	"net/http"
	"strconv"

	"socialdirect/account/pages"
	"socialdirect/account/people"
	"socialdirect/internal/form"
	"socialdirect/web"
)

// contactPage is the form in which a person chooses how to be notified (R21).
type contactPage struct {
	Form    *form.Form
	Texts   bool // whether an SMS gateway is set
	Address bool // whether the person has an e-mail address
	Prove   bool // whether the number has to be proved before SMS go to it
	From    []form.Option
	Until   []form.Option
}

func (contactPage) Template() string { return "account/contact" }
func (contactPage) Title() string    { return "Notifications" }

func (h *HTTP) contactPage(f *form.Form, own people.Reachable) contactPage {
	return contactPage{
		Form: f, Texts: h.profiles.people.SMS, Address: own.Email != "", Prove: h.profiles.people.OwesProof(own.Person),
		From: hourOptions(0, 23), Until: hourOptions(1, 24),
	}
}

// hourOptions returns the full hours from first to last, with values in minutes since
// midnight.
func hourOptions(first, last int) []form.Option {
	var options []form.Option
	for hour := first; hour <= last; hour++ {
		options = append(options, form.Option{Value: strconv.Itoa(hour * 60), Label: fmt.Sprintf("%d\u00a0h", hour)})
	}
	return options
}

// showContact shows the viewer's choices.
func (h *HTTP) showContact(w http.ResponseWriter, r *web.Request) error {
	own, err := h.profiles.contact(r.Context(), r.Viewer)
	if err != nil {
		return err
	}
	values := map[string]string{"call_from": strconv.Itoa(own.CallFrom), "call_until": strconv.Itoa(own.CallUntil)}
	for name, chosen := range map[string]bool{
		"texts": own.Texts, "discreet": own.Discreet, "limit_reminder": own.LimitReminder, "hour_reminder": own.HourReminder,
	} {
		if chosen {
			values[name] = "1"
		}
	}
	return h.render.Render(w, r, http.StatusOK, h.contactPage(form.New(values), own))
}

// chooseContact saves the viewer's choices.
func (h *HTTP) chooseContact(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	v := r.Viewer
	own, err := h.profiles.contact(r.Context(), v)
	if err != nil {
		return err
	}
	page := h.contactPage(f, own)
	chosen := people.Contact{
		Texts: f.Ticked("texts"), Discreet: f.Ticked("discreet"), LimitReminder: f.Ticked("limit_reminder"), HourReminder: f.Ticked("hour_reminder"),
		CallFrom: minutesIn(f, "call_from", page.From), CallUntil: minutesIn(f, "call_until", page.Until),
	}
	if !h.profiles.people.SMS {
		chosen.Texts = own.Texts // the form has no such field without a gateway
	}
	if !f.Valid() {
		return f.Invalid(page)
	}
	if err := h.profiles.ChooseContact(r.Context(), v, chosen); err != nil {
		return pages.Refuse(f, "call_until", err, page)
	}
	return web.Done(w, r, "saved", "/profil/notifications")
}

// minutesIn decodes the hour that was chosen in a field, in minutes since midnight.
func minutesIn(f *form.Form, name string, options []form.Option) int {
	values := make([]string, len(options))
	for i, o := range options {
		values[i] = o.Value
	}
	minutes, _ := strconv.Atoi(f.Choice(name, values, "Choisissez une heure dans la liste."))
	return minutes
}
