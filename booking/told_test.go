package booking_test

import (
	"net/http"
	"strings"
	"testing"

	"socialdirect/booking"
)

// From the waiting list an appointment is moved in one act where nothing follows: never
// where it would give up an hour that is agreed for one that is asked for.
func TestR19_TheWaitingListRisksNoAgreedHour(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.Book(t, d.zoe, d.nadia, d.at(100), booking.Video)
	ok(t, d.Bookings.RefreshHours(t.Context()))
	ok(t, d.Bookings.Wait(t.Context(), d.zoe, booking.Wish{SocialWorkerID: d.nadia.ID, AppointmentID: a.ID}))
	move := "/rendez-vous/" + a.ID.String() + "/deplacement"
	if shown, _ := d.send(t, d.zoe, d.pages.Waiting, http.MethodGet, nil); !strings.Contains(shown, move) {
		t.Fatalf("it is not moved: %s", shown)
	}
	_, err := d.Bookings.Cancel(t.Context(), d.zoe, d.Book(t, d.zoe, d.nadia, d.at(2), booking.Video).ID, "")
	ok(t, err)
	if shown, code := d.send(t, d.zoe, d.pages.Waiting, http.MethodGet, nil); code != "" || strings.Contains(shown, move) || !strings.Contains(shown, "prendre cette heure") {
		t.Errorf("%s: %s", code, shown)
	}
}
