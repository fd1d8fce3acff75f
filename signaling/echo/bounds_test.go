package echo_test

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/signaling"
	"socialdirect/signaling/echo"
)

const (
	lasts           = echo.Lasts
	maxUp           = echo.MaxUp
	maxDown         = echo.MaxDown
	maxEchoed       = echo.MaxEchoed
	maxMedia        = echo.MaxMedia
	maxCandidates   = echo.MaxCandidates
	maxDescriptions = echo.MaxDescriptions
)

// newTrial returns a trial at a relay of the test's own.
func newTrial(t testing.TB) *signaling.Trial {
	t.Helper()
	relay, err := signaling.StartRelay(signaling.RelayConfig{Listen: "127.0.0.1:0", PublicIP: net.IPv4(127, 0, 0, 1), Secret: "a secret of the test's own"})
	must(t, err)
	t.Cleanup(func() { must(t, relay.Close()) })
	return signaling.NewTrial(relay, lasts)
}

func TestR27_TestsAtOnceAreFewForEachNetworkAndInAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var leaves []func()
	enter := func(place string) error {
		leave, err := w.tests.Entered(place)
		if err == nil {
			leaves = append(leaves, leave)
		}
		return err
	}
	for range echo.AtOnceEach {
		must(t, enter("192.0.2.1"))
	}
	err := enter("192.0.2.1")
	want(t, "one more from a network", err, fault.Throttled)
	if f := fault.From(err); f.RetryAfter != time.Minute || !strings.Contains(f.Message, "Réessayez dans") {
		t.Errorf("the wait is %s: %s", f.RetryAfter, f.Message)
	}
	want(t, "the same, asked by the page", echo.Room(w.tests, t.Context(), "192.0.2.1"), fault.Throttled)
	must(t, echo.Room(w.tests, t.Context(), "192.0.2.2"))
	for i := range echo.AtOnceEach { // one IPv6 network
		must(t, enter(fmt.Sprintf("2001:db8::%d", i+1)))
	}
	want(t, "one more from an IPv6 network", enter("2001:db8::ffff"), fault.Throttled)
	for i := range echo.AtOnce - 2*echo.AtOnceEach {
		must(t, enter(fmt.Sprintf("198.51.100.%d", i)))
	}
	want(t, "one more in all", enter("203.0.113.9"), fault.Throttled)
	leaves[0]()
	leaves[0]() // a second time does nothing
	must(t, enter("203.0.113.9"))
	want(t, "again one more in all", enter("203.0.113.10"), fault.Throttled)
	for _, leave := range leaves {
		leave()
	}
	if all, networks := w.tests.Crowd(); all != 0 || networks != 0 {
		t.Errorf("%d tests of %d networks are left", all, networks)
	}
}

func TestR27_TestsInAnHourAreBoundedForEachNetwork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	enter := func(place string) error {
		leave, err := echo.Enter(w.tests, t.Context(), place)
		if err == nil {
			leave()
		}
		return err
	}
	for range echo.InHourEach {
		must(t, echo.Room(w.tests, t.Context(), "127.0.0.1"))
		must(t, enter("127.0.0.1"))
	}
	want(t, "one more", enter("127.0.0.1"), fault.Throttled)
	want(t, "the same, asked by the page", echo.Room(w.tests, t.Context(), "127.0.0.1"), fault.Throttled)
	must(t, enter("192.0.2.7"))
	if _, status, err := w.dial(t, w.server.URL); err == nil || status != 429 {
		t.Errorf("a socket: %d, %v", status, err)
	}
	if status, said := w.get(t, nil, "/test-appel/attente"); status != 429 || !strings.Contains(said, "Réessayez dans 60\u00a0minutes") {
		t.Errorf("the page is told %d %s", status, said)
	}
	if all, _ := w.tests.Crowd(); all != 0 {
		t.Error("what was refused holds a place")
	}
	w.SetNow(bookingtest.Start.Add(time.Hour))
	if status, _ := w.get(t, nil, "/test-appel/attente"); status != 204 {
		t.Errorf("an hour later: %d", status)
	}
	must(t, enter("127.0.0.1"))
}
