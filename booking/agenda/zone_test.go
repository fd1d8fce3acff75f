package agenda_test

import (
	"errors"
	"testing"
	"time"

	"socialdirect/booking/agenda"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
)

// Openings keep their times on the clock, appointments their instants, and nothing changes
// before the worker has seen which appointments it leaves outside.
func TestR14_AWorkerWhoMovesChangesTheZoneOfTheAgenda(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia, zoe := w.SocialWorkerWith(t, bookingtest.Once(bookingtest.Tuesday, 9, 18)), w.Beneficiary(t, "Zoé", "Vidal")
	early, late := bookingtest.InParis(bookingtest.Tuesday, 9), bookingtest.InParis(bookingtest.Tuesday, 17)
	w.Book(t, zoe, nadia, early, slot.Video)
	w.Book(t, w.Beneficiary(t, "Léa", "Blanc"), nadia, late, slot.Phone)

	// 9 to 18 in Guadeloupe is 14 to 23 in Paris: the first appointment is left outside.
	const guadeloupe = "America/Guadeloupe"
	kept, outside, err := w.Agendas.PreviewZone(t.Context(), nadia, guadeloupe)
	if err != nil || len(kept) != 1 || !kept[0].StartsAt.Equal(late) || len(outside) != 1 || !outside[0].StartsAt.Equal(early) || outside[0].BeneficiaryName == "" {
		t.Fatalf("kept %+v, outside %+v, %v", kept, outside, err)
	}
	var booked *agenda.StillBooked
	if err := w.Agendas.ChangeZone(t.Context(), nadia, guadeloupe, false); !errors.As(err, &booked) || len(booked.Appointments) != 1 {
		t.Fatalf("without confirming: %v", err)
	}
	if zone, err := w.Agendas.Zone(t.Context(), nadia); err != nil || zone.String() != "Europe/Paris" {
		t.Fatalf("the zone is %v before it is confirmed, %v", zone, err)
	}
	must(t, w.Agendas.ChangeZone(t.Context(), nadia, guadeloupe, true))
	if zone, err := w.Agendas.Zone(t.Context(), nadia); err != nil || zone.String() != guadeloupe {
		t.Errorf("the zone is %v, %v", zone, err)
	}
	slots := w.Available(t, nadia.ID)
	first := time.Date(2026, 12, 1, 13, 0, 0, 0, time.UTC) // nine o'clock in Guadeloupe
	if len(slots) == 0 || !slots[0].StartsAt.Equal(first) {
		t.Errorf("the first slot is %+v, want %s", slots, first)
	}
	for _, s := range slots {
		if s.StartsAt.Equal(late) {
			t.Error("the hour of an appointment is offered again")
		}
	}
	if n := w.Count(t, `appointments where status = 'confirmed' and lower(period) = any($1)`, []time.Time{early, late}); n != 2 {
		t.Errorf("%d appointments are at their instants", n)
	}
}

func TestR14_OnlyAWorkerChangesTheirZoneAndOnlyToAKnownOne(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia := w.SocialWorkerWith(t)
	for _, name := range []string{"", "Local", "Europe/Berlin", "../etc/passwd"} {
		if err := w.Agendas.ChangeZone(t.Context(), nadia, name, true); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", name, err)
		}
		if _, _, err := w.Agendas.PreviewZone(t.Context(), nadia, name); !fault.Is(err, fault.Invalid) {
			t.Errorf("the preview of %q: %v", name, err)
		}
	}
	zoe := w.Beneficiary(t, "Zoé", "Vidal")
	if err := w.Agendas.ChangeZone(t.Context(), zoe, "Indian/Reunion", true); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a beneficiary: %v", err)
	}
	if _, _, err := w.Agendas.PreviewZone(t.Context(), zoe, "Indian/Reunion"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the preview of a beneficiary: %v", err)
	}
}
