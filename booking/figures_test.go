package booking_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"socialdirect/booking"
	"socialdirect/booking/bookingtest"
	"socialdirect/company"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// managed is a world whose client's manager looks at the figures in the middle of
// March; people book in January and February.
type managed struct {
	*bookingtest.World
	manager *viewer.Viewer
	pages   []web.Handler
	workers []*viewer.Viewer
	booked  int
}

var (
	january  = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	midMarch = time.Date(2027, 3, 15, 12, 0, 0, 0, time.UTC)
)

var bookedReasons = []string{"money", "housing"}

func newManaged(t *testing.T) *managed {
	t.Helper()
	m := &managed{World: bookingtest.New(t)}
	clients, err := m.Companies.Clients(t.Context(), m.Admin)
	ok(t, err)
	m.manager = &viewer.Viewer{ID: uuid.New(), Role: viewer.ClientManager, ClientID: clients[0].ID, Complete: true}
	render, err := web.New(web.Phone{})
	ok(t, err)
	reasons := func(context.Context) ([]company.Line, error) {
		return []company.Line{{Key: "money", Label: "Argent"}, {Key: "housing", Label: "Logement"}}, nil
	}
	pages := company.NewFiguresHTTP(m.Companies, render, reasons, true)
	m.pages = []web.Handler{pages.FiguresPage, pages.FiguresCSV, company.NewAPI(m.Companies, reasons).Figures}
	for range 3 {
		m.workers = append(m.workers, m.SocialWorker(t, "Nadia", "Le Goff"))
	}
	return m
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// person is a beneficiary of the client whose account was opened before.
func (m *managed) person(t *testing.T) *viewer.Viewer {
	t.Helper()
	id := uuid.New()
	_, err := m.DB.Pool.Exec(t.Context(), `
		insert into accounts (id, role, email, last_name, first_name, client_id, time_zone, created_at)
		values ($1, 'beneficiary', $2, 'Vidal', 'Zoé', $3, 'Europe/Paris', now())`, id, id.String()+"@exemple.fr", m.manager.ClientID)
	ok(t, err)
	return &viewer.Viewer{ID: id, Role: viewer.Beneficiary, ClientID: m.manager.ClientID, Complete: true}
}

// book books an hour that nobody has, standing in the month.
func (m *managed) book(t *testing.T, v *viewer.Viewer, month int, mode booking.Mode, reason string) uuid.UUID {
	t.Helper()
	at := january.AddDate(0, month, m.booked%27).Add(9 * time.Hour)
	start := january.AddDate(0, 3, m.booked/20).Add(time.Duration(m.booked%20) * time.Hour)
	worker := m.workers[m.booked%3]
	m.booked++
	id, err := m.Bookings.At(m.DB.At(func() time.Time { return at })).Book(t.Context(), v, booking.Request{SocialWorkerID: worker.ID, StartsAt: start, Mode: mode, Reason: reason})
	ok(t, err)
	return id
}

// told is what the manager gets.
func (m *managed) told(t *testing.T) (all [3]string) {
	t.Helper()
	m.SetNow(midMarch)
	for i, page := range m.pages {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/entreprise/chiffres", nil)
		ok(t, page(w, r.WithContext(viewer.With(r.Context(), m.manager))))
		all[i] = fmt.Sprint(w.Header()) + w.Body.String()
	}
	return all
}

// line is what a person may be counted in, of a month.
type line struct {
	month int
	name  string
}

// liveThrough books as often as chance will have it, often enough in one line to
// pass any threshold alone, and returns the lines that the person is in.
func (m *managed) liveThrough(t *testing.T, rng *rand.Rand, v *viewer.Viewer) map[line]bool {
	t.Helper()
	in := map[line]bool{}
	times := rng.IntN(4)
	if rng.IntN(6) == 0 {
		times = 12
	}
	for range times {
		month, mode, reason := rng.IntN(2), booking.Modes[rng.IntN(2)], bookedReasons[rng.IntN(2)]
		id := m.book(t, v, month, mode, reason)
		in[line{month, string(mode)}], in[line{month, reason}] = true, true
		if rng.IntN(4) == 0 {
			at := january.AddDate(0, month, 28)
			_, err := m.Bookings.At(m.DB.At(func() time.Time { return at })).Cancel(t.Context(), v, id, "")
			ok(t, err)
		}
	}
	return in
}

// Histories of real bookings, cancelled ones and those of people who book again and
// again among them: one person more changes the manager's bytes when, and only when,
// a count of people leaves its step.
func TestR10_TwoWorldsOfBookingsTellTheSame(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(10, 2027))
	m := newManaged(t)
	same, moved := 0, 0
	for range 12 {
		_, err := m.DB.Pool.Exec(t.Context(), `delete from client_figures`)
		ok(t, err)
		people := map[line]int{}
		before := m.told(t)
		for range 14 {
			leaves := false
			for l := range m.liveThrough(t, rng, m.person(t)) {
				people[l]++
				leaves = leaves || people[l] >= 10 && people[l]%5 == 0
			}
			after := m.told(t)
			for i := range after {
				if (after[i] != before[i]) != leaves {
					t.Fatalf("with %v, a count leaves its step: %v; the bytes differ: %v\n%s\n%s", people, leaves, after[i] != before[i], before[i], after[i])
				}
			}
			if before = after; leaves {
				moved++
			} else {
				same++
			}
		}
	}
	if same == 0 || moved == 0 {
		t.Errorf("the histories show nothing: %d alike, %d moved", same, moved)
	}
}

func (m *managed) count(t *testing.T, kind, name string) (people int) {
	t.Helper()
	ok(t, m.DB.Pool.QueryRow(t.Context(), `select coalesce(sum(people), 0) from client_figures where kind = $1 and line = $2`, kind, name).Scan(&people))
	return people
}

// One person at several workers at once is still one.
func TestR10_OnePersonIsCountedOnceHoweverManyHoursAreBookedAtOnce(t *testing.T) {
	t.Parallel()
	m := newManaged(t)
	v := m.person(t)
	var wait sync.WaitGroup
	errs := make([]error, len(m.workers))
	for i, worker := range m.workers {
		wait.Go(func() {
			_, errs[i] = m.Bookings.Book(context.Background(), v, booking.Request{
				SocialWorkerID: worker.ID, StartsAt: bookingtest.Start.Add(time.Duration(24+i) * time.Hour), Mode: booking.Phone, Reason: "money",
			})
		})
	}
	wait.Wait()
	for _, err := range errs {
		ok(t, err)
	}
	if n := m.count(t, "mode", "phone"); n != 1 {
		t.Errorf("counted %d times by mode", n)
	}
	if n := m.count(t, "reason", "money"); n != 1 {
		t.Errorf("counted %d times by reason", n)
	}
}

// What was refused is not counted.
func TestR10_OnlyWhatHappenedIsCounted(t *testing.T) {
	t.Parallel()
	m := newManaged(t)
	first := m.Beneficiary(t, "Zoé", "Vidal")
	taken := booking.Request{SocialWorkerID: m.workers[0].ID, StartsAt: bookingtest.Start.Add(48 * time.Hour), Mode: booking.Video, Reason: "money"}
	_, err := m.Bookings.Book(t.Context(), first, taken)
	ok(t, err)
	if _, err := m.Bookings.Book(t.Context(), m.person(t), taken); err == nil {
		t.Fatal("an hour was given twice")
	}
	if n := m.count(t, "mode", "video"); n != 1 {
		t.Errorf("%d bookings are counted, want 1", n)
	}
}
