package notify_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/notify"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// notifyModel is a slow model of the notifications that people get, without a table: what was
// queued, and what of it was sent.
type notifyModel struct {
	now     time.Time
	meets   []*meeting
	queued  []*message
	arrived map[string]bool
}

type meeting struct {
	id       uuid.UUID
	start    time.Time
	booked   time.Time
	sequence int
	status   appointment.Status
	queued   []*message // ever
}

type message struct {
	about    *meeting
	zoe      bool // else Nadia
	name     string
	text     bool // else a mail
	sequence int
	start    time.Time
	at       time.Time
	settled  bool
}

func (m message) String() string {
	return fmt.Sprintf("%s %d: %s to Zoé %t by SMS %t", m.about.id, m.sequence, m.name, m.zoe, m.text)
}

func (m *notifyModel) notify(about *meeting, name string, zoe, text bool) {
	queued := &message{about: about, zoe: zoe, name: name, text: text, sequence: about.sequence, start: about.start, at: m.now}
	about.queued = append(about.queued, queued)
	m.queued = append(m.queued, queued)
}

func (m *notifyModel) change(about *meeting, name string) {
	m.notify(about, name, true, false)
	m.notify(about, name, true, true)
	m.notify(about, name, false, false)
}

// How long before the start a reminder is due, and from when it is no longer useful.
var reminderTimes = map[string][2]time.Duration{
	notify.LimitReminder: {48 * time.Hour, 25 * time.Hour}, notify.HourReminder: {time.Hour, 15 * time.Minute},
}

// plan queues the reminders that are due.
func (m *notifyModel) plan() {
	for _, about := range m.meets {
		for name, times := range reminderTimes {
			due := about.start.Add(-times[0])
			inTime := !m.now.Before(due) && m.now.Before(about.start.Add(-times[1]))
			known := about.booked.After(due) || slices.ContainsFunc(about.queued, func(t *message) bool {
				return t.zoe && (t.at.After(due) || t.name == name && t.start.Equal(about.start))
			})
			if about.status == appointment.Confirmed && inTime && !known {
				m.notify(about, name, true, false)
				m.notify(about, name, true, true)
			}
		}
	}
}

// useful is until when a message is useful.
func (m message) useful() time.Time {
	if times, reminder := reminderTimes[m.name]; reminder {
		return m.about.start.Add(-times[1])
	}
	return m.about.start.Add(time.Hour)
}

func (m *notifyModel) stale(t *message) bool {
	later := slices.ContainsFunc(t.about.queued, func(other *message) bool { return other.zoe == t.zoe && other.sequence > t.sequence })
	_, reminder := reminderTimes[t.name]
	switch {
	case later, (t.name == "cancellation") != (t.about.status != appointment.Confirmed), reminder && !t.start.Equal(t.about.start), !m.now.Before(t.useful()):
		return true
	}
	return t.text && t.name == "cancellation" && t.about.status != appointment.CancelledByWorker
}

// opening is when an SMS may be sent: from eight to twenty in Paris.
func opening(at time.Time, paris *time.Location) time.Time {
	for h := at.In(paris).Hour(); h < 8 || h >= 20; h = at.In(paris).Hour() {
		at = at.Truncate(time.Minute).Add(time.Minute)
	}
	return at
}

// deliver tries everything that is queued; mode says where a crash happens, if any.
func (m *notifyModel) deliver(mode string, paris *time.Location) {
	for _, t := range m.queued {
		if t.settled {
			continue
		}
		if m.stale(t) {
			t.settled = true
			continue
		}
		if t.text {
			if open := opening(m.now, paris); !open.Before(t.useful()) {
				t.settled = true
				continue
			} else if open.After(m.now) {
				continue
			}
		}
		if mode != "crash before" {
			m.arrived[t.String()] = true
		}
		t.settled = mode == ""
	}
}

// stored lists what the stores have received.
func (o postOffice) stored(t testing.TB) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	for _, n := range o.Rows(t, "") {
		_, mailed := o.Mails["notice-"+n.ID.String()]
		_, texted := o.Texts["notice-"+n.ID.String()]
		if !mailed && !texted {
			continue
		}
		m := message{about: &meeting{id: n.AppointmentID}, zoe: n.AccountID == o.Zoe.ID, name: n.Kind, text: texted, sequence: n.Sequence}
		if all[m.String()] {
			t.Errorf("twice: %s", m)
		}
		all[m.String()] = true
	}
	return all
}

func TestR21_NotificationsMatchASimpleModelInAnyOrderOfEvents(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	paris, err := time.LoadLocation("Europe/Paris")
	must(t, err)
	ctx := context.Background()
	rapid.Check(t, func(rt *rapid.T) {
		_, err := o.DB.Pool.Exec(ctx, `truncate appointments, notifications, throttles cascade`) // of the previous run, which may have failed
		must(t, err)
		o.SetNow(bookingtest.Start.Add(time.Duration(rapid.IntRange(0, 400*24*60).Draw(rt, "began")) * time.Minute))
		m := &notifyModel{now: o.DB.Now(), arrived: map[string]bool{}}
		clear(o.Mails)
		clear(o.Texts)
		pick := func() *meeting {
			if len(m.meets) == 0 {
				return nil
			}
			return rapid.SampledFrom(m.meets).Draw(rt, "meeting")
		}
		hour := func() time.Time {
			return m.now.Truncate(time.Hour).Add(rapid.SampledFrom([]time.Duration{1, 2, 20, 25, 26, 30, 40, 47, 48, 49, 60, 100}).Draw(rt, "hours") * time.Hour)
		}
		// An act may be refused, for a slot that is booked or past; then nobody is notified.
		done := func(err error) bool {
			_, clean := o.DB.Pool.Exec(ctx, `delete from late_marks`)
			must(t, clean)
			if err != nil && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) {
				t.Fatal(err)
			}
			return err == nil
		}
		acts := map[string]func(){
			"book": func() {
				at := hour()
				id, err := o.Bookings.Book(ctx, o.Zoe, appointment.Request{SocialWorkerID: o.Nadia.ID, StartsAt: at, Mode: slot.Video, Reason: "money"})
				known := slices.ContainsFunc(m.meets, func(other *meeting) bool { return other.id == id })
				if done(err) && !known { // else it was booked already
					about := &meeting{id: id, start: at, booked: m.now, status: appointment.Confirmed}
					m.meets = append(m.meets, about)
					m.change(about, "confirmation")
				}
			},
			"cancel": func() {
				about, v := pick(), o.Zoe
				if about == nil {
					return
				}
				if rapid.Bool().Draw(rt, "worker") {
					v = o.Nadia
				}
				if status, err := o.Bookings.Cancel(ctx, v, about.id, ""); done(err) && status != about.status {
					about.status, about.sequence = status, about.sequence+1
					m.change(about, "cancellation")
				}
			},
			"move": func() {
				about := pick()
				if about == nil {
					return
				}
				to := hour()
				if done(o.Bookings.Move(ctx, o.Zoe, about.id, to)) && !to.Equal(about.start) {
					about.start, about.sequence = to, about.sequence+1
					m.change(about, "change")
				}
			},
			"pass": func() {
				m.now = m.now.Add(rapid.SampledFrom([]time.Duration{1, 10, 60, 300, 1200}).Draw(rt, "minutes") * time.Minute)
				o.SetNow(m.now)
			},
			"pass to a limit": func() {
				about := pick()
				if about == nil {
					return
				}
				before := rapid.SampledFrom([]time.Duration{48 * time.Hour, 25 * time.Hour, time.Hour, 15 * time.Minute, 0, -time.Hour}).Draw(rt, "limit")
				off := time.Duration(rapid.IntRange(-1, 1).Draw(rt, "off")) * time.Microsecond
				if to := about.start.Add(-before + off); to.After(m.now) {
					m.now = to
					o.SetNow(to)
				}
			},
			"plan": func() {
				must(t, o.Notify.Remind(ctx))
				m.plan()
			},
			"deliver": func() {
				mode := rapid.SampledFrom([]string{"", "", "crash before", "crash after"}).Draw(rt, "crash")
				died := errors.New("the process dies")
				switch mode {
				case "crash before":
					o.Before = died
				case "crash after":
					o.After = died
				}
				if err := o.Deliver(t); (err != nil) && !errors.Is(err, died) {
					t.Fatal(err)
				}
				o.Before, o.After = nil, nil
				m.deliver(mode, paris)
			},
		}
		names := slices.Sorted(maps.Keys(acts))
		for range rapid.IntRange(10, 50).Draw(rt, "acts") {
			acts[rapid.SampledFrom(names).Draw(rt, "act")]()
		}
		if got := o.stored(t); !maps.Equal(got, m.arrived) {
			for sent := range got {
				if !m.arrived[sent] {
					rt.Errorf("sent, and should not be: %s", sent)
				}
			}
			for sent := range m.arrived {
				if !got[sent] {
					rt.Errorf("not sent: %s", sent)
				}
			}
		}
	})
}
