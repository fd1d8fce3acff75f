package account

import (
	"socialdirect/account/report"
)

// Card is a report about the person whose page it is.
func (p accountPage) Card(r report.Report) report.ReportCard {
	return report.ReportCard{Report: r, Zone: p.Viewer.Zone, Named: false}
}
