package appointment_test

import (
	"context"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
)

func TestR17_PeopleSeeTheirOwnAppointmentsWithTheirStatus(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	worker, zoe, paul := w.SocialWorker(t, "Nadia", "Le Goff"), w.Beneficiary(t, "Zoé", "Vidal"), w.Beneficiary(t, "Paul", "Tanguy")
	past := w.Book(t, zoe, worker, bookingtest.Start.Add(-72*time.Hour), slot.Video)
	later := w.Book(t, zoe, worker, bookingtest.Start.Add(96*time.Hour), slot.Phone)
	soon := w.Book(t, zoe, worker, bookingtest.Start.Add(48*time.Hour), slot.Video)
	gone := w.Book(t, zoe, worker, bookingtest.Start.Add(72*time.Hour), slot.InPerson)
	if _, err := w.Bookings.Cancel(context.Background(), zoe, gone.ID, ""); err != nil {
		t.Fatal(err)
	}
	coming, over, err := w.Appointments.Appointments(context.Background(), zoe)
	must(t, err)
	if len(coming) != 2 || coming[0].ID != soon.ID || coming[1].ID != later.ID {
		t.Errorf("coming: %v", coming)
	}
	if len(over) != 2 || over[0].ID != gone.ID || over[0].Status != appointment.Cancelled || over[1].ID != past.ID {
		t.Errorf("past: %v", over)
	}
	if coming[0].SocialWorkerName != "Nadia Le Goff" {
		t.Errorf("with %q", coming[0].SocialWorkerName)
	}
	if _, err := w.Appointments.Appointment(context.Background(), paul, soon.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody else's: got %v, want NotFound", err)
	}
}
