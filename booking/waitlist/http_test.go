package waitlist_test

import (
	"net/http"
	"strings"
	"testing"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/booking/waitlist"
)

// The waitlist offers to move an appointment only if it stays confirmed, not if it would become
// a request.
func TestR19_TheWaitlistTurnsNoConfirmedAppointmentIntoARequest(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	a := d.Book(t, d.Zoe, d.Nadia, bookingtest.Hour(100), slot.Video)
	must(t, d.Waitlist.RefreshSlots(t.Context()))
	must(t, d.Waitlist.Join(t.Context(), d.Zoe, waitlist.Entry{SocialWorkerID: d.Nadia.ID, AppointmentID: a.ID}))
	move := "/rendez-vous/" + a.ID.String() + "/deplacement"
	if shown, _ := d.Send(t, d.Zoe, d.HTTP.Waitlist.Page, http.MethodGet, nil); !strings.Contains(shown, move) {
		t.Fatalf("it is not moved: %s", shown)
	}
	d.Cancel(t, d.Zoe, d.Book(t, d.Zoe, d.Nadia, bookingtest.Hour(2), slot.Video)) // late
	if shown, code := d.Send(t, d.Zoe, d.HTTP.Waitlist.Page, http.MethodGet, nil); code != "" || strings.Contains(shown, move) || !strings.Contains(shown, "prendre cette heure") {
		t.Errorf("%s: %s", code, shown)
	}
}
