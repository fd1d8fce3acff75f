package booking_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/company"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// The list leads into a call while it is open, for both people, and into no other.
func TestR17_TheListLeadsIntoTheCallWhileItIsOpen(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	a := d.Book(t, d.Zoe, d.Nadia, hour(50), slot.Video)
	d.Book(t, d.Beneficiary(t, "Paul", "Tanguy"), d.Marc, hour(50), slot.Video) // another's
	d.Book(t, d.Zoe, d.Marc, hour(51), slot.Phone)
	call := `href="/rendez-vous/` + a.ID.String() + `/appel"`
	for _, c := range []struct {
		now  time.Time
		open bool
	}{
		{hour(50).Add(-15*time.Minute - time.Second), false}, {hour(50).Add(-15 * time.Minute), true}, {hour(50), true},
		{hour(51).Add(15*time.Minute - time.Second), true}, {hour(51).Add(15 * time.Minute), false},
	} {
		d.SetNow(c.now)
		for _, v := range []*viewer.Viewer{d.Zoe, d.Nadia} {
			shown := d.Read(t, v, d.HTTP.Bookings.Appointments, uuid.Nil, nil)
			if strings.Contains(shown, call) != c.open || strings.Count(shown, "Rejoindre l’appel") != map[bool]int{true: 1}[c.open] {
				t.Errorf("%s at %s: %s", v.Role, c.now, shown)
			}
		}
	}
	d.SetNow(hour(40))
	d.CancelAsWorker(t, a)
	d.SetNow(hour(50))
	if shown := d.Read(t, d.Zoe, d.HTTP.Bookings.Appointments, uuid.Nil, nil); strings.Contains(shown, "Rejoindre l’appel") {
		t.Error("a cancelled call is joined")
	}
}

func TestR19_TheListShowsWhatWaitsForAnAnswer(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	d.Mark(t, d.Nadia, d.Zoe)
	a := d.Book(t, d.Zoe, d.Nadia, hour(50), slot.Video)
	for name, v := range map[string]*viewer.Viewer{"the person": d.Zoe, "the worker": d.Nadia} {
		bookingtest.WantSaid(t, name, d.Read(t, v, d.HTTP.Bookings.Appointments, uuid.Nil, nil), `data-status="requested"`, "En attente de réponse", "Réponse le mardi 1er décembre à 9 h au plus tard")
	}
	d.SetNow(a.AnswerBy.Add(time.Microsecond))
	if shown := d.Read(t, d.Zoe, d.HTTP.Bookings.Appointments, uuid.Nil, nil); strings.Contains(shown, "En attente") || !strings.Contains(shown, `data-status="expired"`) {
		t.Errorf("after its deadline: %s", shown)
	}
}

// A past appointment leads back to its worker, once in the list, and only as long as the
// person may book there.
func TestR17_OnlyABookableWorkerIsOfferedAgain(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	first, coming := d.Book(t, d.Zoe, d.Nadia, hour(30), slot.Phone), d.Book(t, d.Zoe, d.Marc, hour(400), slot.Video)
	d.Book(t, d.Zoe, d.Nadia, hour(33), slot.Video)
	d.SetNow(hour(35))
	again := func(v *viewer.Viewer) (listed int, shown bool) {
		page := d.Read(t, v, d.HTTP.Bookings.Appointments, uuid.Nil, nil)
		one, _ := d.SendTo(t, v, d.HTTP.Bookings.Show, http.MethodGet, first.ID, nil)
		return strings.Count(page, "Reprendre rendez-vous avec Nadia Le Goff"), strings.Contains(one, `href="/assistants/`+d.Nadia.ID.String()+`?mode=phone"`)
	}
	if listed, shown := again(d.Zoe); listed != 1 || !shown {
		t.Errorf("listed %d times, on its page: %t", listed, shown)
	}
	if page, _ := d.SendTo(t, d.Zoe, d.HTTP.Bookings.Show, http.MethodGet, coming.ID, nil); strings.Contains(page, "Reprendre") {
		t.Error("a coming appointment leads to another")
	}
	if listed, shown := again(d.Nadia); listed != 0 || shown {
		t.Error("the worker is offered their own sheet")
	}
	d.Insure(t, d.Nadia, bookingtest.Insured(bookingtest.Start.AddDate(-1, 0, 0), bookingtest.Start.AddDate(0, 0, -1)))
	if listed, shown := again(d.Zoe); listed != 0 || shown {
		t.Error("a worker without insurance is offered")
	}
	d.Insure(t, d.Nadia, bookingtest.Insured(bookingtest.Start.AddDate(-1, 0, 0), bookingtest.Start.AddDate(1, 0, 0)))
	_, err := d.DB.Pool.Exec(t.Context(), `update social_workers set modes = '{video,phone}' where account_id = $1`, d.Nadia.ID)
	must(t, err)
	for modes, want := range map[string]int{"in_person": 0, "phone": 1} {
		d.EditClient(t, func(c *company.Client) { c.Modes = []string{modes} })
		if listed, shown := again(d.Zoe); listed != want || shown != (want == 1) {
			t.Errorf("with a contract for %s: listed %d times, on its page: %t", modes, listed, shown)
		}
	}
	d.EditClient(t, func(c *company.Client) { c.EndsOn = bookingtest.Start.AddDate(0, 0, 10) })
	d.SetNow(hour(24 * 12))
	if listed, shown := again(d.Zoe); listed != 0 || shown {
		t.Errorf("after the end of the contract: listed %d times, on its page: %t", listed, shown)
	}
}

// Pages of a kind differ by their titles.
func TestR17_TitlesTellAppointmentsApart(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	seen := map[string]bool{}
	for _, n := range []int{50, 74} {
		a := d.Book(t, d.Zoe, d.Nadia, hour(n), slot.Video)
		for _, page := range []web.Handler{d.HTTP.Bookings.Show, d.HTTP.Bookings.CancelPage, d.HTTP.Bookings.MovePage} {
			_, after, _ := strings.Cut(d.Read(t, d.Zoe, page, a.ID, nil), "<title>")
			title, _, _ := strings.Cut(after, "</title>")
			if seen[title] || !strings.Contains(title, bookingtest.Words(web.DayHour(a.StartsAt.In(d.Zoe.Zone)))) {
				t.Errorf("%q is no title of one page", title)
			}
			seen[title] = true
		}
	}
}

// One's own note is one's own message; the worker reads whose it is.
func TestR12_TheNoteIsNamedAfterItsAuthor(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	odette := d.Beneficiary(t, "Odette", "Vidal")
	r := bookingtest.Request(d.Nadia, 50)
	r.Note = "Une lettre est arrivée."
	id, err := d.Bookings.Book(t.Context(), odette, r)
	must(t, err)
	bookingtest.WantSaid(t, "her own page", d.Read(t, odette, d.HTTP.Bookings.Show, id, nil), "<dt>Votre message</dt>")
	bookingtest.WantSaid(t, "the worker's page", d.Read(t, d.Nadia, d.HTTP.Bookings.Show, id, nil), "<dt>Message d’Odette Vidal</dt>")
}
