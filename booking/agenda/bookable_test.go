package agenda_test

import (
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
)

func TestR12_BuffersNoticeAndCapHoldForWhatIsShownAndWhatIsBooked(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe, paul := w.Beneficiary(t, "Zoé", "Vidal"), w.Beneficiary(t, "Paul", "Hoarau")
	nadia := w.SocialWorkerWith(t, weekly(2, 9, 18))
	save := func(s worker.Settings) {
		t.Helper()
		s.HolidayRegion, s.HorizonWeeks = "metropole", max(1, s.HorizonWeeks)
		must(t, w.Agendas.SaveSettings(t.Context(), nadia, s))
	}
	w.Book(t, zoe, nadia, inParis(tuesday, 12), slot.Video)

	save(worker.Settings{BufferAfter: 15})
	wantAvailable(t, w, nadia, tuesday, 9, 10, 14, 15, 16, 17) // 11 would run into the quarter before 12
	if got := refused(t, w, paul, nadia, inParis(tuesday, 13)); got != fault.Conflict {
		t.Errorf("too close after: %q", got)
	}
	if got := refused(t, w, paul, nadia, inParis(tuesday, 11)); got != fault.Conflict {
		t.Errorf("too close before: %q", got)
	}
	if got := refused(t, w, zoe, nadia, inParis(tuesday, 12)); got != "" {
		t.Errorf("one’s own hour again: %q", got)
	}

	save(worker.Settings{PerDay: 2})
	w.Book(t, paul, nadia, inParis(tuesday, 17), slot.Video)
	wantAvailable(t, w, nadia, tuesday)
	wantAvailable(t, w, nadia, tuesday.AddDate(0, 0, 7)) // more than a week ahead
	if got := refused(t, w, paul, nadia, inParis(tuesday, 9)); got != fault.Conflict {
		t.Errorf("a third one that day: %q", got)
	}

	save(worker.Settings{LeadTimeHours: 26, HorizonWeeks: 2}) // the world stands on Monday at 9 in Paris
	wantAvailable(t, w, nadia, tuesday, 11, 13, 14, 15, 16)
	if got := refused(t, w, paul, nadia, inParis(tuesday, 10)); got != fault.Invalid {
		t.Errorf("an hour too late: %q", got)
	}
	if got := refused(t, w, paul, nadia, inParis(tuesday.AddDate(0, 0, 14), 9)); got != fault.Invalid {
		t.Errorf("an hour too early: %q", got)
	}
	if got := refused(t, w, paul, nadia, inParis(tuesday, 11)); got != "" {
		t.Errorf("on the boundary: %q", got)
	}
}

func TestR13_HoursThatWereNeverAvailableAreInvalid(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	v := w.Beneficiary(t, "Zoé", "Vidal")
	byVideo := weekly(2, 9, 12)
	byVideo.Modes = []slot.Mode{slot.Video}
	worker := w.SocialWorkerWith(t, byVideo)
	must(t, w.Agendas.AddAbsence(t.Context(), worker, slot.Period{From: inParis(tuesday, 10), To: inParis(tuesday, 11)}, false))
	for name, r := range map[string]appointment.Request{
		"on an absence":       {StartsAt: inParis(tuesday, 10), Mode: slot.Video, Reason: "money"},
		"off the grid":        {StartsAt: inParis(tuesday, 9).Add(30 * time.Minute), Mode: slot.Video, Reason: "money"},
		"half a second off":   {StartsAt: inParis(tuesday, 9).Add(-time.Second / 2), Mode: slot.Video, Reason: "money"},
		"a microsecond off":   {StartsAt: inParis(tuesday, 9).Add(-time.Microsecond), Mode: slot.Video, Reason: "money"},
		"before the opening":  {StartsAt: inParis(tuesday, 8), Mode: slot.Video, Reason: "money"},
		"after the opening":   {StartsAt: inParis(tuesday, 12), Mode: slot.Video, Reason: "money"},
		"in the past":         {StartsAt: bookingtest.Start.Add(-24 * time.Hour), Mode: slot.Video, Reason: "money"},
		"now":                 {StartsAt: bookingtest.Start, Mode: slot.Video, Reason: "money"},
		"a mode not offered":  {StartsAt: inParis(tuesday, 9), Mode: slot.Phone, Reason: "money"},
		"a mode that is none": {StartsAt: inParis(tuesday, 9), Mode: "fax", Reason: "money"},
		"an unknown reason":   {StartsAt: inParis(tuesday, 9), Mode: slot.Video, Reason: "astrology"},
		"beyond the horizon":  {StartsAt: inParis(tuesday, 9).AddDate(0, 0, 7*60), Mode: slot.Video, Reason: "money"},
	} {
		r.SocialWorkerID = worker.ID
		if _, err := w.Bookings.Book(t.Context(), v, r); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v, want Invalid", name, err)
		}
	}
	if _, err := w.Bookings.Book(t.Context(), v, appointment.Request{SocialWorkerID: worker.ID, StartsAt: inParis(tuesday, 9), Mode: slot.Video, Reason: "money"}); err != nil {
		t.Errorf("the available hour beside them: %v", err)
	}
}

// A new worker cannot be booked at less than two hours, neither by what is shown nor by what
// is accepted; the boundary is included.
func TestR41_NoHourIsOfferedAtLessThanTwoHoursByDefault(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe, nadia := w.Beneficiary(t, "Zoé", "Vidal"), w.NewSocialWorker(t, "Nadia", "Le Goff", "Europe/Paris")
	for weekday := range 7 {
		w.Open(t, nadia, weekly(weekday+1, 0, 24))
	}
	two := bookingtest.Start.Add(2 * time.Hour)
	if free := w.Available(t, nadia.ID); len(free) == 0 || !free[0].StartsAt.Equal(two) {
		t.Errorf("the first slot offered is %v, want %s", free[:min(1, len(free))], two)
	}
	if got := refused(t, w, zoe, nadia, two.Add(-time.Hour)); got != fault.Invalid {
		t.Errorf("an hour ahead: %q", got)
	}
	w.SetNow(bookingtest.Start.Add(time.Microsecond))
	if got := refused(t, w, zoe, nadia, two); got != fault.Invalid {
		t.Errorf("a microsecond less than two hours ahead: %q", got)
	}
	w.SetNow(bookingtest.Start)
	if got := refused(t, w, zoe, nadia, two); got != "" {
		t.Errorf("two hours ahead: %q", got)
	}
	settings, err := w.Agendas.Settings(t.Context(), nadia)
	must(t, err)
	settings.LeadTimeHours = 0
	must(t, w.Agendas.SaveSettings(t.Context(), nadia, settings))
	if got := refused(t, w, w.Beneficiary(t, "Paul", "Hoarau"), nadia, two.Add(-time.Hour)); got != "" {
		t.Errorf("an hour ahead, after the worker allowed it: %q", got)
	}
}
