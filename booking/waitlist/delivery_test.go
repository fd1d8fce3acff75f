package waitlist_test

import (
	"testing"

	"socialdirect/account/people"
	"socialdirect/booking/slot"
	"socialdirect/booking/waitlist"
	"socialdirect/internal/mail"
	"socialdirect/internal/viewer"
	"socialdirect/notification"
)

// A mail to the waitlist that bounces is shown to the switchboard while the slot is
// available, and on the person's page for a month.
func TestR21_DeliveriesToTheWaitlistAreLogged(t *testing.T) {
	t.Parallel()
	w := newWaitlistWorld(t)
	booked := w.full(t, waitlist.Entry{SocialWorkerID: w.Nadia.ID})
	w.Choose(t, func(c *people.Contact) { c.Texts = false })
	w.Cancel(t, w.paul, booked[1])
	w.refresh(t)
	w.deliver(t)
	sent := w.sent(t)
	if len(sent) != 1 || sent[0].Channel != "mail" || sent[0].State != "sent" {
		t.Fatalf("sent %+v", sent)
	}
	must(t, w.Notifications.NoteBounce(t.Context(), sent[0].ID, mail.UnknownAddress))
	desk := &viewer.Viewer{ID: w.Nadia.ID, Complete: true, Role: viewer.Switchboard, Zone: w.Nadia.Zone}
	unreached := func() int {
		notices, _, err := w.Notify.Unreached(t.Context(), desk)
		must(t, err)
		n := 0
		for _, notice := range notices {
			if notice.AccountID == w.Zoe.ID {
				n++
			}
		}
		return n
	}
	if unreached() != 1 {
		t.Error("the switchboard is not shown that it bounced")
	}
	w.Book(t, w.paul, w.Nadia, booked[1].StartsAt, slot.Video)
	w.refresh(t)
	if unreached() != 0 {
		t.Error("the switchboard is told to call about a slot that is booked")
	}
	must(t, w.Waitlist.Leave(t.Context(), w.Zoe, w.entries(t)[0].ID))
	deliveries, err := w.Notify.Deliveries(t.Context(), desk, w.Zoe.ID)
	must(t, err)
	if len(deliveries.All) != 1 || deliveries.All[0].State != notification.Bounced || deliveries.All[0].HourAs != "Le" {
		t.Errorf("her page shows %+v", deliveries.All)
	}
	w.SetNow(w.DB.Now().AddDate(0, 0, 31))
	w.refresh(t)
	if left := w.sent(t); len(left) != 0 {
		t.Errorf("still stored after a month: %+v", left)
	}
}
