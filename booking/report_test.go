package booking_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"socialdirect/account/report"
	"socialdirect/booking"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func TestR7_AWorkerReportsAPersonWithWhomTheyHaveAnAppointment(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe, nadia, marc := w.Beneficiary(t, "Zoé", "Vidal"), w.SocialWorker(t, "Nadia", "Le Goff"), w.SocialWorker(t, "Marc", "Dupuis")
	admin := w.Member(t, viewer.Administrator, "Claire")
	a := w.Book(t, zoe, nadia, bookingtest.Start.Add(48*time.Hour), slot.Video)
	right := booking.Report{Kind: report.Disrespect, Text: "Des insultes à la fin de l’appel."}
	for _, role := range viewer.Roles {
		if role == viewer.SocialWorker {
			continue
		}
		v := &viewer.Viewer{ID: zoe.ID, Role: role, Zone: zoe.Zone, Complete: true}
		want(t, string(role), w.Bookings.Report(ctx, v, a.ID, right), fault.Forbidden)
	}
	want(t, "another worker", w.Bookings.Report(ctx, marc, a.ID, right), fault.NotFound)
	want(t, "no appointment", w.Bookings.Report(ctx, nadia, uuid.New(), right), fault.NotFound)
	for name, bad := range map[string]booking.Report{
		"no kind": {Text: "x"}, "an unknown kind": {Kind: "gossip", Text: "x"}, "no text": {Kind: report.Dispute, Text: "  "},
		"too long": {Kind: report.Dispute, Text: strings.Repeat("é", report.MaxReport+1)},
	} {
		want(t, name, w.Bookings.Report(ctx, nadia, a.ID, bad), fault.Invalid)
	}
	must(t, w.Bookings.Report(ctx, nadia, a.ID, right))
	reports, err := w.Accounts.Reports.Reports(ctx, admin)
	must(t, err)
	if len(reports) != 1 || reports[0].Text != right.Text || reports[0].Name != "Zoé Vidal" || reports[0].Author != "Nadia Le Goff" || reports[0].HandledAt != nil {
		t.Fatalf("reports: %+v", reports)
	}
	id := reports[0].ID
	for _, handled := range []bool{true, true, false} {
		must(t, w.Accounts.Reports.MarkReport(ctx, admin, id, handled))
		about, err := w.Accounts.Reports.ReportsAbout(ctx, admin, zoe.ID)
		must(t, err)
		if len(about) != 1 || (about[0].HandledAt != nil) != handled || handled && about[0].HandledBy != "Claire Morvan" {
			t.Errorf("handled %t: %+v", handled, about)
		}
	}
	want(t, "no report", w.Accounts.Reports.MarkReport(ctx, admin, uuid.New(), true), fault.NotFound)
	var unsealed int
	must(t, w.DB.Pool.QueryRow(ctx, `select count(*) from account_reports where position('insultes' in encode(sealed_text, 'escape')) > 0`).Scan(&unsealed))
	lines, err := audit.About(ctx, w.DB.Pool, zoe.ID, 10)
	if err != nil || len(lines) != 3 || unsealed != 0 { // made, handled, reopened: the second "handled" changed nothing
		t.Errorf("%d journal entries, %d unsealed texts, %v", len(lines), unsealed, err)
	}
	for range 9 {
		must(t, w.Bookings.Report(ctx, nadia, a.ID, right))
	}
	want(t, "too many", w.Bookings.Report(ctx, nadia, a.ID, right), fault.Conflict)
}
