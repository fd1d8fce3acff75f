package bookingtest

import (
	"testing"
	"time"

	"socialdirect/booking"
	"socialdirect/booking/appointment"
	"socialdirect/booking/rebooking"
	"socialdirect/booking/worker"
	"socialdirect/company"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Explanation is the worker's message in CancelAsWorker.
const Explanation = "Je suis souffrante."

// Cancel cancels an appointment.
func (w *World) Cancel(t testing.TB, v *viewer.Viewer, a appointment.Appointment) {
	t.Helper()
	_, err := w.Bookings.Cancel(t.Context(), v, a.ID, "")
	Must(t, err)
}

// CancelAsWorker has its worker cancel an appointment, and returns it as it was before.
func (w *World) CancelAsWorker(t testing.TB, a appointment.Appointment) appointment.Appointment {
	t.Helper()
	v := &viewer.Viewer{ID: a.SocialWorkerID, Role: viewer.SocialWorker, Complete: true, Zone: time.UTC}
	status, err := w.Bookings.Cancel(t.Context(), v, a.ID, Explanation)
	if err != nil || status != appointment.CancelledByWorker {
		t.Fatalf("%q, %v", status, err)
	}
	return a
}

// CancelOpen has a worker cancel an appointment and leave its hour open.
func (w *World) CancelOpen(t testing.TB, worker *viewer.Viewer, a appointment.Appointment) {
	t.Helper()
	_, err := w.Bookings.CancelAs(t.Context(), worker, a.ID, booking.Cancellation{Reopen: true})
	Must(t, err)
}

// Proposal returns the slots that are offered instead of a cancelled appointment.
func (w *World) Proposal(t testing.TB, v *viewer.Viewer, a appointment.Appointment) rebooking.Proposal {
	t.Helper()
	proposal, err := w.Rebookings.Proposal(t.Context(), v, a.ID)
	Must(t, err)
	return proposal
}

// EditClient changes the world's client.
func (w *World) EditClient(t testing.TB, change func(*company.Client)) {
	t.Helper()
	client, err := w.Companies.BySlug(t.Context(), "exemple")
	Must(t, err)
	change(&client)
	Must(t, w.Companies.Edit(t.Context(), w.Admin, client))
}

// Insure gives a worker these insurances and no other.
func (w *World) Insure(t testing.TB, v *viewer.Viewer, insurances ...worker.Credential) {
	t.Helper()
	standing, err := w.Workers.Standing(t.Context(), w.Admin, v.ID)
	Must(t, err)
	for _, c := range standing.Credentials {
		if c.Kind == worker.Insurance && c.WithdrawnAt.IsZero() {
			Must(t, w.Workers.WithdrawCredential(t.Context(), w.Admin, v.ID, c.ID))
		}
	}
	for _, c := range insurances {
		c.SocialWorkerID = v.ID
		Must(t, w.Workers.RecordCredential(t.Context(), w.Admin, c))
	}
}

// Places returns a worker's places.
func (w *World) Places(t testing.TB, id uuid.UUID) []worker.Place {
	t.Helper()
	sheet, err := w.Workers.SocialWorker(t.Context(), id)
	Must(t, err)
	return sheet.Places
}

// LiveIn sets a person's time zone.
func (w *World) LiveIn(t testing.TB, v *viewer.Viewer, zone string) {
	t.Helper()
	location, err := time.LoadLocation(zone)
	Must(t, err)
	_, err = w.DB.Pool.Exec(t.Context(), `update accounts set time_zone = $2 where id = $1`, v.ID, zone)
	Must(t, err)
	v.Zone = location
}

// Erase runs booking's part of the erasure of a person.
func (w *World) Erase(t testing.TB, person *viewer.Viewer) {
	t.Helper()
	Must(t, w.DB.InTx(t.Context(), func(tx postgres.Tx) error { return w.Bookings.Erase(t.Context(), tx, person.ID) }))
}

// ShowNumber sets which number people see when a worker calls; empty for none.
func (w *World) ShowNumber(t testing.TB, worker *viewer.Viewer, number string) {
	t.Helper()
	_, err := w.DB.Pool.Exec(t.Context(), `update social_workers set shown_number = $2 where account_id = $1`, worker.ID, number)
	Must(t, err)
}
