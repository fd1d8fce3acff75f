package rebooking_test

import (
	"testing"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/rebooking"
)

var (
	must, want = bookingtest.Must, bookingtest.WantFault
	hour       = bookingtest.Hour
)

// replacement books an offer.
func replacement(o rebooking.Offer) rebooking.Replacement {
	return rebooking.Replacement{SocialWorkerID: o.SocialWorkerID, StartsAt: o.StartsAt}
}

// recalled are the first names on the switchboard's recall list, in its order.
func recalled(t *testing.T, w *bookingtest.World) (who []string) {
	t.Helper()
	recalls, _, err := w.Rebookings.Recalls(t.Context(), bookingtest.SwitchboardAgent())
	must(t, err)
	for _, r := range recalls {
		who = append(who, r.FirstName)
	}
	return who
}
