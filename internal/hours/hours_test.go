package hours_test

import (
	"testing"
	"time"

	"socialdirect/internal/hours"
	"socialdirect/internal/zone"
)

func TestR4_HoursAreReadStrictly(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"9:00-18:00", "lundi", "lundi 9-18", "lundi 9h-18h", "lundi 9:00 - 18:00", "lundi  9:00-18:00", "Lundi 9:00-18:00", "lun 9:00-18:00", "vendredi-lundi 9:00-18:00",
		"lundi 18:00-9:00", "lundi 9:00-9:00", "lundi 9:00-24:01", "lundi 9:60-18:00", "lundi 25:00-26:00", "lundi 9:00-18:00,", ",", "lundi 9:00-18:00; mardi 9:00-18:00",
		"lundi-vendredi 9:00-12:00, mercredi 11:59-14:00", "lundi-toto 9:00-18:00", "lundi 9:00-18:00\x00",
	} {
		if h, err := hours.Parse(text); err == nil || h.Known() {
			t.Errorf("%q was accepted", text)
		}
	}
	for text, words := range map[string]string{
		"":                          "",
		"lundi-vendredi 9:00-18:00": "du lundi au vendredi de 9\u00a0h à 18\u00a0h",
		"lundi-vendredi 9:00-12:30, lundi-jeudi 14:00-18:00,samedi 09:00-12:00": "du lundi au vendredi de 9\u00a0h à 12\u00a0h\u00a030, du lundi au jeudi de 14\u00a0h à 18\u00a0h, le samedi de 9\u00a0h à 12\u00a0h",
		"lundi-dimanche 0:00-24:00": "du lundi au dimanche de 0\u00a0h à 24\u00a0h",
	} {
		if h, err := hours.Parse(text); err != nil || h.Words() != words || h.Known() != (text != "") {
			t.Errorf("%q is %q, %v", text, h.Words(), err)
		}
	}
}

// The last minute counts and the next does not, also on the days on which clocks change.
func TestR4_TheSwitchboardIsOpenByTheClockOnTheWall(t *testing.T) {
	t.Parallel()
	h, err := hours.Parse("lundi-vendredi 9:00-18:00, dimanche 1:30-4:00")
	if err != nil {
		t.Fatal(err)
	}
	for text, open := range map[string]bool{
		"2026-11-30T08:59:59+01:00": false, "2026-11-30T09:00:00+01:00": true, "2026-11-30T17:59:59+01:00": true, "2026-11-30T18:00:00+01:00": false,
		"2026-12-04T12:00:00+01:00": true, "2026-12-05T12:00:00+01:00": false, "2026-11-30T23:30:00-10:00": true,
		"2026-03-29T01:00:00Z": true, "2026-03-29T02:00:00Z": false, // 1:59 is followed by 3:00
		"2026-10-25T00:30:00Z": true, "2026-10-25T02:59:00Z": true, "2026-10-25T03:00:00Z": false, // 2:00 comes twice
	} {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := h.Open(at.In(zone.Paris())); got != open {
			t.Errorf("at %s, which is %s in Paris: %v", text, at.In(zone.Paris()), got)
		}
	}
	if (hours.Hours{}).Open(time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)) {
		t.Error("unknown hours are open ones")
	}
}
