package booking_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/company"
	"socialdirect/internal/fault"
	"socialdirect/web"
)

// Who was faster is said to have taken the hour where they took it, and not where
// the worker's pause or cap closes it; outside of the openings nobody was faster.
func TestR13_ThePageSaysWhyASlotIsUnavailable(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	paul := d.Beneficiary(t, "Paul", "Morel")
	settings := func(s worker.Settings) {
		t.Helper()
		s.HolidayRegion, s.HorizonWeeks = "metropole", 8
		must(t, d.Agendas.SaveSettings(t.Context(), d.Nadia, s))
	}
	d.Book(t, paul, d.Nadia, hour(50), slot.Video)
	for _, c := range []struct {
		name     string
		settings worker.Settings
		hour     int
		code     fault.Code
		words    string
	}{
		{"taken", worker.Settings{}, 50, fault.Conflict, "Quelqu’un vient de prendre cette heure"},
		{"taken, with a pause", worker.Settings{BufferAfter: 15}, 50, fault.Conflict, "Quelqu’un vient de prendre cette heure"},
		{"in the pause", worker.Settings{BufferAfter: 15}, 51, fault.Conflict, "Cette heure n’est plus libre"},
		{"beyond the cap", worker.Settings{PerDay: 1}, 52, fault.Conflict, "Cette heure n’est plus libre"},
		{"too soon for the worker", worker.Settings{NoticeHours: 72}, 52, fault.Invalid, "Cette heure n’est pas proposée"},
	} {
		settings(c.settings)
		shown, code := d.Send(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Book), http.MethodPost, d.Typed(c.hour))
		if code != c.code || !strings.Contains(shown, c.words) || !strings.Contains(shown, "Une lettre est arrivée.") {
			t.Errorf("%s: %q; %q is not said, or what was typed is lost", c.name, code, c.words)
		}
	}
	settings(worker.Settings{BufferAfter: 15})
	own := d.Book(t, d.Zoe, d.Nadia, hour(80), slot.Phone)
	want(t, "moved into the pause", d.Bookings.Move(t.Context(), d.Zoe, own.ID, hour(51)), fault.Conflict)
	shown, code := d.Send(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Book), http.MethodPost, d.Typed(80))
	if code != fault.Invalid || !strings.Contains(shown, "Vous avez déjà un rendez-vous") {
		t.Errorf("her own hour: %q", code)
	}
}

// Whatever ends between the page and the click is said clearly, and what was typed
// comes back.
func TestR9_WhatEndsBetweenPageAndClickIsSaidAndNothingTypedIsLost(t *testing.T) {
	t.Parallel()
	suspend := func(t *testing.T, d bookingtest.Desk) {
		_, err := d.DB.Pool.Exec(t.Context(), `update accounts set suspended_at = now() where id = $1`, d.Nadia.ID)
		must(t, err)
	}
	contractEnds := func(t *testing.T, d bookingtest.Desk) {
		client, err := d.Companies.Client(t.Context(), d.Admin, d.Zoe.ClientID)
		must(t, err)
		client.EndsOn = hour(-48)
		must(t, d.Companies.Edit(t.Context(), d.Admin, client))
	}
	usedUp := func(t *testing.T, d bookingtest.Desk) {
		d.EditClient(t, func(c *company.Client) { c.PerYear = 1 })
		d.Book(t, d.Zoe, d.Marc, hour(30), slot.Video)
	}
	retired := func(t *testing.T, d bookingtest.Desk) {
		_, err := d.DB.Pool.Exec(t.Context(), `update reasons set retired = true where slug = 'housing'`)
		must(t, err)
	}
	for name, c := range map[string]struct {
		change func(*testing.T, bookingtest.Desk)
		code   fault.Code
		says   string
	}{
		"a worker suspended":         {suspend, fault.Conflict, "ne prend plus de rendez-vous"},
		"a contract that ended":      {contractEnds, fault.Invalid, "contrat de votre entreprise"},
		"a contract used up":         {usedUp, fault.Invalid, "il est atteint pour cette année-là"},
		"a reason no longer offered": {retired, fault.Invalid, "Choisissez un motif dans la liste"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := bookingtest.NewDesk(t)
			if _, code := d.Send(t, d.Zoe, d.HTTP.Bookings.ConfirmPage, http.MethodGet, d.Typed(48)); code != "" {
				t.Fatalf("the last step before: %s", code)
			}
			c.change(t, d)
			shown, code := d.Send(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Book), http.MethodPost, d.Typed(48))
			if code != c.code || !strings.Contains(shown, c.says) {
				t.Errorf("%s, and says %s", code, shown)
			}
			for _, words := range []string{"Une lettre est arrivée.", "ma fille"} {
				if !strings.Contains(shown, words) {
					t.Errorf("%q is lost", words)
				}
			}
		})
	}
}

func TestR9_TheLastStepSaysHowManyConsultationsAreLeft(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	d.EditClient(t, func(c *company.Client) { c.PerYear = 2 })
	for _, want := range []string{"2 consultations", "1 consultation<"} {
		shown, code := d.Send(t, d.Zoe, d.HTTP.Bookings.ConfirmPage, http.MethodGet, d.Typed(48))
		if code != "" || !strings.Contains(shown, want) || !strings.Contains(shown, "Un rendez-vous annulé ne compte pas") {
			t.Errorf("%q: it says %s", want, shown)
		}
		if want == "2 consultations" {
			d.Book(t, d.Zoe, d.Marc, hour(30), slot.Video)
		}
	}
}

// Whoever was told that it has no consequence, and presses the button a minute after
// the limit, is told first (R18); whoever was told nothing of the kind is taken at
// their word.
func TestR18_TheConsequenceOfActingLateIsShownBeforehand(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	a := d.Book(t, d.Zoe, d.Nadia, hour(25), slot.Video)
	for name, page := range map[string]web.Handler{"cancelling": d.HTTP.Bookings.CancelPage, "moving": d.HTTP.Bookings.MovePage} {
		shown, code := d.SendTo(t, d.Zoe, page, http.MethodGet, a.ID, nil)
		if code != "" || !strings.Contains(shown, "aucune conséquence") || !strings.Contains(shown, `name="told" value="free"`) {
			t.Fatalf("%s: %s: %s", name, code, shown)
		}
	}
	d.SetNow(hour(1).Add(time.Minute)) // the limit was an hour after the world's beginning
	told := url.Values{"told": {"free"}, "explanation": {"Un empêchement."}, "starts_at": {hour(80).Format(time.RFC3339)}}
	for name, act := range map[string]web.Handler{"cancelling": web.Parsed(d.HTTP.Bookings.Cancel), "moving": web.Parsed(d.HTTP.Bookings.Move)} {
		shown, code := d.SendTo(t, d.Zoe, act, http.MethodPost, a.ID, told)
		if code != fault.Conflict || !strings.Contains(shown, "La limite vient de passer") || !strings.Contains(shown, "La limite était le") || strings.Contains(shown, `name="told"`) {
			t.Errorf("%s: %s: %s", name, code, shown)
		}
		if name == "cancelling" && !strings.Contains(shown, "Un empêchement.") {
			t.Error("what was written is lost")
		}
	}
	if got := d.State(t, a.ID); got.Status != appointment.Confirmed || !got.StartsAt.Equal(a.StartsAt) {
		t.Fatalf("it is %s at %s", got.Status, got.StartsAt)
	}
	if since, err := d.Appointments.Marked(t.Context(), d.Zoe, d.Nadia.ID, d.Zoe.ID); err != nil || !since.IsZero() {
		t.Fatalf("marked since %s, %v", since, err)
	}
	if _, code := d.SendTo(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Cancel), http.MethodPost, a.ID, url.Values{"explanation": {""}}); code != "" || d.State(t, a.ID).Status != appointment.CancelledLate {
		t.Errorf("after it was told: %q, %s", code, d.State(t, a.ID).Status)
	}
}

// Cancelling what the other one has just cancelled is no mistake of the form.
func TestR18_CancellingWhatIsCancelledIsAConflict(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	a := d.Book(t, d.Zoe, d.Nadia, hour(50), slot.Video)
	d.CancelAsWorker(t, a)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		handler := map[string]web.Handler{http.MethodGet: d.HTTP.Bookings.CancelPage, http.MethodPost: web.Parsed(d.HTTP.Bookings.Cancel)}[method]
		if _, code := d.SendTo(t, d.Zoe, handler, method, a.ID, url.Values{"explanation": {"Un mot."}}); code != fault.Conflict {
			t.Errorf("%s: %s", method, code)
		}
	}
}

// Each one can be taken into a calendar, those that were, too (R17).
func TestR17_EachAppointmentLeadsToItsCalendarFile(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	a := d.Book(t, d.Zoe, d.Nadia, hour(50), slot.Video)
	for name, now := range map[string]time.Time{"to come": hour(0), "past": hour(60)} {
		d.SetNow(now)
		if page, _ := d.SendTo(t, d.Zoe, d.HTTP.Bookings.Show, http.MethodGet, a.ID, nil); !strings.Contains(page, "/calendrier.ics") {
			t.Errorf("%s: no link to the file", name)
		}
	}
	d.SetNow(hour(0))
	d.CancelAsWorker(t, a)
	if page, _ := d.SendTo(t, d.Zoe, d.HTTP.Bookings.Show, http.MethodGet, a.ID, nil); strings.Contains(page, "/calendrier.ics") {
		t.Error("what is cancelled is offered to a calendar")
	}
}
