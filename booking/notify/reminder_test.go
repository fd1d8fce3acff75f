package notify_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/notify"
	"socialdirect/booking/slot"
)

// Reminders are planned while an act has locked the appointment: neither waits for the other.
func TestR21_PlanningRemindersWaitsForNoLock(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	a := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	o.SetNow(a.StartsAt.Add(-47 * time.Hour))
	acting, err := o.DB.Pool.Begin(t.Context())
	must(t, err)
	defer func() { must(t, acting.Rollback(context.Background())) }()
	_, err = acting.Exec(t.Context(), `select from appointments where id = $1 for update`, a.ID)
	must(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	must(t, o.Notify.Remind(ctx))
	if sent := o.Rows(t, "queued"); !slices.ContainsFunc(sent, func(n bookingtest.Notification) bool { return n.Kind == notify.LimitReminder }) {
		t.Errorf("no reminder is queued: %+v", sent)
	}
}

func TestR21_AnAppointmentGetsAConfirmationAndTwoReminders(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	o.Turn(t)
	o.WantGot(t, o.Zoe, "mail confirmation", "sms confirmation")
	o.SetNow(bookingtest.Friday.Add(-48*time.Hour - time.Minute))
	o.Turn(t)
	o.WantGot(t, o.Zoe, "mail confirmation", "sms confirmation")
	o.SetNow(bookingtest.Friday.Add(-48 * time.Hour))
	o.Turn(t)
	o.WantGot(t, o.Zoe, "mail confirmation", "sms confirmation", "mail reminder_limit", "sms reminder_limit")
	o.SetNow(bookingtest.Friday.Add(-time.Hour - time.Minute))
	o.Turn(t)
	o.Turn(t)
	o.WantGot(t, o.Zoe, "mail confirmation", "sms confirmation", "mail reminder_limit", "sms reminder_limit")
	o.Pass(t, 3*time.Hour)
	o.WantGot(t, o.Zoe, "mail confirmation", "sms confirmation", "mail reminder_limit", "sms reminder_limit", "mail reminder_hour", "sms reminder_hour")
	o.WantGot(t, o.Nadia, "mail confirmation")
}

func TestR21_RemindersComeInTimeToAct(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stood time.Duration // until how long before the start the platform was down
		want  []string
	}{
		"until the limit's last hour begins": {25*time.Hour + time.Second, []string{"mail reminder_limit", "sms reminder_limit"}},
		"into the limit's last hour":         {25 * time.Hour, nil},
		"until shortly before the call":      {15*time.Minute + time.Second, []string{"mail reminder_hour", "sms reminder_hour"}},
		"until the call opens":               {15 * time.Minute, nil},
		"until after the start":              {-time.Minute, nil},
	} {
		o := newPostOffice(t)
		o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
		o.Turn(t)
		o.SetNow(bookingtest.Friday.Add(-c.stood))
		o.Turn(t)
		t.Log(name)
		o.WantGot(t, o.Zoe, append(c.want, "mail confirmation", "sms confirmation")...)
	}
}

func TestR21_ALateBookingGetsNoLimitReminder(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.SetNow(bookingtest.Friday.Add(-47 * time.Hour))
	o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	o.Pass(t, 46*time.Hour-time.Minute)
	o.WantGot(t, o.Zoe, "mail confirmation", "sms confirmation")
	o.Pass(t, 2*time.Hour)
	o.WantGot(t, o.Zoe, "mail confirmation", "sms confirmation", "mail reminder_hour", "sms reminder_hour")
}

func TestR21_AMovedAppointmentHasRemindersOnlyOfItsNewStart(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	a := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	o.Turn(t)
	o.SetNow(bookingtest.Friday.Add(-48 * time.Hour))
	o.Turn(t) // reminded of Friday
	saturday := bookingtest.Friday.Add(24 * time.Hour)
	must(t, o.Bookings.Move(t.Context(), o.Zoe, a.ID, saturday))
	o.Pass(t, saturday.Add(-40*time.Hour).Sub(o.DB.Now())) // 48 hours before Saturday is past the move
	got := []string{"mail confirmation", "sms confirmation", "mail reminder_limit", "sms reminder_limit", "mail change", "sms change"}
	o.WantGot(t, o.Zoe, append(got, "mail reminder_limit", "sms reminder_limit")...)
	must(t, o.Bookings.Move(t.Context(), o.Zoe, a.ID, bookingtest.Friday)) // within 48 hours of it: the mail about the move says it
	o.Pass(t, bookingtest.Friday.Add(-2*time.Hour).Sub(o.DB.Now()))
	got = append(got, "mail reminder_limit", "sms reminder_limit", "mail change", "sms change")
	o.WantGot(t, o.Zoe, got...)
	o.Pass(t, 4*time.Hour)
	o.WantGot(t, o.Zoe, append(got, "mail reminder_hour", "sms reminder_hour")...)
}

// The last reminder links to the call page; by phone or in person it links to the page of the
// appointment.
func TestR21_TheLastReminderLinksToTheCallOrTheAppointment(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	for mode, c := range map[slot.Mode]struct{ path, says string }{
		slot.Video: {"/appel", "un quart d’heure avant"}, slot.Phone: {"", "c’est nous qui vous appelons"}, slot.InPerson: {"", "L’adresse"},
	} {
		o.SetNow(bookingtest.Start)
		a := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, mode)
		o.SetNow(bookingtest.Friday.Add(-time.Hour))
		o.Turn(t)
		page, by := bookingtest.Base+"/rendez-vous/"+a.ID.String()+c.path, map[string]int{}
		for _, n := range o.Rows(t, "sent") {
			if n.AppointmentID != a.ID || n.Kind != notify.HourReminder {
				continue
			}
			by[n.Channel]++
			said := o.Mails["notice-"+n.ID.String()].Text + o.Texts["notice-"+n.ID.String()].Text
			if !slices.Contains(strings.Fields(said), page) || n.Channel == "mail" && !strings.Contains(said, c.says) {
				t.Errorf("%s, by %s: it does not lead to %s: %s", mode, n.Channel, page, said)
			}
		}
		if by["mail"] != 1 || by["sms"] != 1 {
			t.Errorf("%s: reminded of the hour %v", mode, by)
		}
		_, err := o.DB.Pool.Exec(t.Context(), `update appointments set status = 'cancelled' where id = $1`, a.ID)
		must(t, err)
	}
}

func TestR21_CancelledMovedAndPastAppointmentsHaveNoReminders(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	a := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Video)
	o.Turn(t)
	o.SetNow(bookingtest.Friday.Add(-48 * time.Hour))
	must(t, o.Notify.Remind(t.Context())) // planned, and not sent yet
	o.Cancel(t, o.Zoe, a)
	o.Pass(t, 50*time.Hour)
	o.WantGot(t, o.Zoe, "mail confirmation", "sms confirmation", "mail cancellation")
	o.WantGot(t, o.Nadia, "mail confirmation", "mail cancellation")
	for _, n := range o.Rows(t, "dropped") {
		if n.Cause != "stale" && !(n.Cause == "unwanted" && n.Channel == "sms") {
			t.Errorf("dropped: %+v", n)
		}
	}
}

func TestR21_TwoPlannersAtOncePlanOne(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	for i := range 5 {
		o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday.Add(time.Duration(i)*time.Hour), slot.Video)
	}
	o.SetNow(bookingtest.Friday.Add(-43 * time.Hour))
	results := make([]error, 6)
	var wait sync.WaitGroup
	for i := range results {
		wait.Go(func() { results[i] = o.Notify.Remind(context.Background()) })
	}
	wait.Wait()
	must(t, errors.Join(results...))
	planned := map[string]int{}
	for _, n := range o.Rows(t, "") {
		if n.Kind == notify.LimitReminder {
			planned[fmt.Sprint(n.AppointmentID, n.Channel)]++
		}
	}
	var jobs int
	must(t, o.DB.Pool.QueryRow(t.Context(), `select count(*) from river_job j join notifications n on n.id = (j.args->>'notification_id')::uuid where n.kind = $1`, notify.LimitReminder).Scan(&jobs))
	if len(planned) != 10 || jobs != 10 {
		t.Errorf("%d planned, %d jobs: %v", len(planned), jobs, planned)
	}
}

// There are more appointments at the same time than one transaction reads.
func TestR21_EveryReminderOfABusyHourIsPlanned(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	const people = 450
	_, err := o.DB.Pool.Exec(t.Context(), `
		with workers as (
			insert into accounts (role, email, last_name, first_name, time_zone, created_at)
			select 'social_worker', 'w' || i || '@exemple.fr', 'x', 'y', 'Europe/Paris', $1 from generate_series(1, $2) i returning id),
		sheets as (
			insert into social_workers (account_id, presentation, languages, reasons, modes, time_zone)
			select id, '', '{fr}', '{money,other}', '{video}', 'Europe/Paris' from workers returning account_id),
		others as (
			insert into accounts (role, email, last_name, first_name, time_zone, created_at, client_id)
			select 'beneficiary', 'b' || i || '@exemple.fr', 'x', 'y', 'Europe/Paris', $1, (select id from clients limit 1) from generate_series(1, $2) i returning id)
		insert into appointments (social_worker_id, beneficiary_id, period, mode, reason, place, status, booked_at)
		select w.account_id, b.id, tstzrange($3::timestamptz, $3::timestamptz + interval '1 hour'), 'video', 'money', '', 'confirmed', $1
		from (select account_id, row_number() over () as n from sheets) w join (select id, row_number() over () as n from others) b using (n)`,
		bookingtest.Start, people, bookingtest.Friday)
	must(t, err)
	o.SetNow(bookingtest.Friday.Add(-47 * time.Hour))
	for range 2 {
		must(t, o.Notify.Remind(t.Context()))
	}
	if got := len(o.Rows(t, "queued")); got != people {
		t.Errorf("%d reminders, want %d", got, people)
	}
}

// The planner does not read past appointments: it uses the index of upcoming ones.
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
