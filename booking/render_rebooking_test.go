package booking

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"socialdirect/account"
	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/internal/zone"
	"socialdirect/web"

	"github.com/google/uuid"
)

// The pages around a worker's cancelling stand, with nothing in them and with all.
func TestR20_PagesAreDrawnEmptyAndFull(t *testing.T) {
	t.Parallel()
	render, err := web.New(web.Phone{})
	if err != nil {
		t.Fatal(err)
	}
	at, v := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC), &viewer.Viewer{Role: viewer.Switchboard, Zone: time.UTC}
	a := appointment.Appointment{ID: uuid.New(), SocialWorkerName: "<b>Nadia", BeneficiaryName: "<b>Zoé", StartsAt: at, Mode: slot.InPerson, ReasonLabel: "Logement", Zone: time.UTC, Status: appointment.Requested}
	offer := Offer{SocialWorkerID: uuid.New(), SocialWorkerName: "<b>Marc", StartsAt: at, Zone: zone.Of("Indian/Reunion"), Place: "1 rue\nde la Paix", Asks: true}
	offers := Offers{[]Offer{offer}, []Offer{offer}, []Offer{offer}}
	full := proposalPage{
		Proposal: Proposal{Appointment: a, Details: appointment.Details{Note: "x", Reply: "<b>x", Needs: appointment.Needs{Interpreter: "x"}}, State: RebookingDeclined, Offers: offers, Documents: 3},
		Form:     form.New(nil), Reader: time.UTC, Problem: "<b>non",
	}
	worker := worker.SocialWorker{Person: account.Person{FirstName: "<b>Nadia", Zone: time.UTC}}
	list := clearPage{Form: form.New(nil), Period: form.New(nil), Path: "/x", Worker: worker, Coming: []appointment.Appointment{a}, More: true, Span: slot.Period{From: at, To: at.Add(time.Hour)}, Bounded: true, Cleared: []Cleared{{"<b>x", "<b>y", 3, at}, {At: at}}}
	person := account.Reachable{Person: account.Person{FirstName: "<b>Zoé", Mobile: "+33612345678", Zone: time.UTC}, Contact: account.DefaultContact}
	pages := []web.Page{
		proposalPage{Proposal: Proposal{Appointment: appointment.Appointment{Zone: time.UTC}}, Form: form.New(nil), Reader: time.UTC}, full,
		clearPage{Form: form.New(nil), Period: form.New(nil), Own: true, Worker: worker}, list, checkClearingPage{clearPage: list},
		checkClearingPage{clearPage: list, Chosen: []appointment.Appointment{a, a}, People: 2, Kept: []appointment.KeptField{{Name: "explanation", Value: "<b>"}}},
		recallsPage{}, recallsPage{v, []Recall{
			{Reachable: account.Reachable{Person: account.Person{Zone: time.UTC}}},
			{Reachable: person, StartsAt: at, Tries: 2, TriedAt: at, Notice: Notice{noticeRow: noticeRow{Channel: ByMail, State: NoticeBounced, Cause: causeNoAnswer}}},
		}, true},
	}
	for i, page := range pages {
		answer := httptest.NewRecorder()
		if err := render.Render(answer, httptest.NewRequest(http.MethodGet, "/", nil), http.StatusOK, page); err != nil {
			t.Errorf("page %d: %v", i, err)
		}
		if body := answer.Body.String(); strings.Contains(body, "<no value>") || strings.Contains(body, "<b>Z") || strings.Contains(body, "<b>N") || strings.Contains(body, "<b>x") || strings.Contains(body, "#ZgotmplZ") {
			t.Errorf("page %d: %s", i, body)
		}
	}
}
