package booking_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"socialdirect/account"
	"socialdirect/account/report"
	"socialdirect/account/signup"
	"socialdirect/booking"
	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/search"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func TestR7_ASuspendedWorkerIsNotFoundNorBookedAndKeepsWhatIsBooked(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe, nadia, admin := w.Beneficiary(t, "Zoé", "Vidal"), w.SocialWorker(t, "Nadia", "Le Goff"), w.Member(t, viewer.Administrator, "Claire")
	booked := w.Book(t, zoe, nadia, bookingtest.Start.Add(48*time.Hour), slot.Video)
	later := appointment.Request{SocialWorkerID: nadia.ID, StartsAt: bookingtest.Start.Add(72 * time.Hour), Mode: slot.Video, Reason: "housing"}
	_, err := w.DB.Pool.Exec(ctx, `update accounts set password_hash = 'x' where id = $1`, nadia.ID) // the invitation was accepted
	must(t, err)
	shown := func() bool {
		t.Helper()
		sheets, _, err := w.Searches.Find(ctx, zoe, search.Search{})
		must(t, err)
		return len(sheets) == 1
	}
	for _, pair := range [][2]account.Act{{account.Suspend, account.Resume}, {account.Close, account.Reopen}} {
		must(t, w.Accounts.Decide(ctx, admin, nadia.ID, decide(pair[0])))
		if shown() {
			t.Errorf("%s: still on the list", pair[0])
		}
		if sheets, _, err := w.Workers.SocialWorkers(ctx, 0); err != nil || len(sheets) != 1 {
			t.Errorf("%s: the administration lost her: %v", pair[0], err)
		}
		_, err := w.Bookings.Book(ctx, zoe, later)
		want(t, "book", err, fault.NotFound)
		_, err = w.Agendas.AvailableSlots(ctx, nadia.ID, slot.Period{From: later.StartsAt, To: later.StartsAt.Add(time.Hour)})
		want(t, "the agenda", err, fault.NotFound)
		if a, err := w.Appointments.Appointment(ctx, zoe, booked.ID); err != nil || a.Status != appointment.Confirmed {
			t.Errorf("%s: what was booked: %s, %v", pair[0], a.Status, err)
		}
		if n, err := w.Appointments.CountComing(ctx, nadia.ID); err != nil || n != 1 {
			t.Errorf("%d to come, %v", n, err)
		}
		must(t, w.Accounts.Decide(ctx, admin, nadia.ID, decide(pair[1])))
		if !shown() {
			t.Errorf("%s: not on the list", pair[1])
		}
	}
	if _, err := w.Bookings.Book(ctx, zoe, later); err != nil {
		t.Errorf("after the undo: %v", err)
	}
}

func TestR39_TheInvitationOfAWorkerIsInTheJournal(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	admin := w.Member(t, viewer.Administrator, "Claire")
	invited := worker.NewSocialWorker{
		Invitation: signup.Invitation{Email: "nadia@exemple.fr", FirstName: "Nadia", LastName: "Le Goff", Zone: "Europe/Paris"},
		Sheet:      worker.Sheet{Presentation: "Je vous écoute.", Languages: []string{"fr"}, Modes: slot.Modes, Place: "Vannes", Reasons: []string{"housing"}},
	}
	id, err := w.Workers.AddSocialWorker(ctx, admin, invited)
	must(t, err)
	lines, err := audit.About(ctx, w.DB.Pool, id, 5)
	if err != nil || len(lines) != 1 || lines[0].Act != "account.invited" || lines[0].ActorID != admin.ID {
		t.Errorf("journal: %+v, %v", lines, err)
	}
	_, err = w.Workers.AddSocialWorker(ctx, admin, invited)
	want(t, "the same address", err, fault.Invalid)
	if lines, err := audit.About(ctx, w.DB.Pool, id, 5); err != nil || len(lines) != 1 {
		t.Errorf("a refused invitation is journaled: %+v, %v", lines, err)
	}
}

func TestR7_AWorkerReportsWhoTheyHaveAnAppointmentWith(t *testing.T) {
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
	var clear int
	must(t, w.DB.Pool.QueryRow(ctx, `select count(*) from account_reports where position('insultes' in encode(sealed_text, 'escape')) > 0`).Scan(&clear))
	lines, err := audit.About(ctx, w.DB.Pool, zoe.ID, 10)
	if err != nil || len(lines) != 3 || clear != 0 { // made, handled, reopened: the second "handled" changed nothing
		t.Errorf("%d lines, %d open texts, %v", len(lines), clear, err)
	}
	for range 9 {
		must(t, w.Bookings.Report(ctx, nadia, a.ID, right))
	}
	want(t, "too many", w.Bookings.Report(ctx, nadia, a.ID, right), fault.Conflict)
}

func decide(act account.Act) account.Decision {
	return account.Decision{Act: act, Reason: "Propos déplacés au téléphone."}
}
