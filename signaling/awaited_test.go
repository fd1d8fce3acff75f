package signaling_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// awaited returns how many notifications by a channel tell Nadia that somebody waits.
func (w *world) awaited(t *testing.T, channel string) (n int) {
	t.Helper()
	must(t, w.DB.Pool.QueryRow(t.Context(), `select count(*) from notifications where kind = 'awaited' and account_id = $1 and channel = $2`, w.nadia.ID, channel).Scan(&n))
	return n
}

// later moves the clock on, and lets a few rounds pass.
func (w *world) later(d time.Duration) {
	w.SetNow(w.DB.Now().Add(d))
	time.Sleep(100 * time.Millisecond) // five rounds
}

func TestR24_AnAbsentWorkerIsToldOnceThatSomebodyWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := bookingtest.PostOfficeOf(t, w.World)
	must(t, w.Agendas.SaveSettings(t.Context(), w.nadia, worker.Settings{HolidayRegion: slot.NoRegion, HorizonWeeks: 26, OverrunMinutes: 15, AwaitedMobile: "+33612345678"}))
	w.Accounts.People.SMS = true
	w.SetNow(w.appointment.StartsAt.Add(-10 * time.Minute))
	zoe := w.join(t, w.zoe)
	if m := zoe.wants("waiting"); m["told_at"] != nil {
		t.Errorf("nobody knows, but she hears %v", m)
	}
	w.later(time.Minute)
	if n := w.awaited(t, "mail"); n != 0 {
		t.Errorf("%d mails nine minutes before the hour", n)
	}
	w.SetNow(w.appointment.StartsAt.Add(-5 * time.Minute))
	eventually(t, "a mail and an SMS", func() bool { return w.awaited(t, "mail") == 1 && w.awaited(t, "sms") == 1 })
	told := w.DB.Now()
	w.SetNow(told.Add(6 * time.Second))
	m, err := zoe.hears()
	for err == nil && m["type"] != "waiting" {
		m, err = zoe.hears()
	}
	if err != nil || m["told_at"] != told.Format(time.RFC3339) {
		t.Errorf("told at %s, she hears %v, %v", told, m, err)
	}
	must(t, o.Deliver(t))
	mail := o.Mail(t, w.nadia, "awaited")
	text := o.Text(t, w.nadia, "awaited")
	for _, said := range []string{mail.Subject + mail.Text, text.Text} {
		if !strings.Contains(said, "/rendez-vous/"+w.appointment.ID.String()+"/appel") {
			t.Errorf("no way to the call in %s", said)
		}
		for _, secret := range []string{"Zoé", "Vidal", "ogement"} {
			if strings.Contains(said, secret) {
				t.Errorf("%q in %s", secret, said)
			}
		}
	}
	if text.To != "+33612345678" || len([]rune(text.Text)) > 160 {
		t.Errorf("the SMS %+v", text)
	}

	_ = zoe.conn.Close() // a reload is the same wait
	again := w.join(t, w.zoe)
	if m := again.wants("waiting"); m["told_at"] != told.Format(time.RFC3339) {
		t.Errorf("after a reload she hears %v", m)
	}
	w.later(2 * time.Minute)
	if mails, texts := w.awaited(t, "mail"), w.awaited(t, "sms"); mails != 1 || texts != 1 {
		t.Errorf("%d mails and %d SMS for one wait", mails, texts)
	}
}

func TestR24_APresentWorkerIsToldInTheCallAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nadia := w.join(t, w.nadia)
	nadia.wants("welcome")
	zoe := w.join(t, w.zoe)
	if m := zoe.wants("waiting"); m["told_at"] != w.DB.Now().Format(time.RFC3339) {
		t.Errorf("she hears %v", m)
	}
	nadia.wants("knocking")
	w.later(5 * time.Minute)
	if n := w.awaited(t, "mail"); n != 0 {
		t.Errorf("%d mails to somebody who is there", n)
	}
}

// A worker who comes before the mail is sent has no reason to read it.
func TestR24_NoMailIsSentOnceThePersonWasLetIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := bookingtest.PostOfficeOf(t, w.World)
	zoe := w.join(t, w.zoe)
	zoe.wants("waiting")
	w.later(31 * time.Second)
	eventually(t, "a mail in the queue", func() bool { return w.awaited(t, "mail") == 1 })
	nadia := w.join(t, w.nadia)
	nadia.eventuallyHears("knocking")
	nadia.say(`{"type":"admit","id":"P1"}`)
	zoe.eventuallyHears("welcome")
	must(t, o.Deliver(t))
	var cause string
	must(t, w.DB.Pool.QueryRow(t.Context(), `select cause from notifications where kind = 'awaited'`).Scan(&cause))
	if cause != "stale" {
		t.Errorf("it was %s", cause)
	}
}

// People who wait for one worker, for this hour and for the next, learn nothing of each other.
func TestR24_PeopleWhoWaitForOneWorkerNeverSeeOneAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ida := w.Beneficiary(t, "Ida", "Roy")
	w.others = append(w.others, ida)
	w.SetNow(bookingtest.Start)
	next := w.Book(t, ida, w.nadia, w.appointment.EndsAt, slot.Video)
	w.SetNow(next.StartsAt.Add(-10 * time.Minute))
	zoe := w.join(t, w.zoe)
	zoe.wants("waiting")
	other, status, err := w.dial(ida, w.origin(), next)
	if err != nil {
		t.Fatal(status, err)
	}
	other.t = t
	t.Cleanup(func() { _ = other.conn.Close() })
	other.wants("waiting")
	nadia := w.join(t, w.nadia)
	nadia.wants("welcome")
	if knock := nadia.wants("knocking"); strings.Contains(asText(t, knock), "Ida") {
		t.Errorf("in this call knocks %v", knock)
	}
	nadia.say(`{"type":"admit","id":"P1"}`)
	if hello := asText(t, zoe.wants("welcome")); strings.Contains(hello, "Ida") || strings.Contains(hello, "Roy") {
		t.Errorf("she hears %s", hello)
	}
	w.later(10 * time.Second)
	_ = other.conn.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
	for {
		_, data, err := other.conn.ReadMessage()
		if err != nil {
			break
		}
		if strings.Contains(string(data), "Zo") || strings.Contains(string(data), "participant") {
			t.Errorf("the next person hears %s", data)
		}
	}
}

func asText(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	must(t, err)
	return string(text)
}

func TestR24_ACallRunsOverItsHourUnlessTheNextFollows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ida := w.Beneficiary(t, "Ida", "Roy")
	closes := func() time.Time {
		t.Helper()
		found, err := w.Appointments.Calls(t.Context(), []uuid.UUID{w.appointment.ID})
		must(t, err)
		return found[w.appointment.ID].CallUntil
	}
	if want := w.appointment.EndsAt.Add(15 * time.Minute); !closes().Equal(want) {
		t.Errorf("closes at %s, want %s", closes(), want)
	}
	settings, err := w.Agendas.Settings(t.Context(), w.nadia)
	must(t, err)
	settings.OverrunMinutes = 5
	must(t, w.Agendas.SaveSettings(t.Context(), w.nadia, settings))
	if want := w.appointment.EndsAt.Add(5 * time.Minute); !closes().Equal(want) {
		t.Errorf("with 5 minutes it closes at %s, want %s", closes(), want)
	}
	w.SetNow(bookingtest.Start)
	next := w.Book(t, ida, w.nadia, w.appointment.EndsAt, slot.Phone)
	if !closes().Equal(w.appointment.EndsAt) {
		t.Errorf("it closes at %s though the next begins at %s", closes(), next.StartsAt)
	}
	w.SetNow(w.appointment.EndsAt.Add(-4 * time.Minute))
	nadia := w.join(t, w.nadia)
	if hello := nadia.wants("welcome"); hello["closes_at"] != w.appointment.EndsAt.Format(time.RFC3339) {
		t.Errorf("closes at %v", hello["closes_at"])
	}
	nadia.eventuallyHears("ending")
	w.SetNow(w.appointment.EndsAt)
	nadia.eventuallyClosed(4403)
	if _, err := w.Bookings.Cancel(t.Context(), ida, next.ID, ""); !fault.Is(err, fault.Conflict) {
		t.Errorf("the next is under way: %v", err)
	}
}

// misses presses the button of somebody who waits in vain, and returns the status.
func (w *world) misses(t *testing.T, v *viewer.Viewer) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.URL+"/rendez-vous/"+w.appointment.ID.String()+"/appel/absence", nil)
	must(t, err)
	r.Header.Set("Viewer", v.ID.String())
	response, err := http.DefaultTransport.RoundTrip(r)
	must(t, err)
	_ = response.Body.Close()
	return response.StatusCode
}

func TestR24_WhoWaitsInVainBooksAgainWithoutAMark(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if status := w.misses(t, w.zoe); status != 409 {
		t.Errorf("at the hour: %d", status)
	}
	w.SetNow(w.appointment.StartsAt.Add(10 * time.Minute))
	if status := w.misses(t, w.nadia); status != 404 {
		t.Errorf("the worker: %d", status)
	}
	w.others = append(w.others, w.Beneficiary(t, "Ida", "Roy"))
	if status := w.misses(t, w.others[0]); status != 404 {
		t.Errorf("a stranger: %d", status)
	}
	for range 2 { // pressed twice
		if status := w.misses(t, w.zoe); status != 303 {
			t.Errorf("after ten minutes: %d", status)
		}
	}
	a, err := w.Appointments.Appointment(t.Context(), w.zoe, w.appointment.ID)
	must(t, err)
	if a.Status != appointment.CancelledByWorker {
		t.Errorf("it is %s", a.Status)
	}
	if able, err := w.Rebookings.Answerable(t.Context(), w.zoe, a); err != nil || !able {
		t.Errorf("other hours are offered: %v, %v", able, err)
	}
	next := w.Book(t, w.zoe, w.nadia, bookingtest.Friday, slot.Video)
	if next.Status != appointment.Confirmed {
		t.Errorf("it left a mark: the next is %s", next.Status)
	}
}

func TestR24_WhoMetTheirWorkerDidNotWaitInVain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nadia := w.join(t, w.nadia)
	nadia.wants("welcome")
	eventually(t, "she is noted", func() bool {
		var n int
		must(t, w.DB.Pool.QueryRow(t.Context(), `select count(*) from call_attendances`).Scan(&n))
		return n == 1
	})
	w.SetNow(w.appointment.StartsAt.Add(15 * time.Minute))
	if status := w.misses(t, w.zoe); status != 409 {
		t.Errorf("%d", status)
	}
}
