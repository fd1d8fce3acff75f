package booking_test

import (
	"context"
	"testing"
	"time"

	"socialdirect/account"
	"socialdirect/account/people"
	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/notify"
	"socialdirect/booking/search"
	"socialdirect/booking/slot"
	"socialdirect/booking/waitlist"
	"socialdirect/booking/worker"
	"socialdirect/company"
	"socialdirect/internal/jobs"
	"socialdirect/internal/mail"
	"socialdirect/internal/noise"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/legal"
	"socialdirect/notification"
)

// A request that comes to nothing leaves its person waiting as before.
func TestR12_ARequestThatIsDeclinedKeepsTheWaitlistEntry(t *testing.T) {
	t.Parallel()
	r := newWaitingRoom(t)
	taken := r.full(t, waitlist.Entry{SocialWorkerID: r.nadia.ID})
	r.Mark(t, r.nadia, r.zoe)
	r.SetNow(r.DB.Now().Add(time.Minute))
	asked, err := r.Bookings.Place(t.Context(), r.zoe, appointment.Request{SocialWorkerID: r.nadia.ID, StartsAt: firstTuesday.AddDate(0, 0, 7), Mode: slot.Video, Reason: "housing"})
	must(t, err)
	if asked.Status != appointment.Requested {
		t.Fatalf("it is %s", asked.Status)
	}
	r.refresh(t)
	must(t, r.Bookings.Answer(t.Context(), r.nadia, asked.ID, false, ""))
	r.refresh(t)
	if wishes := r.wishes(t); len(wishes) != 1 {
		t.Fatalf("she waits for %d", len(wishes))
	}
	r.Cancel(t, r.paul, taken[1])
	r.refresh(t)
	if told := r.told(t, r.zoe); len(told) == 0 {
		t.Error("nobody told her of the hour")
	}
	asked, err = r.Bookings.Place(t.Context(), r.zoe, appointment.Request{SocialWorkerID: r.nadia.ID, StartsAt: firstTuesday.AddDate(0, 0, 7), Mode: slot.Video, Reason: "housing"})
	must(t, err)
	must(t, r.Bookings.Answer(t.Context(), r.nadia, asked.ID, true, ""))
	if wishes := r.wishes(t); len(wishes) != 0 {
		t.Errorf("she has her hour and waits for %d", len(wishes))
	}
}

// Telling who waits needs no other connection than its transaction's: as many rounds
// as there are connections do not wait for each other, and no error is taken for a
// person without a contract.
func TestR12_NotifyingTheWaitlistUsesOneConnection(t *testing.T) {
	t.Parallel()
	r := newWaitingRoom(t)
	taken := r.full(t, waitlist.Entry{SocialWorkerID: r.nadia.ID})
	r.Cancel(t, r.paul, taken[1])
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	one, err := postgres.Open(ctx, r.URL, 1)
	must(t, err)
	defer one.Close()
	db := one.At(r.DB.Now)
	queue, err := jobs.NewQueue(db)
	must(t, err)
	accounts, err := account.New(db, queue, r.Vault, company.New(db, noise.Key{}), legal.New(db))
	must(t, err)
	notifications := notification.New(db, queue)
	appointments, workers := appointment.New(db, r.Vault, accounts, bookingtest.Boundless), worker.New(db, notifications, accounts, bookingtest.Links)
	agendas := agenda.New(db, appointments, workers)
	must(t, waitlist.New(waitlist.Parts{
		DB: db, Accounts: accounts, Appointments: appointments, Workers: workers, Searches: search.New(db, accounts, appointments, workers, agendas),
		Notify: notify.New(notify.Parts{DB: db, Accounts: accounts, Notifications: notifications}), Notifications: notifications,
	}).Refresh(ctx))
	if told := r.told(t, r.zoe); len(told) != 1 {
		t.Errorf("told of %v", told)
	}
}

// Somebody who ends their wish while others are told of the same hour stops none of it.
func TestR12_LeavingTheWaitlistStopsNoOtherNotification(t *testing.T) {
	t.Parallel()
	r := newWaitingRoom(t)
	ida := r.Beneficiary(t, "Ida", "Roy")
	taken := r.full(t, waitlist.Entry{SocialWorkerID: r.nadia.ID})
	must(t, r.Waitlist.Join(t.Context(), ida, waitlist.Entry{SocialWorkerID: r.nadia.ID}))
	r.Cancel(t, r.paul, taken[1])
	ending, err := r.DB.Pool.Begin(t.Context())
	must(t, err)
	_, err = ending.Exec(t.Context(), `delete from waitlist_entries where account_id = $1`, r.zoe.ID)
	must(t, err)
	told := make(chan error, 1)
	go func() { told <- r.Waitlist.Refresh(context.Background()) }()
	for waiting := false; !waiting && len(told) == 0; {
		must(t, r.DB.Pool.QueryRow(t.Context(), `
			select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')`).Scan(&waiting))
	}
	must(t, ending.Commit(t.Context()))
	must(t, <-told)
	if told := r.told(t, ida); len(told) != 1 {
		t.Errorf("the other one is told of %v", told)
	}
}

// What goes to those who wait is followed as every notice is: what comes back is shown
// to the switchboard while the hour is free, and on the person's page for a month.
func TestR21_DeliveriesToTheWaitlistAreLogged(t *testing.T) {
	t.Parallel()
	r := newWaitingRoom(t)
	taken := r.full(t, waitlist.Entry{SocialWorkerID: r.nadia.ID})
	r.choose(t, false)
	r.Cancel(t, r.paul, taken[1])
	r.refresh(t)
	r.deliver(t)
	sent := r.sent(t)
	if len(sent) != 1 || sent[0].Channel != "mail" || sent[0].State != "sent" {
		t.Fatalf("sent %+v", sent)
	}
	must(t, r.Notifications.NoteBounce(t.Context(), sent[0].ID, mail.UnknownAddress))
	desk := &viewer.Viewer{ID: r.nadia.ID, Complete: true, Role: viewer.Switchboard, Zone: r.nadia.Zone}
	unreached := func() int {
		notices, _, err := r.Notify.Unreached(t.Context(), desk)
		must(t, err)
		n := 0
		for _, notice := range notices {
			if notice.AccountID == r.zoe.ID {
				n++
			}
		}
		return n
	}
	if unreached() != 1 {
		t.Error("the switchboard is not told that it came back")
	}
	r.Book(t, r.paul, r.nadia, taken[1].StartsAt, slot.Video)
	r.refresh(t)
	if unreached() != 0 {
		t.Error("the switchboard is to call about an hour that is taken")
	}
	must(t, r.Waitlist.Leave(t.Context(), r.zoe, r.wishes(t)[0].ID))
	told, err := r.Notify.Deliveries(t.Context(), desk, r.zoe.ID)
	must(t, err)
	if len(told.All) != 1 || told.All[0].State != notification.Bounced || told.All[0].HourAs != "Le" {
		t.Errorf("her page shows %+v", told.All)
	}
	r.SetNow(r.DB.Now().AddDate(0, 0, 31))
	r.refresh(t)
	if left := r.sent(t); len(left) != 0 {
		t.Errorf("kept for ever: %+v", left)
	}
}

func (r *waitingRoom) choose(t *testing.T, texts bool) {
	t.Helper()
	c := people.DefaultContact
	c.Texts = texts
	must(t, r.Accounts.ChooseContact(t.Context(), r.zoe, c))
}

// Nobody is told of an hour that their contract leaves them no consultation for; an
// appointment that they have is had earlier all the same.
func TestR9_UsedUpConsultationsStillAllowAnEarlierSlot(t *testing.T) {
	t.Parallel()
	r := newWaitingRoom(t)
	later := r.Book(t, r.zoe, r.nadia, firstTuesday.AddDate(0, 0, 7), slot.Video)
	r.SetNow(r.DB.Now().Add(time.Minute))
	taken := r.full(t, waitlist.Entry{SocialWorkerID: r.nadia.ID})
	r.EditClient(t, func(c *company.Client) { c.PerYear = 1 })
	r.Cancel(t, r.paul, taken[1])
	r.refresh(t)
	if told := r.told(t, r.zoe); len(told) != 0 {
		t.Errorf("told of %v", told)
	}
	must(t, r.Waitlist.Join(t.Context(), r.zoe, waitlist.Entry{AppointmentID: later.ID}))
	r.Cancel(t, r.paul, taken[2])
	r.refresh(t)
	if told := r.told(t, r.zoe); len(told) != 1 || !told[0].Equal(taken[2].StartsAt) {
		t.Errorf("of an earlier one she is told %v", told)
	}
}
