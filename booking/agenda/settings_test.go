package agenda_test

import (
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
)

func TestR41_SettingsOutsideTheirBoundsAreRefused(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia := w.SocialWorkerWith(t)
	good := worker.Settings{HolidayRegion: "reunion", BufferBefore: 60, BufferAfter: 60, LeadTimeHours: 100, HorizonWeeks: 26, PerDay: 24, OverrunMinutes: 15, ShownNumber: "+33140000000", AwaitedMobile: "+33612345678"}
	must(t, w.Agendas.SaveSettings(t.Context(), nadia, good))
	for name, spoil := range map[string]func(*worker.Settings){
		"region": func(s *worker.Settings) { s.HolidayRegion = "atlantide" }, "before": func(s *worker.Settings) { s.BufferBefore = 61 },
		"after": func(s *worker.Settings) { s.BufferAfter = -1 }, "notice": func(s *worker.Settings) { s.LeadTimeHours = 337 },
		"no week": func(s *worker.Settings) { s.HorizonWeeks = 0 }, "many weeks": func(s *worker.Settings) { s.HorizonWeeks = 27 },
		"cap": func(s *worker.Settings) { s.PerDay = 25 }, "overrun": func(s *worker.Settings) { s.OverrunMinutes = 16 }, "nothing left": func(s *worker.Settings) { s.LeadTimeHours, s.HorizonWeeks = 168, 1 },
	} {
		bad := good
		spoil(&bad)
		if err := w.Agendas.SaveSettings(t.Context(), nadia, bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if kept, err := w.Agendas.Settings(t.Context(), nadia); err != nil || kept != good {
		t.Errorf("kept %+v, %v", kept, err)
	}
}

// A worker who moves reads their own times elsewhere; the agenda stays where it is.
func TestR14_AnAgendaKeepsItsZoneWhenItsWorkerTravels(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	lea := w.SocialWorkerWithoutOpenings(t, "Léa", "Payet", "Indian/Reunion")
	paris, err := time.LoadLocation("Europe/Paris")
	must(t, err)
	lea.Zone = paris
	zone, err := w.Agendas.Zone(t.Context(), lea)
	if err != nil || zone.String() != "Indian/Reunion" {
		t.Errorf("the agenda stands in %v, %v", zone, err)
	}
	if _, err := w.Agendas.Zone(t.Context(), w.Beneficiary(t, "Zoé", "Vidal")); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a beneficiary has an agenda: %v", err)
	}
}
