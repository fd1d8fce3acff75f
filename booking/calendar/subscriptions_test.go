package calendar_test

import (
	"fmt"
	"testing"
	"time"

	"socialdirect/booking/calendar"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
)

func TestR41_TheAddressOfACalendarIsStoredSealed(t *testing.T) {
	t.Parallel()
	w := newCalendarWorld(t)
	w.out.says()
	w.subscribe(t, w.out.URL+"/jeton-secret/basic.ics")
	for _, from := range []string{
		`calendar_subscriptions s where s::text like '%jeton%' or position('jeton'::bytea in sealed_address) > 0`,
		`river_job j where j::text like '%jeton%'`,
	} {
		if n := w.Count(t, from); n != 0 {
			t.Errorf("the address is stored unsealed: %s", from)
		}
	}
	if n := w.Count(t, `river_job where kind = 'calendar_read' and queue = 'outbound'`); n != 1 {
		t.Errorf("%d jobs to read it", n)
	}
}

func TestR41_AWorkerSeesOnlyTheirOwnCalendarsAndMayHaveFive(t *testing.T) {
	t.Parallel()
	w := newCalendarWorld(t)
	w.out.says()
	ctx := t.Context()
	s := w.subscribe(t, w.out.URL)
	marc, zoe := w.SocialWorker(t, "Marc", "Kermarrec"), w.Beneficiary(t, "Zoé", "Vidal")
	acts := map[string]func(v *viewer.Viewer) error{
		"refresh": func(v *viewer.Viewer) error { return w.Calendars.Sync(ctx, v, s.ID) },
		"pause":   func(v *viewer.Viewer) error { return w.Calendars.PauseCalendar(ctx, v, s.ID, true) },
		"days":    func(v *viewer.Viewer) error { return w.Calendars.CountAllDay(ctx, v, s.ID, false) },
		"remove":  func(v *viewer.Viewer) error { return w.Calendars.Unsubscribe(ctx, v, s.ID) },
	}
	for name, act := range acts {
		if err := act(marc); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s by another worker: %v", name, err)
		}
		for _, stranger := range []*viewer.Viewer{zoe, w.Admin, nil} {
			if err := act(stranger); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s by %+v: %v", name, stranger, err)
			}
		}
	}
	if all, err := w.Calendars.Subscriptions(ctx, marc); err != nil || len(all) != 0 {
		t.Errorf("another worker sees %v, %v", all, err)
	}
	if _, err := w.Calendars.Subscriptions(ctx, zoe); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a beneficiary: %v", err)
	}
	if err := w.Calendars.Sync(ctx, w.worker, s.ID); !fault.Is(err, fault.Throttled) {
		t.Errorf("synchronised again at once: %v", err)
	}
	w.SetNow(w.DB.Now().Add(time.Minute))
	must(t, w.Calendars.Sync(ctx, w.worker, s.ID))
	add := func(address string) error {
		return w.Calendars.Subscribe(ctx, w.worker, calendar.NewSubscription{Name: "x", Address: address})
	}
	for _, address := range []string{w.out.URL, "ftp://exemple.fr/a", "https://a:b@exemple.fr/", "exemple.fr", "javascript:alert(1)"} {
		if err := add(address); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", address, err)
		}
	}
	for i := 1; i < calendar.MaxSubscriptions; i++ {
		must(t, add(fmt.Sprintf("webcal://exemple.fr/%d.ics", i)))
	}
	if err := add("https://exemple.fr/one-more.ics"); !fault.Is(err, fault.Invalid) {
		t.Errorf("one calendar more than the maximum: %v", err)
	}
	must(t, w.Calendars.Unsubscribe(ctx, w.worker, s.ID))
	must(t, add("https://exemple.fr/one-more.ics"))
}
