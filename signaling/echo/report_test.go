package echo_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
	"socialdirect/signaling/echo"

	"github.com/google/uuid"
)

func aReport() url.Values {
	return url.Values{
		"verdict": {"voice"}, "microphone": {"silent"}, "camera": {"ok"}, "speaker": {"heard"}, "websocket": {"ok"}, "udp": {"blocked"}, "tcp": {"ok"}, "tls": {"absent"},
		"media": {"ok"}, "up": {"312"}, "down": {"4100"}, "loss": {"2"}, "round_trip": {"87"}, "jitter": {""},
	}
}

var reference = regexp.MustCompile(`test ([2-9A-Z]{4})<`)

func TestR27_AReportIsSentUnderAReferenceThatTheSwitchboardFinds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	yann := w.Member(t, viewer.Switchboard, "Yann")
	w.people = append(w.people, yann)
	if _, page := w.get(t, yann, "/standard/tests"); !strings.Contains(page, "Aucun test") {
		t.Errorf("the empty list says %s", page)
	}
	status, page := w.post(t, "/test-appel/rapport", aReport())
	found := reference.FindStringSubmatch(page)
	if status != 200 || found == nil {
		t.Fatalf("%d %s", status, page)
	}
	_, page = w.get(t, yann, "/standard/tests")
	for _, said := range []string{found[1], "Firefox 128 sur Windows", "lundi 30\u00a0novembre", "aucun son", "bloqué", "312\u00a0kbit/s", "4100\u00a0kbit/s", "87\u00a0ms", "la voix passe"} {
		if !strings.Contains(page, said) {
			t.Errorf("the list does not say %q: %s", said, page)
		}
	}
	if strings.Contains(page, "Gigue") || strings.Contains(page, "127.0.0.1") {
		t.Errorf("the list says more than was measured: %s", page)
	}
	for _, v := range []*viewer.Viewer{nil, w.Admin, w.Beneficiary(t, "Zoé", "Vidal"), {ID: uuid.New(), Role: viewer.Switchboard}} {
		_, _, err := w.tests.Reports(t.Context(), v, 0)
		want(t, "the list", err, fault.Forbidden)
	}
	if status, _ := w.get(t, nil, "/test-appel/rapport/ZZZ!"); status != 404 {
		t.Errorf("an unknown reference: %d", status)
	}
}

// Only what the page measures is stored: a field of another name is dropped, and a value that no
// page sends is refused.
func TestR27_AReportHoldsMeasuresAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for field, wrong := range map[string]string{
		"verdict": "", "microphone": "Zoé Vidal", "udp": "192.0.2.1", "up": "-1", "down": "1e9", "loss": "101", "round_trip": "007", "jitter": strings.Repeat("9", 5000), "tls": "ok\x00",
	} {
		sent := aReport()
		sent.Set(field, wrong)
		if status, page := w.post(t, "/test-appel/rapport", sent); status != 422 || !strings.Contains(page, "Recommencez le test") {
			t.Errorf("%s = %.20q: %d %s", field, wrong, status, page)
		}
	}
	sent := aReport()
	sent.Set("address", "192.0.2.1")
	if status, page := w.post(t, "/test-appel/rapport", sent); status != 200 {
		t.Errorf("%d %s", status, page)
	}
	if n := w.Count(t, `call_tests where results::text like '%192.0%' or browser like '%Mozilla%'`); n != 0 {
		t.Error("more than the measures is stored")
	}
	if n := w.Count(t, `call_tests`); n != 1 {
		t.Errorf("%d reports are stored", n)
	}
}

func TestR27_ReportsAreKeptFor30Days(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	yann := w.Member(t, viewer.Switchboard, "Yann")
	ref, err := w.tests.Send(t.Context(), echo.TestReport{Results: map[string]string{"verdict": "good"}}, "192.0.2.1")
	must(t, err)
	w.SetNow(bookingtest.Start.AddDate(0, 0, 30).Add(-time.Second))
	must(t, w.tests.Sweep(t.Context()))
	if status, _ := w.get(t, nil, "/test-appel/rapport/"+ref); status != 200 {
		t.Errorf("a second before: %d", status)
	}
	w.SetNow(bookingtest.Start.AddDate(0, 0, 30)) // the sweep has not run yet
	if reports, _, err := w.tests.Reports(t.Context(), yann, 0); err != nil || len(reports) != 0 {
		t.Errorf("after 30 days: %v, %v", reports, err)
	}
	if status, _ := w.get(t, nil, "/test-appel/rapport/"+ref); status != 404 {
		t.Errorf("after 30 days: %d", status)
	}
	bookingtest.GoRound(t, w.tests.Rounds())
	if n := w.Count(t, `call_tests`); n != 0 {
		t.Errorf("%d reports are kept", n)
	}
}

func TestR27_ReportsAreBoundedForEachNetworkAndInAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	send := func(place string) error {
		_, err := w.tests.Send(t.Context(), echo.TestReport{Results: map[string]string{"verdict": "good"}}, place)
		return err
	}
	for range 20 {
		must(t, send("192.0.2.1"))
	}
	want(t, "the 21st of a network", send("192.0.2.1"), fault.Throttled)
	for i := range 480 {
		must(t, send(fmt.Sprintf("198.51.%d.%d", i/20, i%20)))
	}
	want(t, "the 501st in all", send("203.0.113.9"), fault.Throttled)
	first, more, err := w.tests.Reports(t.Context(), w.Member(t, viewer.Switchboard, "Yann"), 0)
	if err != nil || !more || len(first) != 30 {
		t.Errorf("a page has %d reports, %t, %v", len(first), more, err)
	}
}

// Somebody whose appointment by video can be by phone changes it with one press.
func TestR27_ThePageOffersThePhoneForAnAppointment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zoe, nadia := w.Beneficiary(t, "Zoé", "Vidal"), w.SocialWorker(t, "Nadia", "Le Goff")
	w.people = append(w.people, zoe, nadia)
	if _, page := w.get(t, zoe, "/test-appel"); strings.Contains(page, "/telephone\"") {
		t.Error("a change is offered without an appointment")
	}
	w.Book(t, zoe, nadia, bookingtest.Start.Add(2*time.Hour), slot.Phone)
	a := w.Book(t, zoe, nadia, bookingtest.Start.Add(5*time.Hour), slot.Video)
	act := `action="/rendez-vous/` + a.ID.String() + `/telephone"`
	for v, offered := range map[*viewer.Viewer]bool{nil: false, zoe: true, nadia: false} {
		status, page := w.get(t, v, "/test-appel")
		if status != 200 || strings.Contains(page, act) != offered || !strings.Contains(page, "01 02 03 04 05") || !strings.Contains(page, "Sans JavaScript") {
			t.Errorf("%d, the phone is offered: %t\n%s", status, strings.Contains(page, act), page)
		}
	}
}

func TestR27_PagesOfATestAreRenderedEmptyAndFull(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.people = append(w.people, w.Member(t, viewer.Switchboard, "Yann"))
	for i := range 31 {
		_, err := w.tests.Send(t.Context(), echo.TestReport{Browser: "<b>", Results: map[string]string{"verdict": "good", "up": "<b>"}}, fmt.Sprintf("192.0.2.%d", i))
		must(t, err)
	}
	for path, says := range map[string]string{"/standard/tests": "Page suivante", "/standard/tests?page=2": "Page précédente", "/test-appel": "Commencer le test"} {
		if status, page := w.get(t, w.people[0], path); status != 200 || !strings.Contains(page, says) || strings.Contains(page, "<b><") {
			t.Errorf("%s: %d %s", path, status, page)
		}
	}
}
