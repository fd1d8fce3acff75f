package account

import (
	"net/http"
	"time"

	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

type reportsPage struct {
	Viewer  *viewer.Viewer
	Reports []Report
}

func (reportsPage) Template() string { return "account/reports" }
func (reportsPage) Title() string    { return "Signalements" }

// reportCard is a report as its reader sees it; Named says whom it is about.
type reportCard struct {
	Report Report
	Zone   *time.Location
	Named  bool
}

// Card is one of them.
func (p reportsPage) Card(r Report) reportCard { return reportCard{r, p.Viewer.Zone, true} }

// Card is a report about the person whose page it is.
func (p accountPage) Card(r Report) reportCard { return reportCard{r, p.Viewer.Zone, false} }

// Reports lists what workers reported.
func (h *HTTP) Reports(w http.ResponseWriter, r *http.Request) error {
	v := viewer.From(r.Context())
	reports, err := h.accounts.Reports(r.Context(), v)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, reportsPage{v, reports})
}

// MarkReport says that a report was handled, or undoes that.
func (h *HTTP) MarkReport(w http.ResponseWriter, r *http.Request) error {
	id, err := form.PathID(r, "id")
	if err != nil {
		return err
	}
	f, err := form.Parse(r)
	if err != nil {
		return err
	}
	if err := h.accounts.MarkReport(r.Context(), viewer.From(r.Context()), id, f.Ticked("handled")); err != nil {
		return err
	}
	web.Flash(w, "saved")
	return web.See(w, r, "/administration/signalements")
}
