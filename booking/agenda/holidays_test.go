package agenda_test

import (
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
)

func TestR12_HolidaysAreClosedUntilTheyAreOpened(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	christmas := time.Date(2026, 12, 25, 0, 0, 0, 0, time.UTC) // a Friday
	nadia, zoe := w.SocialWorkerWith(t, weekly(5, 9, 12)), w.Beneficiary(t, "Zoé", "Vidal")
	wantAvailable(t, w, nadia, christmas)
	_, err := w.Bookings.Book(t.Context(), zoe, appointment.Request{SocialWorkerID: nadia.ID, StartsAt: inParis(christmas, 9), Mode: slot.Video, Reason: "money"})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("booked on Christmas: %v", err)
	}
	if err := w.Agendas.OpenHoliday(t.Context(), nadia, tuesday); !fault.Is(err, fault.NotFound) {
		t.Errorf("an ordinary Tuesday: %v", err)
	}
	must(t, w.Agendas.OpenHoliday(t.Context(), nadia, christmas))
	must(t, w.Agendas.OpenHoliday(t.Context(), nadia, christmas)) // a second time changes nothing
	wantAvailable(t, w, nadia, christmas, 9, 10, 11)
	a := w.Book(t, zoe, nadia, inParis(christmas, 9), slot.Video)
	wantBooked(t, w, nadia, w.Agendas.CloseHoliday(t.Context(), nadia, christmas, false), a)
	wantAvailable(t, w, nadia, christmas, 10, 11)
	must(t, w.Agendas.CloseHoliday(t.Context(), nadia, christmas, true))
	wantAvailable(t, w, nadia, christmas)
	wantStanding(t, w, zoe, a)
}

func TestR12_AWorkersRegionDecidesWhichDaysAreClosed(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	stStephen := time.Date(2026, 12, 26, 0, 0, 0, 0, time.UTC) // a Saturday
	nadia := w.SocialWorkerWith(t, weekly(6, 9, 11))
	wantAvailable(t, w, nadia, stStephen, 9, 10)
	settings, err := w.Agendas.Settings(t.Context(), nadia)
	must(t, err)
	settings.HolidayRegion = "alsace-moselle"
	must(t, w.Agendas.SaveSettings(t.Context(), nadia, settings))
	wantAvailable(t, w, nadia, stStephen)
	lea := w.SocialWorkerWithoutOpenings(t, "Léa", "Payet", "Indian/Reunion")
	if settings, err = w.Agendas.Settings(t.Context(), lea); err != nil || settings.HolidayRegion != "reunion" {
		t.Errorf("a worker in La Réunion starts with %q, %v", settings.HolidayRegion, err)
	}
}
