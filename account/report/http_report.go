package report

import (
	"net/http"
	"time"

	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// ReportsPage lists the reports of all workers.
type ReportsPage struct {
	Viewer  *viewer.Viewer
	Reports []Report
}

func (ReportsPage) Template() string { return "account/reports" }

func (ReportsPage) Title() string { return "Signalements" }

// ReportCard is a report as a page shows it. Named says whether to show whom it is about.
type ReportCard struct {
	Report Report
	Zone   *time.Location
	Named  bool
}

// Card returns what the page shows of one report.
func (p ReportsPage) Card(r Report) ReportCard { return ReportCard{r, p.Viewer.Zone, true} }

// showReports lists the reports to an administrator.
func (h *HTTP) showReports(w http.ResponseWriter, r *web.Request) error {
	v := r.Viewer
	reports, err := h.reports.Reports(r.Context(), v)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, ReportsPage{v, reports})
}

// markReport marks a report as handled, or as open again.
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
