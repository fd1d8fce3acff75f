package booking_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
)

// What is chosen and confirmed names the place that is booked, where a worker has
// several, and each hour says its own (R12).
func TestR12_TheLastStepsShowThePlaceThatIsBooked(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	lou := d.SocialWorkerWith(t)
	must(t, d.Workers.AddPlace(t.Context(), lou, lou.ID, worker.Place{Name: "Mairie", Address: "2 rue du Port, Lorient"}))
	o := weekly(2, 9, 12)
	o.Place = d.Places(t, lou.ID)[1].ID
	d.Open(t, lou, o)
	d.Open(t, lou, weekly(3, 9, 12)) // at the first place
	hour := url.Values{"social_worker_id": {lou.ID.String()}, "starts_at": {inParis(tuesday, 9).Format(time.RFC3339)}, "mode": {"in_person"}, "reason": {"housing"}}
	slots, code := d.SendTo(t, d.Zoe, d.HTTP.Bookings.Slots, http.MethodGet, lou.ID, url.Values{"mode": {"in_person"}, "week": {"2026-W49"}})
	if code != "" || !strings.Contains(slots, "mardi 1er\u00a0décembre à 9\u00a0h, sur place, Mairie") || !strings.Contains(slots, "mercredi 2\u00a0décembre à 9\u00a0h, sur place, Lieu de rendez-vous") {
		t.Errorf("%s: the hours do not say their places: %s", code, slots)
	}
	shown, code := d.Send(t, d.Zoe, d.HTTP.Bookings.ConfirmPage, http.MethodGet, hour)
	if code != "" || strings.Contains(shown, "rue de la Paix") || !strings.Contains(shown, "2 rue du Port") {
		t.Errorf("%s: the last step says another place than Lorient: %s", code, shown)
	}
	a := d.Book(t, d.Zoe, lou, inParis(tuesday, 9), slot.InPerson)
	moving, code := d.SendTo(t, d.Zoe, d.HTTP.Bookings.MovePage, http.MethodGet, a.ID, nil)
	if code != "" || !strings.Contains(moving, "mercredi 2\u00a0décembre à 9\u00a0h, sur place, Lieu de rendez-vous") || !strings.Contains(moving, "rue de la Paix") {
		t.Errorf("%s: moving leads to another town unseen: %s", code, moving)
	}
}
