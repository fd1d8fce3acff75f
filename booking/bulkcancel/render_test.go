package bulkcancel

import (
	"testing"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/form"
	"socialdirect/web/webtest"

	"github.com/google/uuid"
)

func TestR20_PagesOfBulkCancelAreRenderedEmptyAndFull(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	a := appointment.Appointment{ID: uuid.New(), SocialWorkerName: "<b>Nadia", BeneficiaryName: "<b>Zoé", StartsAt: at, Mode: slot.InPerson, ReasonLabel: "Logement", Zone: time.UTC, Status: appointment.Requested}
	worker := worker.SocialWorker{Person: people.Person{FirstName: "<b>Nadia", Zone: time.UTC}}
	list := listPage{Form: form.New(nil), Period: form.New(nil), Path: "/x", Worker: worker, Coming: []appointment.Appointment{a}, More: true, Span: slot.Period{From: at, To: at.Add(time.Hour)}, Bounded: true, Decisions: []Decision{{"<b>x", "<b>y", 3, at}, {At: at}}}
	webtest.Draw(t, []string{"<b>Z", "<b>N", "<b>x"},
		listPage{Form: form.New(nil), Period: form.New(nil), Own: true, Worker: worker}, list, checkPage{listPage: list},
		checkPage{listPage: list, Chosen: []appointment.Appointment{a, a}, People: 2, Hidden: []appointment.HiddenField{{Name: "explanation", Value: "<b>"}}},
	)
}
