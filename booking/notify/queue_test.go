package notify_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"socialdirect/account/outbox"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/notify"
	"socialdirect/booking/slot"
	"socialdirect/internal/jobs"
	"socialdirect/internal/viewer"

	"github.com/riverqueue/river"
)

// instance works the notices of a world as a running platform does.
func (o postOffice) instance(t *testing.T) {
	t.Helper()
	_, err := o.DB.Pool.Exec(context.Background(), `delete from river_job where kind = 'account_notice'`) // nobody works them here
	must(t, err)
	workers := river.NewWorkers()
	river.AddWorker(workers, o.Worker)
	runner, err := jobs.Start(context.Background(), o.DB, workers, o.Notify.Rounds())
	must(t, err)
	t.Cleanup(func() { _ = runner.Stop(context.Background()) })
}

// settled waits until nothing waits any more.
func (o postOffice) settled(t *testing.T, least int) {
	t.Helper()
	for until := time.Now().Add(90 * time.Second); time.Now().Before(until); <-time.After(20 * time.Millisecond) {
		all := o.Rows(t, "")
		waits := slices.ContainsFunc(all, func(n bookingtest.Noticed) bool { return n.State == "queued" })
		if len(all) >= least && !waits {
			return
		}
	}
	t.Fatalf("still waiting: %+v", o.Rows(t, "queued"))
}

func TestR21_TwoInstancesShareTheQueueAndSendEachOnce(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	for i := range 20 {
		o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday.Add(time.Duration(i)*time.Hour), slot.Video)
	}
	o.SetNow(bookingtest.Friday.Add(-48*time.Hour + 10*time.Minute))
	o.instance(t)
	o.instance(t)
	o.settled(t, 62) // three confirmations of each, two reminders of the first
	if o.Handed != 62 || len(o.Mails)+len(o.Texts) != 62 {
		t.Errorf("handed over %d times: %d mails, %d SMS", o.Handed, len(o.Mails), len(o.Texts))
	}
}

// What a process that was killed had begun is taken up by the next within seconds.
func TestR21_WhatAKilledProcessHadBegunIsTakenUp(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	_, err := o.DB.Pool.Exec(t.Context(), `
		update river_job set state = 'running', attempt = 1, attempted_at = now(), attempted_by = '{gone}' where kind = 'notification'`)
	must(t, err)
	began := time.Now()
	o.instance(t)
	o.settled(t, 3)
	if o.Handed != 3 {
		t.Errorf("handed over %d times, want 3", o.Handed)
	}
	if took := time.Since(began); took > time.Minute { // a machine under load; River alone takes two
		t.Errorf("taken up after %v", took)
	}
}

// Whoever books within the last day reads no deadline that is past.
func TestR21_NoNoticeNamesADeadlineThatIsPast(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.SetNow(bookingtest.Friday.Add(-23 * time.Hour))
	o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	must(t, o.Deliver(t))
	text := o.Mails["notice-"+o.Row(t, o.Zoe, "confirmation", "mail").ID.String()].Text
	if strings.Contains(text, "librement") || !strings.Contains(text, "tardive") {
		t.Errorf("%s", text)
	}
}

// Past appointments cost the planner nothing: it reads the index of those to come.
func TestR21_PlanningRemindersDoesNotReadThePast(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	_, err := o.DB.Pool.Exec(t.Context(), `
		insert into appointments (social_worker_id, beneficiary_id, period, mode, reason, place, status, booked_at)
		select $1, $2, tstzrange(s, s + interval '1 hour'), 'video', 'money', '', 'confirmed', $3
		from generate_series($3::timestamptz - interval '5000 hours', $3::timestamptz + interval '300 hours', interval '1 hour') s`,
		o.Nadia.ID, o.Zoe.ID, bookingtest.Start)
	must(t, err)
	_, err = o.DB.Pool.Exec(t.Context(), `analyze appointments, notifications`)
	must(t, err)
	plan, err := notify.ExplainDue(t.Context(), o.DB.Pool, o.DB.Now())
	must(t, err)
	if !strings.Contains(plan, "appointments_coming_idx") || strings.Contains(plan, "Seq Scan on appointments") {
		t.Error(plan)
	}
}

// Whoever makes news all day has no more than the day's SMS sent: the mails say it all,
// and who has no mail is told of to the switchboard.
func TestR47_OnePersonIsSentSoManySMSADay(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	const booked = outbox.TextsByAccount + 5
	for i := range booked {
		o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday.Add(time.Duration(i)*time.Hour), slot.Video)
	}
	must(t, o.Deliver(t))
	if len(o.Texts) != outbox.TextsByAccount || len(o.Mails) != 2*booked {
		t.Errorf("%d SMS and %d mails for %d bookings, want %d and %d", len(o.Texts), len(o.Mails), booked, outbox.TextsByAccount, 2*booked)
	}
	for _, n := range o.Rows(t, "failed") {
		if n.Channel != "sms" || n.Cause != "texts" {
			t.Errorf("failed: %+v", n)
		}
	}
	operator := o.Member(t, viewer.Switchboard, "Yann")
	if lost, _, err := o.Notify.Unreached(t.Context(), operator); err != nil || len(lost) != 0 {
		t.Errorf("the switchboard is told of %d people whom a mail reached, %v", len(lost), err)
	}
	o.SetNow(o.DB.Now().Add(24 * time.Hour))
	o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday.Add(booked*time.Hour), slot.Video)
	must(t, o.Deliver(t))
	if len(o.Texts) != outbox.TextsByAccount+1 {
		t.Errorf("%d SMS in all after a booking on the next day", len(o.Texts))
	}
}
