package booking_test

import (
	"strings"
	"testing"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func TestR12_NeedsAreSealedReadByBothAndChangedUntilTheStart(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	needs := appointment.Needs{Interpreter: "langue des signes", Accessibility: "fauteuil roulant", Companion: "ma sœur"}
	id, err := p.Bookings.Book(t.Context(), p.Zoe, appointment.Request{SocialWorkerID: p.Nadia.ID, StartsAt: hour(48), Mode: slot.InPerson, Reason: "housing", Needs: needs})
	must(t, err)
	var kept []byte
	must(t, p.DB.Pool.QueryRow(t.Context(), `select sealed_needs from appointments where id = $1`, id).Scan(&kept))
	if len(kept) == 0 || strings.Contains(string(kept), "signes") || strings.Contains(string(kept), "fauteuil") {
		t.Errorf("kept as %q", kept)
	}
	read := func(v *viewer.Viewer) appointment.Needs {
		t.Helper()
		details, err := p.Appointments.Details(t.Context(), v, p.State(t, id))
		must(t, err)
		return details.Needs
	}
	for _, v := range []*viewer.Viewer{p.Zoe, p.Nadia} {
		if got := read(v); got != needs {
			t.Errorf("%s reads %+v", v.Role, got)
		}
	}
	needs.Companion = ""
	if err := p.Bookings.ChangeNeeds(t.Context(), p.Nadia, id, needs); !fault.Is(err, fault.NotFound) {
		t.Errorf("the worker changes them: %v", err)
	}
	must(t, p.Bookings.ChangeNeeds(t.Context(), p.Zoe, id, needs))
	if got := read(p.Nadia); got != needs {
		t.Errorf("changed to %+v", got)
	}
	if notified := p.Notified(t, p.Nadia); notified["change"] != 1 {
		t.Errorf("the worker is notified of %v", notified)
	}
	p.SetNow(hour(48))
	if err := p.Bookings.ChangeNeeds(t.Context(), p.Zoe, id, appointment.Needs{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("once it has begun: %v", err)
	}
}

func TestR12_UnchangedNeedsNotifyNobody(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(48), slot.Video)
	for _, companion := range []string{"", "ma fille", "ma fille", "mon fils", "mon fils"} {
		must(t, p.Bookings.ChangeNeeds(t.Context(), p.Zoe, a.ID, appointment.Needs{Companion: companion}))
	}
	if notified := p.Notified(t, p.Nadia); notified["change"] != 2 {
		t.Errorf("notified of %v", notified)
	}
	want(t, "the worker", p.Bookings.ChangeNeeds(t.Context(), p.Nadia, a.ID, appointment.Needs{}), fault.NotFound)
	want(t, "an unknown appointment", p.Bookings.ChangeNeeds(t.Context(), p.Zoe, uuid.New(), appointment.Needs{}), fault.NotFound)
}
