package agenda_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

var (
	must            = bookingtest.Must
	inParis         = bookingtest.InParis
	tuesday, monday = bookingtest.Tuesday, bookingtest.NextMonday
	weekly, once    = bookingtest.Weekly, bookingtest.Once
)

// available returns the hours of a day in Paris at which the worker can be booked.
func available(t *testing.T, w *bookingtest.World, worker *viewer.Viewer, day time.Time) []int {
	t.Helper()
	slots, err := w.Agendas.AvailableSlots(t.Context(), worker.ID, slot.Period{From: inParis(day, 0), To: inParis(day, 24)})
	must(t, err)
	var hours []int
	for _, slot := range slots {
		hours = append(hours, slot.StartsAt.In(worker.Zone).Hour())
	}
	return hours
}

// wantAvailable fails unless the worker can be booked at exactly these hours of a day in Paris.
func wantAvailable(t *testing.T, w *bookingtest.World, worker *viewer.Viewer, day time.Time, want ...int) {
	t.Helper()
	if got := available(t, w, worker, day); !slices.Equal(got, want) {
		t.Errorf("%s: available at %v, want %v", day.Format(time.DateOnly), got, want)
	}
}

// theOnly returns a worker's only opening.
func theOnly(t *testing.T, w *bookingtest.World, worker *viewer.Viewer) slot.Opening {
	t.Helper()
	openings, err := w.Agendas.Openings(t.Context(), worker)
	must(t, err)
	if len(openings) != 1 {
		t.Fatalf("the openings are %+v", openings)
	}
	return openings[0]
}

// wantBooked fails unless an error lists these appointments, and they are unchanged.
func wantBooked(t *testing.T, w *bookingtest.World, worker *viewer.Viewer, err error, want ...appointment.Appointment) {
	t.Helper()
	var booked *agenda.StillBooked
	if !errors.As(err, &booked) || !fault.Is(err, fault.Invalid) {
		t.Fatalf("got %v, want StillBooked", err)
	}
	var got []uuid.UUID
	for _, a := range booked.Appointments {
		got = append(got, a.ID)
		if a.BeneficiaryName == "" {
			t.Error("an appointment is listed without its person's name")
		}
	}
	for _, a := range want {
		if !slices.Contains(got, a.ID) {
			t.Errorf("%s is not listed", a.StartsAt)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d appointments are listed, want %d", len(got), len(want))
	}
	for _, a := range want {
		wantStanding(t, w, worker, a)
	}
}

// wantStanding fails unless an appointment is unchanged since it was booked.
func wantStanding(t *testing.T, w *bookingtest.World, v *viewer.Viewer, a appointment.Appointment) {
	t.Helper()
	if now, err := w.Appointments.Appointment(t.Context(), v, a.ID); err != nil || now.Status != a.Status || !now.StartsAt.Equal(a.StartsAt) {
		t.Errorf("the appointment of %s became %q at %s, %v", a.StartsAt, now.Status, now.StartsAt, err)
	}
}

// refused tries to book and returns the code of the fault, empty for none.
func refused(t *testing.T, w *bookingtest.World, v, worker *viewer.Viewer, at time.Time) fault.Code {
	t.Helper()
	_, err := w.Bookings.Book(t.Context(), v, appointment.Request{SocialWorkerID: worker.ID, StartsAt: at, Mode: slot.Video, Reason: "money"})
	if err == nil {
		return ""
	}
	return fault.From(err).Code
}
