package rebooking

import (
	"testing"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/booking/notify"
	"socialdirect/booking/slot"
	"socialdirect/callback"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/internal/zone"
	"socialdirect/notification"
	"socialdirect/web/webtest"

	"github.com/google/uuid"
)

func TestR20_PagesOfRebookingAreRenderedEmptyAndFull(t *testing.T) {
	t.Parallel()
	at, v := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC), &viewer.Viewer{ID: uuid.New(), Role: viewer.Switchboard, Zone: time.UTC}
	a := appointment.Appointment{ID: uuid.New(), SocialWorkerName: "<b>Nadia", BeneficiaryName: "<b>Zoé", StartsAt: at, Mode: slot.InPerson, ReasonLabel: "Logement", Zone: time.UTC, Status: appointment.Requested}
	offer := Offer{SocialWorkerID: uuid.New(), SocialWorkerName: "<b>Marc", StartsAt: at, Zone: zone.Of("Indian/Reunion"), Place: "1 rue\nde la Paix", Asks: true}
	offers := Offers{[]Offer{offer}, []Offer{offer}, []Offer{offer}}
	full := proposalPage{
		Proposal: Proposal{Appointment: a, Details: appointment.Details{Note: "x", Reply: "<b>x", Needs: appointment.Needs{Interpreter: "x"}}, State: Declined, Offers: offers, Documents: 3},
		Form:     form.New(nil), Reader: time.UTC, Problem: "<b>non",
	}
	person := people.Reachable{Person: people.Person{FirstName: "<b>Zoé", Mobile: "+33612345678", Zone: time.UTC}, Contact: people.DefaultContact}
	webtest.Draw(t, []string{"<b>Z", "<b>N", "<b>x"},
		proposalPage{Proposal: Proposal{Appointment: appointment.Appointment{Zone: time.UTC}}, Form: form.New(nil), Reader: time.UTC}, full,
		recallsPage{}, recallsPage{v, []callback.Request{
			{Asked: callback.Asked{FirstName: "<b>Zoé", Window: callback.Soon}, AskedAt: at},
			{Asked: callback.Asked{FirstName: "<b>Zoé", Window: callback.Morning}, AskedAt: at, TakenBy: uuid.New(), TakenAt: at, Taker: "<b>Nadia"},
			{Asked: callback.Asked{FirstName: "<b>Zoé", Mobile: "+33612345678", Window: callback.Evening}, AskedAt: at, TakenBy: v.ID, TakenAt: at},
		}, []Recall{
			{Reachable: people.Reachable{Person: people.Person{Zone: time.UTC}}},
			{Reachable: person, StartsAt: at, Tries: 2, TriedAt: at, Delivery: notify.Delivery{Notification: notification.Notification{Channel: notification.Mail, State: notification.Bounced, Cause: notification.NoAnswer}}},
		}, true, at.Add(time.Hour)},
	)
}
