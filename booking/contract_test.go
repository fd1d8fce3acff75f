package booking_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/company"
	"socialdirect/internal/fault"
	"socialdirect/web"
)

func TestR9_BookingKeepsToTheModesOfTheContract(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	nadia, v := w.SocialWorker(t, "Nadia", "Le Goff"), w.Beneficiary(t, "Zoé", "Vidal")
	w.EditClient(t, func(c *company.Client) { c.Modes = []string{"phone"} })
	start := bookingtest.Start.Add(24 * time.Hour)
	for i, mode := range slot.Modes {
		_, err := w.Bookings.Book(ctx, v, appointment.Request{SocialWorkerID: nadia.ID, StartsAt: start.Add(time.Duration(i) * time.Hour), Mode: mode, Reason: "housing"})
		if refused := fault.Is(err, fault.Invalid); refused == (mode == slot.Phone) || mode == slot.Phone && err != nil {
			t.Errorf("%s: %v", mode, err)
		}
	}
	// The client is read from the account, not from the viewer.
	other, err := w.Companies.Create(ctx, w.Admin, company.Client{Name: "Autre", Slug: "autre", StartsOn: bookingtest.Start.AddDate(-1, 0, 0), EndsOn: bookingtest.Start.AddDate(1, 0, 0)})
	must(t, err)
	disguised := *v
	disguised.ClientID = other
	if _, err := w.Bookings.Book(ctx, &disguised, appointment.Request{SocialWorkerID: nadia.ID, StartsAt: start, Mode: slot.Video, Reason: "housing"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("under another client: %v", err)
	}
	if n := w.Count(t, `appointments`); n != 1 {
		t.Errorf("%d appointments, want the one by phone", n)
	}
}

func TestR9_PagesOfferOnlyTheModesOfTheContract(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia, v := w.SocialWorker(t, "Nadia", "Le Goff"), w.Beneficiary(t, "Zoé", "Vidal")
	render, err := web.New(web.Phone{Display: "02 97 00 00 00"})
	must(t, err)
	pages := w.Pages(render)
	show := func(handler web.Handler, path string) (string, error) {
		r := httptest.NewRequest("GET", path, nil)
		r.SetPathValue("id", nadia.ID.String())
		answer := httptest.NewRecorder()
		err := handler(answer, &web.Request{Request: r, Viewer: v})
		return answer.Body.String(), err
	}
	all := map[string]web.Handler{"/assistants": pages.Searches.Workers, "/assistants/" + nadia.ID.String() + "?mode=in_person": pages.Bookings.Slots}
	for path, handler := range all {
		if body, err := show(handler, path); err != nil || !strings.Contains(body, "Sur place") || !strings.Contains(body, "1 rue de la Paix") {
			t.Errorf("%s, with every mode: %v", path, err)
		}
	}
	w.EditClient(t, func(c *company.Client) { c.Modes = []string{"video", "phone"} })
	for path, handler := range all {
		body, err := show(handler, path)
		if err != nil || strings.Contains(body, "Sur place") || strings.Contains(body, "1 rue de la Paix") || !strings.Contains(strings.ToLower(body), "par vidéo") {
			t.Errorf("%s offers a mode that the contract does not include: %v", path, err)
		}
	}
	confirm := "/rendez-vous/nouveau?social_worker_id=" + nadia.ID.String() + "&starts_at=2026-12-01T13:00:00Z&mode="
	if _, err := show(pages.Bookings.ConfirmPage, confirm+"video"); err != nil {
		t.Errorf("the last step by video: %v", err)
	}
	_, err = show(pages.Bookings.ConfirmPage, confirm+"in_person")
	if f := fault.From(err); f.Code != fault.Invalid || f.Page == nil {
		t.Errorf("the last step in person: %v", err)
	}
}

func TestR9_AWorkerWithNoModeOfTheContractIsNotOffered(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	v := w.Beneficiary(t, "Zoé", "Vidal")
	nadia := w.SocialWorker(t, "Nadia", "Le Goff")
	if _, err := w.DB.Pool.Exec(ctx, `update social_workers set modes = '{video}'`); err != nil {
		t.Fatal(err)
	}
	w.EditClient(t, func(c *company.Client) { c.Modes = []string{"phone"} })
	render, err := web.New(web.Phone{})
	must(t, err)
	pages := w.Pages(render)
	r := httptest.NewRequest("GET", "/assistants", nil)
	r.SetPathValue("id", nadia.ID.String())
	asked := &web.Request{Request: r, Viewer: v}
	list := httptest.NewRecorder()
	if err := pages.Searches.Workers(list, asked); err != nil || strings.Contains(list.Body.String(), "Le Goff") {
		t.Errorf("listed: %v", err)
	}
	if err := pages.Bookings.Slots(httptest.NewRecorder(), asked); !fault.Is(err, fault.NotFound) {
		t.Errorf("the agenda: %v", err)
	}
}

func TestR9_NobodyBooksUnderAContractThatHasEnded(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	nadia, v := w.SocialWorker(t, "Nadia", "Le Goff"), w.Beneficiary(t, "Zoé", "Vidal")
	client, err := w.Companies.Client(ctx, w.Admin, v.ClientID)
	must(t, err)
	client.EndsOn = time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)
	must(t, w.Companies.Edit(ctx, w.Admin, client))
	midnight := time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC) // in Paris
	request := appointment.Request{SocialWorkerID: nadia.ID, StartsAt: midnight.Add(48 * time.Hour), Mode: slot.Phone, Reason: "housing"}
	w.SetNow(midnight)
	if _, err := w.Bookings.Book(ctx, v, request); !fault.Is(err, fault.Invalid) || !strings.Contains(fault.From(err).Message, "contrat") {
		t.Errorf("after its last day: %v", err)
	}
	w.SetNow(midnight.Add(-time.Microsecond))
	if _, err := w.Bookings.Book(ctx, v, request); err != nil {
		t.Errorf("on its last day: %v", err)
	}
}
