package booking_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// Five minutes after the first try, ten after the second, and never a fourth: what is pressed
// before the next is due, or after the last, is the same try.
func TestR24_ThreeTriesAreRecordedEachOnce(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(50), slot.Phone)
	first := a.StartsAt.Add(90 * time.Second)
	second, third := a.StartsAt.Add(6*time.Minute), a.StartsAt.Add(16*time.Minute) // whole minutes, as announced
	for _, c := range []struct {
		at    time.Time
		tries []time.Time
		next  time.Time
	}{
		{first, []time.Time{first}, second},
		{first, []time.Time{first}, second}, // pressed twice
		{second.Add(-time.Second), []time.Time{first}, second},
		{second, []time.Time{first, second}, third},
		{second.Add(time.Second), []time.Time{first, second}, third},
		{third, []time.Time{first, second, third}, time.Time{}},
		{third.Add(time.Second), []time.Time{first, second, third}, time.Time{}},
		{a.EndsAt.Add(-time.Second), []time.Time{first, second, third}, time.Time{}},
	} {
		p.SetNow(c.at)
		must(t, p.Bookings.Unreached(t.Context(), p.Nadia, a.ID))
		now := p.State(t, a.ID)
		if !slices.EqualFunc(now.Tries, c.tries, time.Time.Equal) || !now.NextTry().Equal(c.next) {
			t.Errorf("at %s: tries %v, next %s; want %v, %s", c.at, now.Tries, now.NextTry(), c.tries, c.next)
		}
		if n := p.Notified(t, p.Zoe)["unreached"]; n != len(c.tries) {
			t.Errorf("at %s: notified %d times of %d tries", c.at, n, len(c.tries))
		}
	}
	if n := p.Notified(t, p.Nadia)["unreached"]; n != 0 {
		t.Errorf("the worker is notified %d times", n)
	}
}

// No try is announced for an instant at which the appointment is over.
func TestR24_NoTryIsAnnouncedAfterTheHour(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(50), slot.Phone)
	p.SetNow(a.EndsAt.Add(-5 * time.Minute))
	must(t, p.Bookings.Unreached(t.Context(), p.Nadia, a.ID))
	if now := p.State(t, a.ID); !now.TriedOut() || len(now.Tries) != 1 {
		t.Errorf("next try at %s", now.NextTry())
	}
}

func TestR24_OnlyTheWorkerRecordsATryAndOnlyInTheHourOfACallByPhone(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(50), slot.Phone)
	video, inPerson := p.Book(t, p.Zoe, p.Marc, hour(52), slot.Video), p.Book(t, p.Zoe, p.Marc, hour(54), slot.InPerson)
	cancelled := p.Book(t, p.Zoe, p.Nadia, hour(56), slot.Phone)
	p.CancelAsWorker(t, cancelled)
	try := func(v *viewer.Viewer, of appointment.Appointment) error {
		return p.Bookings.Unreached(t.Context(), v, of.ID)
	}
	p.SetNow(a.StartsAt.Add(-time.Second))
	want(t, "before the hour", try(p.Nadia, a), fault.Conflict)
	p.SetNow(a.StartsAt)
	for _, v := range []*viewer.Viewer{p.Zoe, p.Marc, p.Beneficiary(t, "Lea", "Payet"), bookingtest.SwitchboardAgent()} {
		want(t, v.Name, try(v, a), fault.NotFound)
	}
	p.SetNow(a.EndsAt)
	want(t, "after the hour", try(p.Nadia, a), fault.Conflict)
	p.SetNow(video.StartsAt)
	want(t, "by video", try(p.Marc, video), fault.Conflict)
	p.SetNow(inPerson.StartsAt)
	want(t, "in person", try(p.Marc, inPerson), fault.Conflict)
	p.SetNow(cancelled.StartsAt)
	want(t, "cancelled", try(p.Nadia, cancelled), fault.Conflict)
	if n := p.Count(t, `appointments where tried_at <> '{}'`); n != 0 {
		t.Errorf("%d appointments have a try", n)
	}
	p.SetNow(a.StartsAt)
	must(t, p.Appointments.Conclude(t.Context(), p.Nadia, a.ID, appointment.Attended))
	want(t, "that took place", try(p.Nadia, a), fault.Conflict)
}

func TestR24_TriesPressedAtOnceAreOne(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	a := p.Book(t, p.Zoe, p.Nadia, hour(50), slot.Phone)
	p.SetNow(a.StartsAt)
	ended := bookingtest.AtOnce(5, func(int) error { return p.Bookings.Unreached(t.Context(), p.Nadia, a.ID) })
	if now := p.State(t, a.ID); len(now.Tries) != 1 || ended[""] != 5 {
		t.Errorf("%d tries, %v", len(now.Tries), ended)
	}
}

// Both read the tries; the button is the worker's, and after the last try the person may book
// again at once.
func TestR24_BothSeeTheTriesAndTheWorkerAloneTheButton(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	a := d.Book(t, d.Zoe, d.Nadia, hour(50), slot.Phone)
	read := func(v *viewer.Viewer) string { return d.Read(t, v, d.HTTP.Bookings.Show, a.ID, nil) }
	const button, again = ">Pas jointe<", "/assistants/"
	d.SetNow(a.StartsAt.Add(-time.Second))
	if strings.Contains(read(d.Nadia), button) {
		t.Error("offered before the hour")
	}
	d.SetNow(a.StartsAt)
	if !strings.Contains(read(d.Nadia), button) || strings.Contains(read(d.Zoe), button) {
		t.Error("not offered to the worker alone")
	}
	d.Press(t, d.Nadia, routeOf(d, "pas-jointe"), a.ID)
	at, next := web.Hour(a.StartsAt.In(d.Zoe.Zone)), web.Hour(a.StartsAt.Add(5*time.Minute).In(d.Zoe.Zone))
	bookingtest.WantSaid(t, "the person's page", read(d.Zoe), "Appels sans réponse</dt><dd>"+bookingtest.Words(at)+"<", "rappelle à "+bookingtest.Words(next))
	bookingtest.WantSaid(t, "the worker's page", read(d.Nadia), "Appels sans réponse</dt><dd>"+bookingtest.Words(at)+"<", "Rappelez à "+bookingtest.Words(next), button)
	if strings.Contains(read(d.Zoe), again) {
		t.Error("she may book again before the last try")
	}
	for _, after := range []time.Duration{5 * time.Minute, 15 * time.Minute} {
		d.SetNow(a.StartsAt.Add(after))
		d.Press(t, d.Nadia, routeOf(d, "pas-jointe"), a.ID)
	}
	bookingtest.WantSaid(t, "the person's page at last", read(d.Zoe), "pour la dernière fois", "Rien n’est noté contre vous", again, "/messages/")
	if strings.Contains(read(d.Nadia), button) {
		t.Error("a fourth try is offered")
	}
	if p := d.Place(t, d.Zoe, d.Nadia, 60); p != nil {
		t.Errorf("she books again: %v", p)
	}
	d.SetNow(a.EndsAt)
	bookingtest.WantSaid(t, "afterwards", read(d.Nadia), "Appels sans réponse")
}

// routeOf is the handler of a route of the appointment's page.
func routeOf(d bookingtest.Desk, name string) web.Handler {
	for _, route := range d.HTTP.Bookings.Routes() {
		if route.Path == "/rendez-vous/{id}/"+name {
			return route.Handler
		}
	}
	return nil
}

func TestR24_NoVoiceMessageIsLeftUnlessThePersonAllowsIt(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	typed := d.Typed(50)
	typed.Set("mode", "phone")
	if _, code := d.Send(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Book), http.MethodPost, typed); code != "" {
		t.Fatal(code)
	}
	typed = d.Typed(52)
	typed.Set("mode", "phone")
	typed.Set("voicemail", "1")
	if _, code := d.Send(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Book), http.MethodPost, typed); code != "" {
		t.Fatal(code)
	}
	coming, _, err := d.Appointments.Appointments(t.Context(), d.Zoe)
	must(t, err)
	silent, allowed := coming[0], coming[1]
	if silent.Voicemail || !allowed.Voicemail {
		t.Fatalf("by default %t, ticked %t", silent.Voicemail, allowed.Voicemail)
	}
	for a, words := range map[*appointment.Appointment]string{&silent: "Ne laissez pas de message vocal.", &allowed: "Vous pouvez laisser un message vocal."} {
		bookingtest.WantSaid(t, "the worker's page", d.Read(t, d.Nadia, d.HTTP.Bookings.Show, a.ID, nil), words)
	}
	press := func(a appointment.Appointment, values url.Values) fault.Code {
		_, code := d.SendTo(t, d.Zoe, routeOf(d, "message-vocal"), http.MethodPost, a.ID, values)
		return code
	}
	d.SetNow(silent.StartsAt.Add(time.Minute)) // also once it has begun
	if code := press(silent, url.Values{"voicemail": {"1"}}); code != "" || !d.State(t, silent.ID).Voicemail {
		t.Errorf("allowed later: %s", code)
	}
	if code := press(silent, nil); code != "" || d.State(t, silent.ID).Voicemail {
		t.Errorf("taken back: %s", code)
	}
	want(t, "the worker", d.Appointments.AllowVoicemail(t.Context(), d.Nadia, silent.ID, true), fault.NotFound)
	want(t, "somebody else", d.Appointments.AllowVoicemail(t.Context(), d.Marc, silent.ID, true), fault.NotFound)
	d.SetNow(silent.EndsAt)
	want(t, "once it is over", d.Appointments.AllowVoicemail(t.Context(), d.Zoe, silent.ID, true), fault.Conflict)
}

// What was ticked is still ticked when the form comes back, and is asked only where the worker
// calls.
func TestR24_TheBookingFormAsksAboutVoiceMessagesByPhoneAlone(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	shown, _ := d.Send(t, d.Zoe, d.HTTP.Bookings.ConfirmPage, http.MethodGet, lastStep(d.Nadia, 50))
	if !strings.Contains(shown, `name="voicemail"`) || strings.Contains(shown, `value="1" checked`) {
		t.Error("it is not asked, or answered beforehand")
	}
	typed := d.Typed(50)
	typed.Set("voicemail", "1")
	typed.Del("reason")
	if shown, _ = d.Send(t, d.Zoe, web.Parsed(d.HTTP.Bookings.Book), http.MethodPost, typed); !strings.Contains(shown, `name="voicemail" type="checkbox" value="1" checked`) {
		t.Errorf("what was ticked is lost: %s", shown)
	}
	must(t, d.Workers.UpdateSheet(t.Context(), d.Nadia, d.Nadia.ID, worker.Sheet{Presentation: "Bonjour.", Languages: []string{"fr"}, Reasons: []string{"housing"}, Modes: []slot.Mode{slot.Video}}))
	if shown, _ = d.Send(t, d.Zoe, d.HTTP.Bookings.ConfirmPage, http.MethodGet, lastStep(d.Nadia, 50)); strings.Contains(shown, `name="voicemail"`) {
		t.Error("it is asked by video")
	}
}
