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

// The page says that somebody else was faster only if they booked the slot, not if the
// worker's buffer or daily number closes it, nor outside of the openings.
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
		{"booked", worker.Settings{}, 50, fault.Conflict, "Quelqu’un vient de prendre cette heure"},
		{"booked, with a buffer", worker.Settings{BufferAfter: 15}, 50, fault.Conflict, "Quelqu’un vient de prendre cette heure"},
		{"in the buffer", worker.Settings{BufferAfter: 15}, 51, fault.Conflict, "Cette heure n’est plus libre"},
		{"beyond the daily number", worker.Settings{PerDay: 1}, 52, fault.Conflict, "Cette heure n’est plus libre"},
		{"too soon for the worker", worker.Settings{LeadTimeHours: 72}, 52, fault.Invalid, "Cette heure n’est pas proposée"},
	} {
		settings(c.settings)
		shown, code := d.Send(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Book), http.MethodPost, d.Typed(c.hour))
		if code != c.code || !strings.Contains(shown, c.words) || !strings.Contains(shown, "Une lettre est arrivée.") {
			t.Errorf("%s: %q; the page does not say %q, or lost what was typed", c.name, code, c.words)
		}
	}
	settings(worker.Settings{BufferAfter: 15})
	own := d.Book(t, d.Zoe, d.Nadia, hour(80), slot.Phone)
	want(t, "moved into the buffer", d.Bookings.Move(t.Context(), d.Zoe, own.ID, hour(51)), fault.Conflict)
	shown, code := d.Send(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Book), http.MethodPost, d.Typed(80))
	if code != fault.Invalid || !strings.Contains(shown, "Vous avez déjà un rendez-vous") {
		t.Errorf("overlapping her own appointment: %q", code)
	}
}

// If a contract, a worker or a reason ends between showing the form and submitting it, the
// page says so and keeps what was typed.
func TestR9_ChangesWhileTheFormIsOpenAreExplainedAndKeepTypedValues(t *testing.T) {
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
				t.Fatalf("the last step, before the change: %s", code)
			}
			c.change(t, d)
			shown, code := d.Send(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Book), http.MethodPost, d.Typed(48))
			if code != c.code || !strings.Contains(shown, c.says) {
				t.Errorf("got %s, and the page %s", code, shown)
			}
			for _, words := range []string{"Une lettre est arrivée.", "ma fille"} {
				if !strings.Contains(shown, words) {
					t.Errorf("the page lost the typed %q", words)
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
			t.Errorf("the page does not say %q: %s", want, shown)
		}
		if want == "2 consultations" {
			d.Book(t, d.Zoe, d.Marc, hour(30), slot.Video)
		}
	}
}

func TestR47_TheLastStepAndTheListSayHowManyAreLeft(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	d.Within(appointment.Bounds{Coming: 4, Acts: 9})
	d.HTTP = d.Pages(d.Render)
	for i, c := range []struct {
		says, list, not string
		code            fault.Code
	}{
		{"Tout est juste", "", "Il vous reste", ""},
		{"Tout est juste", "", "Il vous reste", ""},
		{"Il vous reste <b>2\u00a0rendez-vous</b> à prendre, celui-ci compris", "Vous pouvez prendre encore <b>2\u00a0rendez-vous</b>", "changement", ""},
		{"C’est le <b>dernier rendez-vous</b>", "Vous pouvez prendre encore <b>1\u00a0rendez-vous</b>", "changements</b>", ""},
		{"Vous avez déjà 4\u00a0rendez-vous à venir", "Vous avez <b>4\u00a0rendez-vous à venir</b>", "Tout est juste", fault.Invalid},
	} {
		shown, code := d.Send(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Confirm), http.MethodPost, d.Typed(40+i))
		if code != c.code || !strings.Contains(shown, c.says) || strings.Contains(shown, c.not) {
			t.Errorf("with %d: %q; the page does not say %q, or says %q", i, code, c.says, c.not)
		}
		if code != "" && !strings.Contains(shown, "Une lettre est arrivée.") {
			t.Errorf("with %d: the page lost what was typed", i)
		}
		if list, _ := d.Send(t, d.Zoe, d.HTTP.Bookings.Appointments, http.MethodGet, nil); !strings.Contains(list, c.list) {
			t.Errorf("with %d: the list does not say %q", i, c.list)
		}
		if _, code := d.Send(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Book), http.MethodPost, d.Typed(40+i)); code != c.code {
			t.Errorf("booking with %d: %q", i, code)
		}
	}
	coming, _, err := d.Appointments.Appointments(t.Context(), d.Zoe)
	must(t, err)
	for range 2 { // acts: 4 were bookings
		for i, first := range []int{60, 61} {
			must(t, d.Bookings.Move(t.Context(), d.Zoe, coming[i].ID, hour(first+10*d.ActsOf(t, d.Zoe))))
		}
	}
	_, err = d.Bookings.Cancel(t.Context(), d.Zoe, coming[2].ID, "")
	must(t, err)
	shown, code := d.Send(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Confirm), http.MethodPost, d.Typed(48))
	if code != fault.Throttled || !strings.Contains(shown, "9\u00a0changements") || !strings.Contains(shown, "24\u00a0heures") || !strings.Contains(shown, "Une lettre est arrivée.") {
		t.Errorf("after all acts of a day: %q\n%s", code, shown)
	}
	for name, page := range map[string]func() (string, fault.Code){
		"moving": func() (string, fault.Code) {
			return d.SendTo(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Move), http.MethodPost, coming[0].ID, map[string][]string{"starts_at": {hour(48).Format(time.RFC3339)}})
		},
		"cancelling": func() (string, fault.Code) {
			return d.SendTo(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Cancel), http.MethodPost, coming[0].ID, map[string][]string{"explanation": {"Je ne peux plus."}})
		},
		"needs": func() (string, fault.Code) {
			return d.SendTo(t, d.Zoe, web.Parsed(d.HTTP.Bookings.ChangeNeeds), http.MethodPost, coming[0].ID, map[string][]string{"companion": {"mon frère"}})
		},
		"joining the waitlist": func() (string, fault.Code) {
			return d.Send(t, d.Zoe, web.Parsed(d.HTTP.Waitlist.Join), http.MethodPost, map[string][]string{"mode": {"video"}})
		},
	} {
		if shown, code := page(); code != fault.Throttled || !strings.Contains(shown, "Revenez dans 24\u00a0heures") {
			t.Errorf("%s: %q", name, code)
		}
	}
}

// If a worker has several places, each slot shows its own, and the last step shows the place
// that will be booked.
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
		t.Errorf("%s: the slots do not show their places: %s", code, slots)
	}
	shown, code := d.Send(t, d.Zoe, d.HTTP.Bookings.ConfirmPage, http.MethodGet, hour)
	if code != "" || strings.Contains(shown, "rue de la Paix") || !strings.Contains(shown, "2 rue du Port") {
		t.Errorf("%s: the last step shows another place than Lorient: %s", code, shown)
	}
	a := d.Book(t, d.Zoe, lou, inParis(tuesday, 9), slot.InPerson)
	moving, code := d.SendTo(t, d.Zoe, d.HTTP.Bookings.MovePage, http.MethodGet, a.ID, nil)
	if code != "" || !strings.Contains(moving, "mercredi 2\u00a0décembre à 9\u00a0h, sur place, Lieu de rendez-vous") || !strings.Contains(moving, "rue de la Paix") {
		t.Errorf("%s: the page of moving does not show the other place: %s", code, moving)
	}
}
