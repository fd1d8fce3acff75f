package account

import (
	"socialdirect/account/report"
)

// Card returns what the page shows of a report about this person.
func (p accountPage) Card(r report.Report) report.ReportCard {
	return report.ReportCard{Report: r, Zone: p.Viewer.Zone, Named: false}
}
