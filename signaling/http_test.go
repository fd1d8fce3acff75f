package signaling_test

import (
	"html"
	"io"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/viewer"
	"socialdirect/signaling"
)

// page gets an appointment's call page as v, with its entities resolved.
func (w *world) page(t *testing.T, v *viewer.Viewer, a appointment.Appointment) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.server.URL+"/rendez-vous/"+a.ID.String()+"/appel", nil)
	must(t, err)
	if v != nil {
		r.Header.Set("Viewer", v.ID.String())
	}
	return w.get(t, r)
}

// get returns the answer to a request.
func (w *world) get(t *testing.T, r *http.Request) (int, string) {
	t.Helper()
	response, err := w.server.Client().Do(r)
	must(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	must(t, err)
	return response.StatusCode, string(body)
}

var iceServers = regexp.MustCompile(`(?s)<script[^>]*id="ice-servers"[^>]*>(.*?)</script>`)

func TestR22_TheCallPageContainsTheRelays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for v, with := range map[*viewer.Viewer]string{w.zoe: "Nadia Le Goff", w.nadia: "Zoé Vidal"} {
		status, body := w.page(t, v, w.appointment)
		if status != http.StatusOK || !strings.Contains(html.UnescapeString(body), with) {
			t.Errorf("%d\n%s", status, body)
		}
		script := iceServers.FindStringSubmatch(body)
		if script == nil {
			t.Fatalf("no relays in\n%s", body)
		}
		got := decodedText[[]signaling.ICEServer](t, script[1])
		if len(got) != 1 || got[0].URLs[0] != w.relay.URL() {
			t.Errorf("got %+v", got)
		}
		allocate(t, client(t, w.relay, got[0]))
		if v == w.nadia { // who needs no admission
			welcome := decoded[[]signaling.ICEServer](t, w.join(t, v).wants("welcome")["ice_servers"])
			if !reflect.DeepEqual(got, welcome) {
				t.Errorf("the page has %+v, the welcome %+v", got, welcome)
			}
		}
		if !strings.Contains(body, "call/main") {
			t.Error("the page loads no script")
		}
	}
}

// What the person asked for when booking is on both call pages of that appointment, and on no
// other one.
func TestR22_R26_TheCallBeginsAsThePersonAskedAtBooking(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	course := regexp.MustCompile(` data-(by-writing|signing)`)
	asked := func(v *viewer.Viewer) []string {
		t.Helper()
		status, body := w.page(t, v, w.appointment)
		if status != http.StatusOK {
			t.Fatalf("%s: %d", v.Name, status)
		}
		return course.FindAllString(body, -1)
	}
	start := w.appointment.StartsAt
	for _, c := range []struct {
		needs appointment.Needs
		want  []string
	}{
		{appointment.Needs{Interpreter: "arabe"}, nil},
		{appointment.Needs{ByWriting: true}, []string{" data-by-writing"}},
		{appointment.Needs{SignLanguage: true}, []string{" data-signing"}},
		{appointment.Needs{ByWriting: true, SignLanguage: true}, []string{" data-by-writing", " data-signing"}},
	} {
		w.SetNow(start.Add(-time.Minute))
		must(t, w.Bookings.ChangeNeeds(t.Context(), w.zoe, w.appointment.ID, c.needs))
		w.SetNow(start)
		for _, v := range []*viewer.Viewer{w.zoe, w.nadia} {
			if got := asked(v); !slices.Equal(got, c.want) {
				t.Errorf("%s, of %+v: %q", v.Name, c.needs, got)
			}
		}
	}
	_, zoe := w.page(t, w.zoe, w.appointment)
	_, nadia := w.page(t, w.nadia, w.appointment)
	if !strings.Contains(zoe, "Entrer, par écrit seulement</button>") || strings.Contains(nadia, "Entrer, par écrit seulement") {
		t.Error("writing is not the way in of the person alone")
	}
	paul := w.Beneficiary(t, "Paul", "Aubry")
	w.others = append(w.others, paul)
	other := w.Book(t, paul, w.SocialWorker(t, "Marc", "Tanguy"), start, slot.Video)
	if _, body := w.page(t, paul, other); course.MatchString(body) || !strings.Contains(body, `id="call"`) {
		t.Error("another appointment's call begins so")
	}
	if status, body := w.page(t, paul, w.appointment); status != http.StatusNotFound || course.MatchString(body) {
		t.Errorf("somebody else: %d", status)
	}
}

// Somebody whose browser cannot call finds the phone on the page: the beneficiary can switch
// to a phone call during the appointment, and both see the switchboard's number.
func TestR22_TheCallPageOffersThePhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	act := `action="/rendez-vous/` + w.appointment.ID.String() + `/telephone"`
	for _, c := range []struct {
		v      *viewer.Viewer
		now    time.Time
		offers bool
	}{
		{w.zoe, w.appointment.StartsAt, true},
		{w.zoe, w.appointment.EndsAt, false},
		{w.nadia, w.appointment.StartsAt, false},
	} {
		w.SetNow(c.now)
		status, body := w.page(t, c.v, w.appointment)
		if offers := strings.Contains(body, act); status != http.StatusOK || offers != c.offers || !strings.Contains(body, "01 02 03 04 05") {
			t.Errorf("%s at %s: %d, switching is offered: %v\n%s", c.v.Role, c.now, status, offers, body)
		}
	}
}

func TestR24_TheCallPageSaysWhyThereIsNoCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.appointment
	w.SetNow(bookingtest.Start)
	phone := w.Book(t, w.zoe, w.nadia, bookingtest.Start.Add(5*time.Hour), slot.Phone)
	gone := w.Book(t, w.zoe, w.nadia, bookingtest.Start.Add(8*time.Hour), slot.Video)
	_, err := w.Bookings.Cancel(t.Context(), w.zoe, gone.ID, "")
	must(t, err)
	for _, c := range []struct {
		now  time.Time
		a    appointment.Appointment
		says string
	}{
		{a.StartsAt.Add(-16 * time.Minute), a, "lundi 30 novembre à 9 h 45"},
		{a.EndsAt.Add(15 * time.Minute), a, "L’appel est terminé"},
		{phone.StartsAt, phone, "n’est pas par vidéo"},
		{gone.StartsAt, gone, "est annulé"},
	} {
		t.Run(c.says, func(t *testing.T) {
			w.SetNow(c.now)
			status, body := w.page(t, w.zoe, c.a)
			if text := strings.ReplaceAll(html.UnescapeString(body), "\u00a0", " "); status != http.StatusOK || !strings.Contains(text, c.says) {
				t.Errorf("%q is not on the page: %d\n%s", c.says, status, body)
			}
			if iceServers.MatchString(body) {
				t.Error("the page contains the relays")
			}
		})
	}
}

func TestR24_OnlyItsTwoPeopleSeeTheCallPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	others := w.Book(t, w.Beneficiary(t, "Ali", "Benali"), w.SocialWorker(t, "Rose", "Petit"), w.appointment.StartsAt, slot.Video)
	if status, _ := w.page(t, w.zoe, others); status != http.StatusNotFound {
		t.Errorf("somebody else's: %d", status)
	}
	if status, _ := w.page(t, nil, w.appointment); status != http.StatusUnauthorized {
		t.Errorf("nobody: %d", status)
	}
}
