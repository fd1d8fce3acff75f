package echo

import (
	"net/http"
	"net/url"

	"socialdirect/account/pages"
	"socialdirect/account/session"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// send stores the report of a test. The browser is the one that sends it.
func (h *HTTP) send(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.page(r, f)
	if err != nil {
		return err
	}
	all := decoded(f)
	if !f.Valid() {
		return f.Invalid(page)
	}
	reference, err := h.tests.Send(r.Context(), TestReport{Browser: session.BrowserWords(r.UserAgent()), Results: all}, pages.Place(r))
	if err != nil {
		return f.Refused("verdict", err, page)
	}
	return web.See(w, r, reportPath+"/"+url.PathEscape(reference))
}

// sentPage says under which reference the switchboard finds a report.
type sentPage struct {
	Reference string
	Phone     web.Phone
}

func (sentPage) Template() string { return "signaling/test_sent" }
func (sentPage) Title() string    { return "Votre test est envoyé" }

func (h *HTTP) sent(w http.ResponseWriter, r *web.Request) error {
	reference := r.PathValue("reference")
	if err := h.tests.exists(r.Context(), reference); err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, sentPage{reference, h.render.Phone()})
}

// deskPage lists the reports for the switchboard.
type deskPage struct {
	Viewer         *viewer.Viewer
	Reports        []TestReport
	Previous, Next string
}

func (deskPage) Template() string { return "signaling/tests" }
func (deskPage) Title() string    { return "Tests d’appel" }

func (h *HTTP) list(w http.ResponseWriter, r *web.Request) error {
	number := r.PageNumber()
	reports, more, err := h.tests.Reports(r.Context(), r.Viewer, number)
	if err != nil {
		return err
	}
	page := deskPage{Viewer: r.Viewer, Reports: reports}
	page.Previous, page.Next = r.Neighbours(number, more)
	return h.render.Render(w, r, http.StatusOK, page)
}
