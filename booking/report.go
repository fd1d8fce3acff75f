package booking

import (
	"context"

	"socialdirect/account/report"
	"socialdirect/booking/appointment"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Report is disrespect or a dispute that a worker reports to the administration (R7).
type Report struct {
	Kind report.ReportKind
	Text string
}

// Report reports the person of one of the viewer's appointments, past or upcoming, to the
// administration; NotFound for other appointments.
func (s *Service) Report(ctx context.Context, v *viewer.Viewer, id uuid.UUID, r Report) error {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx postgres.Tx) error {
		row, err := appointment.Lock(ctx, tx, v.ID, id)
		if err != nil {
			return err
		}
		_, err = s.Accounts.Reports.Report(ctx, tx, v, report.NewReport{AboutID: row.BeneficiaryID, AppointmentID: id, Kind: r.Kind, Text: r.Text})
		return err
	})
}
