package calendar_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/calendar"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
)

func TestR41_SubscribingToOnesOwnFeedBlocksNoSlot(t *testing.T) {
	t.Parallel()
	w := newCalendarWorld(t)
	zoe := w.Beneficiary(t, "Zoé", "Vidal")
	at := bookingtest.Start.Add(48 * time.Hour)
	a := w.Book(t, zoe, w.worker, at, slot.Video)
	token, err := w.Calendars.MakeFeed(t.Context(), w.worker, calendar.ShowsNothing)
	must(t, err)
	text := w.feed(t, token)
	w.out.text.Store(&text)
	w.read(t, w.subscribe(t, w.out.URL))
	_, err = w.Bookings.Cancel(t.Context(), zoe, a.ID, "")
	must(t, err)
	if !w.available(t, at) {
		t.Error("the slot of a cancelled appointment is blocked by the feed's copy of it")
	}
}

func TestR41_TheFeedNamesNobodyUnlessTheWorkerChooses(t *testing.T) {
	t.Parallel()
	w := newCalendarWorld(t)
	zoe := w.Beneficiary(t, "Zoé", "Vidal")
	a := w.Book(t, zoe, w.worker, bookingtest.Start.Add(48*time.Hour), slot.Video)
	w.Book(t, zoe, w.worker, bookingtest.Start.Add(52*time.Hour), slot.Phone)
	for shows, want := range map[calendar.Shows]string{calendar.ShowsNothing: "Rendez-vous par vidéo", calendar.ShowsInitials: "Rendez-vous par vidéo\\, Z.V.", calendar.ShowsNames: "Rendez-vous par vidéo\\, Zoé Vidal"} {
		token, err := w.Calendars.MakeFeed(t.Context(), w.worker, shows)
		must(t, err)
		text := w.feed(t, token)
		cal := parsed(t, text)
		if n := len(cal.Events()); n != 2 || cal.Events()[0].Props.Get("SUMMARY").Value != want || !instantOf(t, cal, cal.Events()[0].Props.Get("DTSTART")).Equal(a.StartsAt) {
			t.Errorf("%s: %d events in\n%s", shows, n, text)
		}
		if who := cal.Events()[0].Props.Get("ORGANIZER"); who == nil || who.Value != "mailto:rdv@exemple.fr" {
			t.Errorf("a published event has no organizer, which RFC 5546 (3.2.1) requires: %v", who)
		}
		if !strings.Contains(text, "\r\nREFRESH-INTERVAL;VALUE=DURATION:PT30M\r\n") {
			t.Errorf("the refresh interval is not written as RFC 7986 requires:\n%s", text)
		}
		if named := strings.Contains(text, "Vidal"); named != (shows == calendar.ShowsNames) || strings.Contains(text, "Logement") {
			t.Errorf("%s says\n%s", shows, text)
		}
	}
}

func TestR41_OnlyTheFeedsAddressOpensIt(t *testing.T) {
	t.Parallel()
	w := newCalendarWorld(t)
	ctx := t.Context()
	zoe := w.Beneficiary(t, "Zoé", "Vidal")
	a := w.Book(t, zoe, w.worker, bookingtest.Start.Add(48*time.Hour), slot.Video)
	first, err := w.Calendars.MakeFeed(ctx, w.worker, calendar.ShowsNothing)
	must(t, err)
	before, err := w.Calendars.ReadFeed(ctx, first)
	must(t, err)
	if again, err := w.Calendars.ReadFeed(ctx, first); err != nil || again.Version != before.Version {
		t.Errorf("the version changed without a change of the content: %v", err)
	}
	_, err = w.Bookings.Cancel(ctx, zoe, a.ID, "")
	must(t, err)
	after, err := w.Calendars.ReadFeed(ctx, first)
	must(t, err)
	if after.Version == before.Version || len(parsed(t, w.feed(t, first)).Events()) != 0 {
		t.Error("a cancelled appointment is still there")
	}
	if n := w.Count(t, `agenda_feeds f where f::text like '%`+first+`%'`); n != 0 {
		t.Error("the token is stored")
	}
	second, err := w.Calendars.MakeFeed(ctx, w.worker, calendar.ShowsNothing)
	must(t, err)
	for name, token := range map[string]string{"renewed": first, "empty": "", "guessed": strings.Repeat("A", 43), "a hash": "\x00"} {
		if _, err := w.Calendars.ReadFeed(ctx, token); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, w.Calendars.RevokeFeed(ctx, w.worker))
	if _, err := w.Calendars.ReadFeed(ctx, second); !fault.Is(err, fault.NotFound) {
		t.Errorf("revoked: %v", err)
	}
	for _, stranger := range []*viewer.Viewer{zoe, w.Admin, nil} {
		_, err := w.Calendars.MakeFeed(ctx, stranger, calendar.ShowsNothing)
		_, _, asked := w.Calendars.Feed(ctx, stranger)
		if !fault.Is(err, fault.Forbidden) || !fault.Is(asked, fault.Forbidden) || !fault.Is(w.Calendars.RevokeFeed(ctx, stranger), fault.Forbidden) {
			t.Errorf("%+v: %v, %v", stranger, err, asked)
		}
	}
}

func TestR41_TheFeedIsThrottledAndClosesWithItsAccount(t *testing.T) {
	t.Parallel()
	w := newCalendarWorld(t)
	token, err := w.Calendars.MakeFeed(t.Context(), w.worker, calendar.ShowsNothing)
	must(t, err)
	reads := 0
	for ; reads < 1000; reads++ {
		if _, err = w.Calendars.ReadFeed(t.Context(), token); err != nil {
			break
		}
	}
	var f *fault.Fault
	if !errors.As(err, &f) || f.Code != fault.Throttled || f.RetryAfter <= 0 || reads < 10 {
		t.Errorf("after %d reads: %v", reads, err)
	}
	w.SetNow(w.DB.Now().Add(10 * time.Minute))
	_, err = w.Calendars.ReadFeed(t.Context(), token)
	must(t, err)
	_, err = w.DB.Pool.Exec(t.Context(), `update accounts set suspended_at = now() where id = $1`, w.worker.ID)
	must(t, err)
	if _, err := w.Calendars.ReadFeed(t.Context(), token); !fault.Is(err, fault.NotFound) {
		t.Errorf("suspended: %v", err)
	}
}
