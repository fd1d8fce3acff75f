package report

import (
	"net/http"
	"time"

	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// ReportsPage lists reports.
type ReportsPage struct {
	Viewer  *viewer.Viewer
	Reports []Report
}

func (ReportsPage) Template() string { return "account/reports" }

func (ReportsPage) Title() string { return "Signalements" }

// ReportCard is a report as its reader sees it; Named says whom it is about.
type ReportCard struct {
	Report Report
	Zone   *time.Location
	Named  bool
}

// Card is one of them.
func (p ReportsPage) Card(r Report) ReportCard { return ReportCard{r, p.Viewer.Zone, true} }

// showReports lists what workers reported.
func (h *HTTP) showReports(w http.ResponseWriter, r *web.Request) error {
	v := r.Viewer
	reports, err := h.reports.Reports(r.Context(), v)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, ReportsPage{v, reports})
}

// markReport says that a report was handled, or undoes that.
func (h *HTTP) markReport(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	id, err := r.PathID("id")
	if err != nil {
		return err
	}
	if err := h.reports.MarkReport(r.Context(), r.Viewer, id, f.Ticked("handled")); err != nil {
		return err
	}
	return web.Done(w, r, "saved", "/administration/signalements")
}
