package report_test

import (
	"testing"
	"time"

	"socialdirect/account/report"
	"socialdirect/internal/viewer"
	"socialdirect/web/webtest"
)

// The page renders with and without reports, and escapes what workers wrote.
func TestR7_ThePageOfReportsRendersEmptyAndFull(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	v := &viewer.Viewer{Role: viewer.Administrator, Zone: time.UTC}
	webtest.Draw(t, []string{"<i>mot", "<i>x"}, report.ReportsPage{}, report.ReportsPage{Viewer: v, Reports: []report.Report{
		{Kind: report.Dispute, Text: "Mot\nà <i>mot", Author: "Nadia <i>x", At: at}, {HandledAt: &at, HandledBy: "Claire", At: at},
	}})
}
