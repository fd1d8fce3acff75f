package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/slot"
	"socialdirect/internal/clocktest"
	"socialdirect/internal/embedded"
	"socialdirect/internal/viewer"

	"github.com/pquerna/otp/totp"
)

func TestAnInvalidInstantIsReportedInOneLineThatNamesTheFlag(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{"demain", "2026-11-29", "2026-11-29T18:30:00", "18:30", "2026-13-01T00:00:00Z", "1999-12-31T23:59:59Z", "2091-01-01T00:00:00Z", "0"} {
		var said strings.Builder
		err := run(t.Context(), []string{"demo", "--now", wrong, "--data", t.TempDir()})
		if got := status(err, &said); got != exitUsage {
			t.Errorf("%s: status %d, want %d", wrong, got, exitUsage)
		}
		if line := said.String(); !strings.Contains(line, `--now holds "`+wrong+`"; it may hold`) || strings.Count(line, "\n") != 1 {
			t.Errorf("%s: said %q", wrong, line)
		}
	}
}

func TestAnInstantDeterminesHowFarTheClockIsAhead(t *testing.T) {
	t.Parallel()
	for _, instant := range []string{"2026-11-29T18:30:00+01:00", "2028-02-29T00:00:00Z", "2021-01-01T00:00:00Z", "2090-12-31T23:59:59.5Z"} {
		want, err := time.Parse(time.RFC3339, instant)
		ok(t, err)
		ahead, err := aheadOf(instant)
		ok(t, err)
		if got := time.Now().Add(ahead); got.Sub(want).Abs() > time.Minute {
			t.Errorf("%s: the clock starts at %s", instant, got)
		}
	}
	if ahead, err := aheadOf(""); ahead != 0 || err != nil {
		t.Errorf("without an instant the clock is %s ahead (%v)", ahead, err)
	}
}

// Everything that the platform writes uses its own clock, wherever that was moved: mails,
// pages, timestamps of SQL. Codes of a second factor use the machine's, as the phone does.
func TestTheWholePlatformUsesItsClock(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v := w.newcomer(t)
	worker, at := v.freeSlot()
	page := v.want("book", v.book(worker, at), http.StatusSeeOther).location()
	near := func(what string, got time.Time) {
		t.Helper()
		if off := clocktest.Now().Sub(got).Abs(); off > 20*time.Minute {
			t.Errorf("%s is of %s, and the platform's clock shows %s", what, got, clocktest.Now())
		}
	}
	near("a mail", w.mailWith(t, page, "confirmé").Date)
	var changed, booked time.Time
	ok(t, w.platform.db.Pool.QueryRow(t.Context(), `select changed_at, booked_at from appointments where id = $1`, strings.TrimPrefix(page, "/rendez-vous/")).Scan(&changed, &booked))
	near("the last change of an appointment", changed)
	near("a booking", booked)
	if mails, err := embedded.ReadMails(w.mail.Dir()); err != nil || len(mails) == 0 {
		t.Errorf("%d mails: %v", len(mails), err)
	}
	who := w.persona(t, viewer.DPO)
	moved, err := totp.GenerateCode(who.TOTPSecret, time.Now().Add(37*time.Hour))
	ok(t, err)
	half := w.visitor(t)
	half.want("the password", half.post("/connexion", "email", who.Email, "password", who.Password), http.StatusSeeOther)
	half.want("a code of another hour", half.post("/connexion/second-facteur", "code", moved), http.StatusUnprocessableEntity)
	w.staffMember(t, viewer.DPO).want("a code of now", w.staffMember(t, viewer.DPO).get("/protection-des-donnees"), http.StatusOK)
}

func (w *world) persona(t *testing.T, role viewer.Role) persona {
	t.Helper()
	who, err := w.people.firstOf(role)
	ok(t, err)
	return who
}

// The demo's current call begins at the last quarter of an hour: also at midnight, on the days
// on which the clocks change, and at the end of the year.
func TestTheCurrentCallCanBeginAtEveryQuarterOfAnHour(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	worker := w.idle(t, "quiterie").whoIs()
	year := clocktest.Now().Year()
	// The period reaches the first of January, which the demo may not have opened.
	ok(t, w.platform.agendas.OpenHoliday(t.Context(), worker, time.Date(year+1, time.January, 1, 0, 0, 0, 0, time.UTC)))
	for _, midnight := range []time.Time{
		time.Date(year, time.December, 31, 0, 0, 0, 0, worker.Zone), time.Date(year+1, time.February, 28, 0, 0, 0, 0, worker.Zone),
		lastSunday(year+1, time.March, worker.Zone), lastSunday(year+1, time.October, worker.Zone),
	} {
		for start := midnight; start.Before(midnight.AddDate(0, 0, 1)); start = start.Add(15 * time.Minute) {
			if !w.bookable(t, worker, start.UTC()) && !w.bookable(t, worker, start.Add(-15*time.Minute).UTC()) {
				t.Errorf("no call can begin at %s or the quarter before", start)
			}
		}
	}
}

// At every hour somebody can be booked within a day in each mode, despite the lead time that
// every worker begins with.
func TestR12_TheDemoHasAnAvailableSlotWithin24HoursInEachMode(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	var workers []*viewer.Viewer
	for _, who := range w.people.Accounts {
		if who.Role == viewer.SocialWorker {
			worker, err := w.viewerAt(t.Context(), who.Email)
			ok(t, err)
			workers = append(workers, worker)
		}
	}
	for i := range 24 {
		now := clocktest.Now().Add(time.Duration(i) * time.Hour)
		agendas, offered := w.platform.agendas.At(w.platform.db.At(func() time.Time { return now })), map[slot.Mode]bool{}
		for _, worker := range workers {
			free, err := agendas.AvailableSlots(t.Context(), worker.ID, slot.Period{From: now, To: now.Add(24 * time.Hour)})
			ok(t, err)
			for _, s := range free {
				for _, mode := range s.Modes {
					offered[mode] = true
				}
			}
		}
		if len(offered) != len(slot.Modes) {
			t.Errorf("from %s on: %v", now, offered)
		}
	}
}

// lastSunday returns the day on which the clocks of Europe change.
func lastSunday(year int, month time.Month, zone *time.Location) time.Time {
	last := time.Date(year, month, 31, 0, 0, 0, 0, zone)
	return last.AddDate(0, 0, -int(last.Weekday()))
}

// bookable creates the demo's opening for the call, and reports whether it can be booked.
func (w *world) bookable(t *testing.T, worker *viewer.Viewer, start time.Time) bool {
	t.Helper()
	ok(t, w.openFor(t.Context(), worker, start))
	before := w.platform.agendas.At(w.platform.db.At(func() time.Time { return start.AddDate(0, 0, -2) }))
	free, err := before.AvailableSlots(t.Context(), worker.ID, slot.Period{From: start, To: start.Add(time.Second)})
	ok(t, err)
	return len(free) == 1
}
