package appointment_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"socialdirect/booking"
	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/company/api"
	"socialdirect/company/figures"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// managed is a world whose client's manager reads the figures; people have appointments in two
// years.
type managed struct {
	*bookingtest.World
	manager *viewer.Viewer
	pages   []web.Handler
	workers []*viewer.Viewer
	booked  [2]int // appointments that were booked in each year
}

var bookedReasons = []figures.Line{{Key: "money", Label: "Argent"}, {Key: "housing", Label: "Logement"}}

// yearsOfHours are when the appointments of each year begin.
var yearsOfHours = [2]time.Time{time.Date(2027, 4, 1, 0, 0, 0, 0, time.UTC), time.Date(2028, 2, 1, 0, 0, 0, 0, time.UTC)}

// afterAll is when all figures are published.
var afterAll = time.Date(2029, 1, 15, 12, 0, 0, 0, time.UTC)

func newManaged(t *testing.T) *managed {
	t.Helper()
	m := &managed{World: bookingtest.New(t)}
	clients, err := m.Companies.Clients(t.Context(), m.Admin)
	must(t, err)
	m.manager = &viewer.Viewer{ID: uuid.New(), Role: viewer.ClientManager, ClientID: clients[0].ID, Complete: true}
	render, err := web.New(web.Phone{})
	must(t, err)
	reasons := func(context.Context) ([]figures.Line, error) { return bookedReasons, nil }
	pages := figures.NewHTTP(m.Figures, render, reasons)
	m.pages = []web.Handler{pages.Page, pages.CSV, api.NewHTTP(m.DB, m.Companies, m.Keys, pages).Figures}
	for range 3 {
		m.workers = append(m.workers, m.SocialWorker(t, "Nadia", "Le Goff"))
	}
	return m
}

// person is a beneficiary of the client whose account was opened before.
func (m *managed) person(t *testing.T) *viewer.Viewer {
	t.Helper()
	id := uuid.New()
	_, err := m.DB.Pool.Exec(t.Context(), `
		insert into accounts (id, role, email, last_name, first_name, client_id, time_zone, created_at)
		values ($1, 'beneficiary', $2, 'Vidal', 'Zoé', $3, 'Europe/Paris', now())`, id, id.String()+"@exemple.fr", m.manager.ClientID)
	must(t, err)
	return &viewer.Viewer{ID: id, Role: viewer.Beneficiary, ClientID: m.manager.ClientID, Complete: true}
}

// booked is an appointment in the test.
type booked struct {
	id     uuid.UUID
	at     time.Time
	year   int // 0 or 1
	mode   slot.Mode
	reason string
}

// book books the next slot of a year that is not booked, two days before it.
func (m *managed) book(t *testing.T, v *viewer.Viewer, year int, mode slot.Mode, reason string) booked {
	t.Helper()
	n := m.booked[year]
	m.booked[year]++
	h := booked{at: yearsOfHours[year].AddDate(0, 0, n/20).Add(time.Duration(n%20) * time.Hour), year: year, mode: mode, reason: reason}
	var err error
	h.id, err = m.standing(h.at.AddDate(0, 0, -2)).Book(t.Context(), v, appointment.Request{
		SocialWorkerID: m.workers[n%3].ID, StartsAt: h.at, Mode: mode, Reason: reason,
	})
	must(t, err)
	return h
}

// standing returns the acts with the clock at an instant.
func (m *managed) standing(at time.Time) *booking.Service { return m.Bookings.At(m.clock(at)) }

// counting counts the appointments with the clock at an instant.
func (m *managed) counting(at time.Time) *appointment.Service { return m.Appointments.At(m.clock(at)) }

func (m *managed) clock(at time.Time) *postgres.DB { return m.DB.At(func() time.Time { return at }) }

func (m *managed) cancel(t *testing.T, v *viewer.Viewer, h booked, before time.Duration) {
	t.Helper()
	_, err := m.standing(h.at.Add(-before)).Cancel(t.Context(), v, h.id, "")
	must(t, err)
}

// countAll runs the count at the end of each year, starting with empty figures.
func (m *managed) countAll(t *testing.T) {
	t.Helper()
	_, err := m.DB.Pool.Exec(t.Context(), `truncate client_figures, published_figures, counted_people, hours_counted`)
	must(t, err)
	for _, at := range []time.Time{time.Date(2027, 12, 31, 12, 0, 0, 0, time.UTC), time.Date(2028, 12, 31, 12, 0, 0, 0, time.UTC)} {
		must(t, m.counting(at).CountHours(t.Context()))
	}
}

// published returns what the manager gets, once all figures are published.
func (m *managed) published(t *testing.T) (all [3]string) {
	t.Helper()
	m.SetNow(afterAll)
	must(t, m.Figures.PublishDue(t.Context(), bookedReasons))
	for i, page := range m.pages {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/entreprise/chiffres", nil)
		must(t, page(w, &web.Request{Request: r, Viewer: m.manager}))
		all[i] = fmt.Sprint(w.Header()) + w.Body.String()
	}
	return all
}

// line is one line of the figures in a year.
type line struct {
	year int
	name string
}

// liveThrough books a random number of appointments, cancels some of them, early or late, and
// returns the lines in which the person counts: those of each year's first appointment that
// was not cancelled.
func (m *managed) liveThrough(t *testing.T, rng *rand.Rand, v *viewer.Viewer) map[line]bool {
	t.Helper()
	in := map[line]bool{}
	for year := range 2 {
		first := true
		for range rng.IntN(4) {
			h := m.book(t, v, year, slot.Modes[rng.IntN(2)], bookedReasons[rng.IntN(2)].Key)
			if rng.IntN(3) == 0 {
				m.cancel(t, v, h, []time.Duration{time.Minute, 25 * time.Hour}[rng.IntN(2)])
				_, err := m.DB.Pool.Exec(t.Context(), `delete from late_marks`)
				must(t, err)
			} else if first {
				first = false
				in[line{year, string(h.mode)}], in[line{year, h.reason}] = true, true
			}
		}
	}
	return in
}

// In random histories of bookings, with cancelled ones and people who come often, one person
// more changes what the manager reads only if a count moves to another step, and every count
// follows the rule.
func TestR10_TwoWorldsOfBookingsPublishTheSame(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(10, 2027))
	m := newManaged(t)
	same, moved := 0, 0
	people := map[line]int{}
	m.countAll(t)
	before := m.published(t)
	for range 40 {
		leaves := false
		for l := range m.liveThrough(t, rng, m.person(t)) {
			people[l]++
			leaves = leaves || people[l] >= 10 && people[l]%5 == 0
		}
		m.countAll(t)
		for l, want := range people {
			if got := m.count(t, l.year, l.name); got != want {
				t.Fatalf("%v counts %d people, want %d", l, got, want)
			}
		}
		after := m.published(t)
		for i := range after {
			if after[i] != before[i] && !leaves {
				t.Fatalf("with %v, no count leaves its step and the bytes differ:\n%s\n%s", people, before[i], after[i])
			}
			if (after[i] != before[i]) != (after[0] != before[0]) {
				t.Fatalf("page, file and API do not change together:\n%s\n%s", before[i], after[i])
			}
		}
		if after != before {
			moved++
		} else {
			same++
		}
		before = after
	}
	if same == 0 || moved == 0 {
		t.Errorf("the histories do not cover both cases: %d alike, %d moved", same, moved)
	}
}

// count is how many people a line counts, in one of the years.
func (m *managed) count(t *testing.T, year int, name string) (people int) {
	t.Helper()
	must(t, m.DB.Pool.QueryRow(t.Context(), `
		select coalesce(sum(people), 0) from client_figures where line = $1 and period = $2::date`,
		name, fmt.Sprintf("%d-01-01", yearsOfHours[year].Year())).Scan(&people))
	return people
}

// all describes how many cells count people, and how many.
func (m *managed) all(t *testing.T) (counts string) {
	t.Helper()
	must(t, m.DB.Pool.QueryRow(t.Context(), `
		select coalesce(string_agg(line || ' ' || people, ', ' order by line), '') from client_figures where kind <> 'account'`).Scan(&counts))
	return counts
}

// One person counts once a year, only with the first appointment, however many there are and
// however many counts run at once.
func TestR10_OnePersonIsCountedOnceAYearWithTheirFirstAppointment(t *testing.T) {
	t.Parallel()
	m := newManaged(t)
	v := m.person(t)
	m.cancel(t, v, m.book(t, v, 0, slot.Video, "money"), 30*time.Hour)
	first := m.book(t, v, 0, slot.Phone, "housing")
	for _, mode := range slot.Modes {
		m.book(t, v, 0, mode, "money")
	}
	must(t, m.counting(first.at.Add(59*time.Minute)).CountHours(t.Context()))
	if got := m.all(t); got != "" {
		t.Errorf("before the appointment is over, counted are: %s", got)
	}
	var rounds sync.WaitGroup
	errs := make([]error, 5)
	for i := range errs {
		rounds.Go(func() { errs[i] = m.counting(first.at.Add(240 * time.Hour)).CountHours(context.Background()) })
	}
	rounds.Wait()
	must(t, errors.Join(errs...))
	if got := m.all(t); got != "housing 1, phone 1" {
		t.Errorf("counted are: %s", got)
	}
	m.book(t, v, 1, slot.Video, "money")
	must(t, m.counting(afterAll).CountHours(t.Context()))
	if got := m.all(t); got != "housing 1, money 1, phone 1, video 1" {
		t.Errorf("with the next year, counted are: %s", got)
	}
	var kept int
	must(t, m.DB.Pool.QueryRow(t.Context(), `select count(*) from counted_people where year < 2028`).Scan(&kept))
	if kept != 0 {
		t.Error("the list of counted people of a past year is still stored")
	}
}

// An appointment counts unless it was cancelled before it began: attended or missed, and never
// one that was only requested.
func TestR10_OnlyAppointmentsThatWereNotCancelledAreCounted(t *testing.T) {
	t.Parallel()
	m := newManaged(t)
	for _, status := range []string{"confirmed", "held", "no_show", "requested", "declined", "expired", "cancelled", "cancelled_late", "cancelled_by_worker"} {
		h := m.book(t, m.person(t), 0, slot.Video, "money")
		_, err := m.DB.Pool.Exec(t.Context(), `update appointments set status = $2, answer_by = now() where id = $1`, h.id, status)
		must(t, err)
		_, err = m.DB.Pool.Exec(t.Context(), `delete from client_figures`)
		must(t, err)
		must(t, m.counting(h.at.Add(time.Hour)).CountHours(t.Context()))
		want := map[string]string{"confirmed": "money 1, video 1", "held": "money 1, video 1", "no_show": "money 1, video 1"}[status]
		if got := m.all(t); got != want {
			t.Errorf("of an appointment that is %s counted are %q, want %q", status, got, want)
		}
	}
}

// Where SMS are sent, a person who never confirmed their mobile is in no figure, so that
// invented accounts with invented numbers change nothing.
func TestR10_WhereSMSAreSentOnlyPeopleWithAConfirmedMobileAreCounted(t *testing.T) {
	t.Parallel()
	m := newManaged(t)
	m.Accounts.People.SMS = true
	made, proved := m.person(t), m.person(t)
	_, err := m.DB.Pool.Exec(t.Context(), `update accounts set mobile = '+33612345678', mobile_validated_at = created_at where id = $1`, proved.ID)
	must(t, err)
	m.book(t, made, 0, slot.Phone, "housing")
	m.book(t, proved, 0, slot.Video, "money")
	m.countAll(t)
	if got := m.all(t); got != "money 1, video 1" {
		t.Errorf("counted are: %s", got)
	}
}

// An erasure deletes that the person was counted and keeps the counts; the person's remaining
// appointments are not counted any longer.
func TestR10_AnErasureDeletesWhoWasCountedAndCountsNobodyTwice(t *testing.T) {
	t.Parallel()
	m := newManaged(t)
	v := m.person(t)
	first := m.book(t, v, 0, slot.Video, "money")
	second := m.book(t, v, 0, slot.Phone, "housing")
	must(t, m.counting(first.at.Add(time.Hour)).CountHours(t.Context()))
	now := second.at.Add(10 * time.Minute) // during the second appointment
	must(t, m.DB.At(func() time.Time { return now }).InTx(t.Context(), func(tx postgres.Tx) error { return m.Bookings.Erase(t.Context(), tx, v.ID) }))
	_, err := m.DB.Pool.Exec(t.Context(), `
		update accounts set erased_at = now(), closed_at = now(), email = null, first_name = '', last_name = '', client_id = null where id = $1`, v.ID)
	must(t, err)
	var kept int
	must(t, m.DB.Pool.QueryRow(t.Context(), `select count(*) from counted_people`).Scan(&kept))
	if kept != 0 {
		t.Error("an erased person is still stored as counted")
	}
	must(t, m.counting(second.at.Add(24*time.Hour)).CountHours(t.Context()))
	if got := m.all(t); got != "money 1, video 1" {
		t.Errorf("counted are: %s", got)
	}
}
