package zone_test

import (
	"strings"
	"testing"
	"time"

	"socialdirect/internal/zone"
)

func TestAZoneIsReadOnce(t *testing.T) { // not parallel: it counts allocations
	first, err := zone.Load("Indian/Reunion")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := zone.Load("Indian/Reunion"); err != nil || again != first {
		t.Errorf("loading it again returns %p, %v, want %p", again, err, first)
	}
	read := func() { _ = zone.Of("Indian/Reunion") }
	if n := testing.AllocsPerRun(100, read); n > 1 { // loading allocates hundreds of times
		t.Errorf("a known zone costs %v allocations", n)
	}
}

func TestAnUnknownZoneReadsAsParis(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Europe/Atlantis", "../etc/passwd", "\x00", strings.Repeat("a", 1<<16)} {
		if _, err := zone.Load(name); err == nil {
			t.Errorf("%.20q is a zone", name)
		}
		if got := zone.Of(name); got != zone.Paris() {
			t.Errorf("%.20q reads as %v", name, got)
		}
	}
	noon := time.Date(2026, 7, 1, 12, 0, 0, 0, zone.Paris())
	if want := time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC); !noon.Equal(want) {
		t.Errorf("noon in Paris is %v", noon.UTC())
	}
}
