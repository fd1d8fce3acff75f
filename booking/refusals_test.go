package booking_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// desk is the pages as somebody uses them.
type desk struct {
	pair
	pages  bookingtest.Pages
	render *web.Renderer
}

func newDesk(t *testing.T) desk {
	t.Helper()
	render, err := web.New(web.Phone{})
	ok(t, err)
	d := desk{pair: newPair(t), render: render}
	d.pages = d.World.Pages(render)
	return d
}

// typed is a form that is right.
func (d desk) typed(hours int) url.Values {
	return url.Values{
		"social_worker_id": {d.nadia.ID.String()}, "starts_at": {d.at(hours).Format(time.RFC3339)}, "mode": {"video"}, "reason": {"housing"},
		"note": {"Une lettre est arrivée."}, "companion": {"ma fille"},
	}
}

// send asks a page, and returns what is shown and how it was refused.
func (d desk) send(t *testing.T, v *viewer.Viewer, handler web.Handler, method string, values url.Values) (shown string, code fault.Code) {
	t.Helper()
	r := httptest.NewRequest(method, "/rendez-vous", strings.NewReader(values.Encode()))
	if method == http.MethodGet {
		r = httptest.NewRequest(method, "/rendez-vous?"+values.Encode(), nil)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r = r.WithContext(viewer.With(r.Context(), v))
	answer := httptest.NewRecorder()
	err := handler(answer, r)
	if err == nil {
		return answer.Body.String(), ""
	}
	f := fault.From(err)
	if page, ok := f.Page.(web.Page); ok {
		if err := d.render.Render(answer, r, http.StatusUnprocessableEntity, page); err != nil {
			t.Fatal(err)
		}
	}
	return answer.Body.String(), f.Code
}

// on asks a page of one appointment, person or worker.
func (d desk) on(t *testing.T, v *viewer.Viewer, handler web.Handler, method string, id uuid.UUID, values url.Values) (shown string, code fault.Code) {
	t.Helper()
	return d.send(t, v, func(w http.ResponseWriter, r *http.Request) error {
		r.SetPathValue("id", id.String())
		return handler(w, r)
	}, method, values)
}

// Who was faster is said to have taken the hour where they took it, and not where
// the worker's pause or cap closes it; outside of the openings nobody was faster.
func TestR13_WhyAnHourIsNotFreeIsSaidAsItIs(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	paul := d.Beneficiary(t, "Paul", "Morel")
	settings := func(s worker.Settings) {
		t.Helper()
		s.HolidayRegion, s.HorizonWeeks = "metropole", 8
		ok(t, d.Agendas.SaveSettings(t.Context(), d.nadia, s))
	}
	d.Book(t, paul, d.nadia, d.at(50), slot.Video)
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
		shown, code := d.send(t, d.zoe, d.pages.Bookings.Book, http.MethodPost, d.typed(c.hour))
		if code != c.code || !strings.Contains(shown, c.words) || !strings.Contains(shown, "Une lettre est arrivée.") {
			t.Errorf("%s: %q; %q is not said, or what was typed is lost", c.name, code, c.words)
		}
	}
	settings(worker.Settings{BufferAfter: 15})
	own := d.Book(t, d.zoe, d.nadia, d.at(80), slot.Phone)
	want(t, "moved into the pause", d.Bookings.Move(t.Context(), d.zoe, own.ID, d.at(51)), fault.Conflict)
	shown, code := d.send(t, d.zoe, d.pages.Bookings.Book, http.MethodPost, d.typed(80))
	if code != fault.Invalid || !strings.Contains(shown, "Vous avez déjà un rendez-vous") {
		t.Errorf("her own hour: %q", code)
	}
}

// Whatever ends between the page and the click is said clearly, and what was typed
// comes back.
func TestR9_WhatEndsBetweenPageAndClickIsSaidAndNothingTypedIsLost(t *testing.T) {
	t.Parallel()
	suspend := func(t *testing.T, d desk) {
		_, err := d.DB.Pool.Exec(t.Context(), `update accounts set suspended_at = now() where id = $1`, d.nadia.ID)
		ok(t, err)
	}
	contractEnds := func(t *testing.T, d desk) {
		client, err := d.Companies.Client(t.Context(), d.Admin, d.zoe.ClientID)
		ok(t, err)
		client.EndsOn = d.at(-48)
		ok(t, d.Companies.Edit(t.Context(), d.Admin, client))
	}
	usedUp := func(t *testing.T, d desk) {
		d.perYear(t, 1)
		d.Book(t, d.zoe, d.marc, d.at(30), slot.Video)
	}
	retired := func(t *testing.T, d desk) {
		_, err := d.DB.Pool.Exec(t.Context(), `update reasons set retired = true where slug = 'housing'`)
		ok(t, err)
	}
	for name, c := range map[string]struct {
		change func(*testing.T, desk)
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
			d := newDesk(t)
			if _, code := d.send(t, d.zoe, d.pages.Bookings.Confirm, http.MethodGet, d.typed(48)); code != "" {
				t.Fatalf("the last step before: %s", code)
			}
			c.change(t, d)
			shown, code := d.send(t, d.zoe, d.pages.Bookings.Book, http.MethodPost, d.typed(48))
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
	d := newDesk(t)
	d.perYear(t, 2)
	for _, want := range []string{"2 consultations", "1 consultation<"} {
		shown, code := d.send(t, d.zoe, d.pages.Bookings.Confirm, http.MethodGet, d.typed(48))
		if code != "" || !strings.Contains(shown, want) || !strings.Contains(shown, "Un rendez-vous annulé ne compte pas") {
			t.Errorf("%q: it says %s", want, shown)
		}
		if want == "2 consultations" {
			d.Book(t, d.zoe, d.marc, d.at(30), slot.Video)
		}
	}
}

// Whoever was told that it has no consequence, and presses the button a minute after
// the limit, is told first (R18); whoever was told nothing of the kind is taken at
// their word.
func TestR18_AConsequenceIsToldBeforehand(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.Book(t, d.zoe, d.nadia, d.at(25), slot.Video)
	for name, page := range map[string]web.Handler{"cancelling": d.pages.Bookings.CancelPage, "moving": d.pages.Bookings.MovePage} {
		shown, code := d.on(t, d.zoe, page, http.MethodGet, a.ID, nil)
		if code != "" || !strings.Contains(shown, "aucune conséquence") || !strings.Contains(shown, `name="told" value="free"`) {
			t.Fatalf("%s: %s: %s", name, code, shown)
		}
	}
	d.SetNow(d.at(1).Add(time.Minute)) // the limit was an hour after the world's beginning
	told := url.Values{"told": {"free"}, "explanation": {"Un empêchement."}, "starts_at": {d.at(80).Format(time.RFC3339)}}
	for name, act := range map[string]web.Handler{"cancelling": d.pages.Bookings.Cancel, "moving": d.pages.Bookings.Move} {
		shown, code := d.on(t, d.zoe, act, http.MethodPost, a.ID, told)
		if code != fault.Conflict || !strings.Contains(shown, "La limite vient de passer") || !strings.Contains(shown, "La limite était le") || strings.Contains(shown, `name="told"`) {
			t.Errorf("%s: %s: %s", name, code, shown)
		}
		if name == "cancelling" && !strings.Contains(shown, "Un empêchement.") {
			t.Error("what was written is lost")
		}
	}
	if got := d.state(t, a.ID); got.Status != appointment.Confirmed || !got.StartsAt.Equal(a.StartsAt) {
		t.Fatalf("it is %s at %s", got.Status, got.StartsAt)
	}
	if since, err := d.Appointments.Marked(t.Context(), d.zoe, d.nadia.ID, d.zoe.ID); err != nil || !since.IsZero() {
		t.Fatalf("marked since %s, %v", since, err)
	}
	if _, code := d.on(t, d.zoe, d.pages.Bookings.Cancel, http.MethodPost, a.ID, url.Values{"explanation": {""}}); code != "" || d.state(t, a.ID).Status != appointment.CancelledLate {
		t.Errorf("after it was told: %q, %s", code, d.state(t, a.ID).Status)
	}
}

// Cancelling what the other one has just cancelled is no mistake of the form.
func TestR18_CancellingWhatIsCancelledIsAConflict(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.Book(t, d.zoe, d.nadia, d.at(50), slot.Video)
	d.leave(t, a)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		handler := map[string]web.Handler{http.MethodGet: d.pages.Bookings.CancelPage, http.MethodPost: d.pages.Bookings.Cancel}[method]
		if _, code := d.on(t, d.zoe, handler, method, a.ID, url.Values{"explanation": {"Un mot."}}); code != fault.Conflict {
			t.Errorf("%s: %s", method, code)
		}
	}
}

// Each one can be taken into a calendar, those that were, too (R17).
func TestR17_EachAppointmentLeadsToItsCalendarFile(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.Book(t, d.zoe, d.nadia, d.at(50), slot.Video)
	for name, now := range map[string]time.Time{"to come": d.at(0), "past": d.at(60)} {
		d.SetNow(now)
		if page, _ := d.on(t, d.zoe, d.pages.Bookings.Show, http.MethodGet, a.ID, nil); !strings.Contains(page, "/calendrier.ics") {
			t.Errorf("%s: no link to the file", name)
		}
	}
	d.SetNow(d.at(0))
	d.leave(t, a)
	if page, _ := d.on(t, d.zoe, d.pages.Bookings.Show, http.MethodGet, a.ID, nil); strings.Contains(page, "/calendrier.ics") {
		t.Error("what is cancelled is offered to a calendar")
	}
}
