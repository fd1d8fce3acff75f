package bulkcancel_test

import (
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/bulkcancel"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func TestR20_ABulkCancelNotifiesEachPersonOnce(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	const many = 200
	var ids []uuid.UUID
	people := make([]*viewer.Viewer, 20)
	for i := range people {
		people[i] = p.Beneficiary(t, "Paul", "Tanguy "+string(rune('a'+i)))
	}
	for i := range many {
		id := uuid.New()
		_, err := p.DB.Pool.Exec(t.Context(), `
			insert into appointments (id, social_worker_id, beneficiary_id, period, mode, reason, place, status, booked_at)
			values ($1, $2, $3, tstzrange($4, $5), 'video', 'housing', '', 'confirmed', $6)`,
			id, p.Nadia.ID, people[i%20].ID, hour(30+i), hour(31+i), bookingtest.Start)
		must(t, err)
		ids = append(ids, id)
	}
	began := time.Now()
	span := slot.Period{From: hour(30), To: hour(30 + many)}
	all, more, err := p.BulkCancels.Cancellable(t.Context(), p.Nadia, p.Nadia.ID, span)
	if err != nil || more || len(all) != many {
		t.Fatalf("%d, %t, %v", len(all), more, err)
	}
	n, err := p.BulkCancels.Cancel(t.Context(), p.Nadia, bulkcancel.Batch{SocialWorkerID: p.Nadia.ID, Appointments: ids, Explanation: "Je suis malade.", Closes: span})
	if err != nil || n != many {
		t.Fatalf("%d, %v", n, err)
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it took %v", took)
	}
	var notified, twice, left, journaled int
	must(t, p.DB.Pool.QueryRow(t.Context(), `
		select count(*), count(*) - count(distinct (subject_id, account_id)) from notifications where kind = 'cancellation' and channel = 'mail' and account_id <> $1`,
		p.Nadia.ID).Scan(&notified, &twice))
	must(t, p.DB.Pool.QueryRow(t.Context(), `select count(*) from rebookings where state = 'open'`).Scan(&left))
	must(t, p.DB.Pool.QueryRow(t.Context(), `select count(*) from audit_entries where act = 'appointment.worker_cancelled' and actor_id = $1`, p.Nadia.ID).Scan(&journaled))
	if notified != many || twice != 0 || left != many || journaled != many {
		t.Errorf("notified %d, twice %d, rebookings %d, journaled %d", notified, twice, left, journaled)
	}
	if free, err := p.Agendas.AvailableSlots(t.Context(), p.Nadia.ID, span); err != nil || len(free) != 0 {
		t.Errorf("the period is still open: %d, %v", len(free), err)
	}
	if n, err := p.BulkCancels.Cancel(t.Context(), p.Nadia, bulkcancel.Batch{SocialWorkerID: p.Nadia.ID, Appointments: ids}); err != nil || n != 0 {
		t.Errorf("a second time: %d cancelled, %v", n, err)
	}
}

// A request is cancelled like an appointment, and its person is offered other slots. An
// overdue request has expired.
func TestR20_ABulkCancelIncludesRequests(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	p.Mark(t, p.Nadia, p.Zoe)
	paul := p.Beneficiary(t, "Paul", "Tanguy")
	overdue := p.Book(t, p.Zoe, p.Nadia, hour(70), slot.Video)
	p.SetNow(overdue.AnswerBy.Add(time.Microsecond))
	asked, agreed := p.Book(t, p.Zoe, p.Nadia, hour(72), slot.Video), p.Book(t, paul, p.Nadia, hour(73), slot.Video)
	if asked.Status != appointment.Requested || agreed.Status != appointment.Confirmed {
		t.Fatalf("they are %q and %q", asked.Status, agreed.Status)
	}
	all, _, err := p.BulkCancels.Cancellable(t.Context(), p.Nadia, p.Nadia.ID, slot.Period{From: hour(48), To: hour(96)})
	if err != nil || len(all) != 2 || all[0].ID != asked.ID || all[1].ID != agreed.ID {
		t.Errorf("to cancel: %+v, %v", all, err)
	}
	n, err := p.BulkCancels.Cancel(t.Context(), p.Nadia, bulkcancel.Batch{SocialWorkerID: p.Nadia.ID, Appointments: []uuid.UUID{overdue.ID, asked.ID, agreed.ID}})
	if err != nil || n != 2 {
		t.Errorf("%d cancelled, %v", n, err)
	}
	for id, want := range map[uuid.UUID]appointment.Status{overdue.ID: appointment.Expired, asked.ID: appointment.CancelledByWorker} {
		if now := p.State(t, id); now.Status != want {
			t.Errorf("%s became %q, want %q", now.StartsAt, now.Status, want)
		}
	}
	if p.Proposal(t, p.Zoe, asked).Offers.None() || p.Notified(t, p.Zoe)["cancellation"] != 1 {
		t.Errorf("her request is not rebooked, or not notified: %v", p.Notified(t, p.Zoe))
	}
}

func TestR20_AnAdministratorCancelsOnBehalfOfAWorkerWithAReason(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	admin := p.Member(t, viewer.Administrator, "Claire")
	a, foreign := p.Book(t, p.Zoe, p.Nadia, hour(50), slot.Video), p.Book(t, p.Zoe, p.Marc, hour(52), slot.Video)
	_, err := p.DB.Pool.Exec(t.Context(), `update accounts set suspended_at = $2 where id = $1`, p.Nadia.ID, bookingtest.Start)
	must(t, err)
	span := slot.Period{From: hour(0), To: hour(1000)}
	all, _, err := p.BulkCancels.Cancellable(t.Context(), admin, p.Nadia.ID, span)
	if err != nil || len(all) != 1 || all[0].BeneficiaryName != "" || all[0].ReasonLabel != "" {
		t.Fatalf("the list: %+v, %v", all, err)
	}
	c := bulkcancel.Batch{SocialWorkerID: p.Nadia.ID, Appointments: []uuid.UUID{a.ID, foreign.ID, uuid.New()}}
	_, err = p.BulkCancels.Cancel(t.Context(), admin, c)
	want(t, "without a reason", err, fault.Invalid)
	for name, v := range map[string]*viewer.Viewer{"another worker": p.Marc, "the person": p.Zoe, "nobody": nil, "the switchboard": bookingtest.SwitchboardAgent()} {
		_, err := p.BulkCancels.Cancel(t.Context(), v, c)
		want(t, name, err, fault.Forbidden)
		_, _, err = p.BulkCancels.Cancellable(t.Context(), v, p.Nadia.ID, span)
		want(t, name, err, fault.Forbidden)
	}
	c.Reason = "Elle a quitté le service."
	for name, closes := range map[string]slot.Period{"the wrong way round": {From: hour(9), To: hour(8)}, "past": {From: hour(-9), To: hour(-8)}, "for ever": {From: hour(0), To: hour(24 * 365 * 9)}} {
		wrong := c
		wrong.Closes = closes
		_, err := p.BulkCancels.Cancel(t.Context(), admin, wrong)
		want(t, name, err, fault.Invalid)
	}
	if n, err := p.BulkCancels.Cancel(t.Context(), admin, c); err != nil || n != 1 {
		t.Errorf("%d, %v", n, err)
	}
	if p.State(t, foreign.ID).Status != appointment.Confirmed || p.State(t, a.ID).Status != appointment.CancelledByWorker {
		t.Error("another worker's appointment was cancelled, or the worker's own was not")
	}
	cleared, err := p.BulkCancels.Decisions(t.Context(), admin, p.Nadia.ID)
	if err != nil || len(cleared) != 1 || cleared[0].Reason != c.Reason || cleared[0].Author != "Claire Morvan" || cleared[0].Cancelled != 1 {
		t.Errorf("the stored decisions: %+v, %v", cleared, err)
	}
	if p.Journaled(t, "agenda.cleared", admin, p.Nadia) != 1 || p.Journaled(t, "appointment.worker_cancelled", admin, p.Zoe) != 1 {
		t.Error("it is not journaled")
	}
	if p.Notified(t, p.Nadia)["cancellation"] != 0 || p.Notified(t, p.Zoe)["cancellation"] != 1 {
		t.Error("the wrong people are notified")
	}
	_, err = p.BulkCancels.Decisions(t.Context(), p.Nadia, p.Nadia.ID)
	want(t, "the worker reads the reason", err, fault.Forbidden)
	if o := p.Proposal(t, p.Zoe, a).Offers; len(o.SameWorker) != 0 || len(o.SameHour) != 1 {
		t.Errorf("offered of a worker who is away: %+v", o)
	}
	_, err = p.BulkCancels.Cancel(t.Context(), admin, bulkcancel.Batch{SocialWorkerID: p.Nadia.ID, Reason: "x"})
	want(t, "nothing", err, fault.Invalid)
	_, err = p.BulkCancels.Cancel(t.Context(), admin, bulkcancel.Batch{SocialWorkerID: p.Nadia.ID, Reason: "x", Appointments: make([]uuid.UUID, bulkcancel.MaxAppointments+1)})
	want(t, "too many", err, fault.Invalid)
}
