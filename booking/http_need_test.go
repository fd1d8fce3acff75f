package booking_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/search"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// takes has a worker take these needs, and no other one but what everybody takes.
func takes(t *testing.T, d bookingtest.Desk, v *viewer.Viewer, reasons ...string) {
	t.Helper()
	must(t, d.Workers.UpdateSheet(t.Context(), v, v.ID, worker.Sheet{Presentation: "Bonjour.", Languages: []string{"fr"}, Reasons: reasons, Modes: slot.Modes}))
}

// lastStep is the address of the last step for a slot of a worker.
func lastStep(v *viewer.Viewer, hours int) url.Values {
	return url.Values{"social_worker_id": {v.ID.String()}, "starts_at": {hour(hours).Format(time.RFC3339)}, "mode": {"video"}}
}

func TestR12_NeedAndModeAreCarriedToTheLastStepAndCanBeChangedThere(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	must(t, d.Searches.KeepChoice(t.Context(), d.Zoe, d.Zoe.ID, search.Choice{Reason: "family", Mode: slot.Phone}))
	shown, code := d.SendTo(t, d.Zoe, d.HTTP.Bookings.Slots, http.MethodGet, d.Nadia.ID, nil)
	if code != "" || !strings.Contains(shown, `name="mode" value="phone"`) {
		t.Errorf("%s: the agenda is not that of the chosen mode", code)
	}
	address := lastStep(d.Nadia, 50)
	address.Set("mode", "phone")
	address.Set("reason", "money")
	shown, code = d.Send(t, d.Zoe, d.HTTP.Bookings.ConfirmPage, http.MethodGet, address)
	if code != "" || !strings.Contains(shown, `value="family" selected`) || !strings.Contains(shown, `value="phone" checked`) || !strings.Contains(shown, `type="radio" value="video"`) {
		t.Errorf("%s: the last step is %s", code, shown)
	}
	typed := d.Typed(50)
	typed.Set("reason", "money")
	if shown, code = d.Send(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Book), http.MethodPost, typed); code != "" {
		t.Fatalf("%s: %s", code, shown)
	}
	coming, _, err := d.Appointments.Appointments(t.Context(), d.Zoe)
	must(t, err)
	if len(coming) != 1 || coming[0].Reason != "money" || coming[0].Mode != slot.Video {
		t.Errorf("booked: %+v", coming)
	}
}

// Only workers who take the need and the mode count, and a need that is chosen at the last
// step leads to one who does.
func TestR12_AnybodyNeverStrandsSomebodyWithTheirNeed(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	takes(t, d, d.Nadia, "money")
	takes(t, d, d.Marc, "housing")
	must(t, d.Waitlist.RefreshSlots(t.Context()))
	hours, total, err := d.Searches.Soonest(t.Context(), d.Zoe, search.Search{Choice: search.Choice{Reason: "housing"}})
	must(t, err)
	for _, h := range hours {
		if h.Worker.ID != d.Marc.ID {
			t.Errorf("%s does not take housing", h.Worker.Name())
		}
	}
	if len(hours) == 0 || total != 1 {
		t.Errorf("%d hours with %d workers", len(hours), total)
	}
	address := lastStep(d.Nadia, 50)
	if shown, _ := d.Send(t, d.Zoe, d.HTTP.Bookings.ConfirmPage, http.MethodGet, address); strings.Contains(shown, `value="housing"`) {
		t.Error("Nadia is offered for a need that she does not take")
	}
	address.Set("anybody", "1")
	if shown, _ := d.Send(t, d.Zoe, d.HTTP.Bookings.ConfirmPage, http.MethodGet, address); !strings.Contains(shown, `value="housing"`) || !strings.Contains(shown, `value="other"`) {
		t.Error("with anybody, a need is missing at the last step")
	}
	typed := d.Typed(50)
	typed.Set("anybody", "1")
	shown, code := d.Send(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Book), http.MethodPost, typed)
	if code != fault.Invalid || !strings.Contains(shown, "quelqu’un qui s’en occupe") || !strings.Contains(shown, d.Marc.Name) || strings.Contains(shown, d.Nadia.Name) ||
		!strings.Contains(shown, "Une lettre est arrivée.") || !strings.Contains(shown, `name="reason" value="housing"`) {
		t.Errorf("%s: stranded at %s", code, shown)
	}
	typed.Set("reason", "nothing")
	if shown, code = d.Send(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Book), http.MethodPost, typed); code != fault.Invalid || !strings.Contains(shown, `id="reason-error"`) {
		t.Errorf("%s: a need that nobody offers: %s", code, shown)
	}
}

// A need that the chosen worker does not take is named at the last step, with the way to
// those who do.
func TestR12_TheLastStepSaysThatTheWorkerDoesNotTakeTheNeed(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	takes(t, d, d.Nadia, "money")
	must(t, d.Searches.KeepChoice(t.Context(), d.Zoe, d.Zoe.ID, search.Choice{Reason: "housing"}))
	shown, code := d.Send(t, d.Zoe, d.HTTP.Bookings.ConfirmPage, http.MethodGet, lastStep(d.Nadia, 50))
	if code != "" || !strings.Contains(shown, "ne s’occupe pas de votre premier choix, <b>Logement</b>") || !strings.Contains(shown, `href="/assistants"`) {
		t.Errorf("%s: %s", code, shown)
	}
}
