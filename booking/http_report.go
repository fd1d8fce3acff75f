package booking

import (
	"net/http"

	"socialdirect/account/report"
	"socialdirect/booking/appointment"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

type reportPage struct {
	appointment.Appointment
	Form   *form.Form
	Viewer *viewer.Viewer
	Kinds  []form.Option
}

func (reportPage) Template() string { return "booking/report" }
func (p reportPage) Title() string {
	return "Signalement, rendez-vous du " + web.DayHour(p.StartsAt.In(p.Viewer.Zone))
}

func (h *HTTP) reportPage(r *web.Request, f *form.Form) (reportPage, error) {
	a, err := h.appointment(r)
	page := reportPage{Appointment: a, Form: f, Viewer: r.Viewer}
	for _, kind := range report.ReportKinds {
		page.Kinds = append(page.Kinds, form.Option{Value: string(kind), Label: kind.Label()})
	}
	return page, err
}

// showReport shows the form with which a worker reports a person (R7).
func (h *HTTP) showReport(w http.ResponseWriter, r *web.Request) error {
	page, err := h.reportPage(r, form.New(nil))
	if err != nil {
		return err
	}
	return h.Render.Render(w, r, http.StatusOK, page)
}

// report sends the report to the administration.
func (h *HTTP) report(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.reportPage(r, f)
	if err != nil {
		return err
	}
	report := Report{
		Kind: report.ReportKind(f.Choice("kind", form.Values(page.Kinds), "Choisissez ce dont il s’agit.")),
		Text: f.Text("text", form.Text{Max: report.MaxReport, Required: "Dites en quelques phrases ce qui s’est passé.", Lines: true}),
	}
	if !f.Valid() {
		return f.Invalid(page)
	}
	if err := h.bookings.Report(r.Context(), page.Viewer, page.ID, report); err != nil {
		return err
	}
	return web.Done(w, r, "reported", "/rendez-vous/"+page.ID.String())
}
