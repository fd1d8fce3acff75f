package booking_test

import (
	"fmt"
	"sync"
	"testing"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/bulkcancel"
	"socialdirect/booking/rebooking"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Two workers cancel their weeks while people cancel, move and book offers: each act succeeds
// or is refused by a rule, and everybody whose worker cancelled is notified and has a
// rebooking.
func TestR20_ABulkCancelAtTheSameTimeAsOtherActsNotifiesEverybody(t *testing.T) {
	t.Parallel()
	p := bookingtest.NewTrio(t)
	lina := p.SocialWorker(t, "Lina", "Morel")
	var people []*viewer.Viewer
	all := map[*viewer.Viewer][]uuid.UUID{}
	var first, second []appointment.Appointment
	for i := range 8 {
		person := p.Beneficiary(t, "Paul", "Tanguy "+string(rune('a'+i)))
		people = append(people, person)
		first = append(first, p.Book(t, person, p.Nadia, hour(50+2*i), slot.Video))
		second = append(second, p.Book(t, person, p.Marc, hour(90+2*i), slot.Video))
		all[p.Nadia], all[p.Marc] = append(all[p.Nadia], first[i].ID), append(all[p.Marc], second[i].ID)
	}
	var mu sync.Mutex
	var failed []string
	var wait sync.WaitGroup
	act := func(name string, do func() error) {
		wait.Go(func() {
			var f *fault.Fault
			if err := do(); err != nil {
				if f = fault.From(err); f.Code == fault.Internal {
					mu.Lock()
					failed = append(failed, fmt.Sprint(name, ": ", err))
					mu.Unlock()
				}
			}
		})
	}
	for worker, ids := range all {
		act("bulk cancel", func() error {
			_, err := p.BulkCancels.Cancel(t.Context(), worker, bulkcancel.Batch{SocialWorkerID: worker.ID, Appointments: ids})
			return err
		})
	}
	for i, person := range people {
		act("cancel", func() error {
			_, err := p.Bookings.Cancel(t.Context(), person, second[i].ID, "")
			return err
		})
		act("move", func() error { return p.Bookings.Move(t.Context(), person, first[i].ID, hour(150+2*i)) })
		act("rebook", func() error {
			_, err := p.Bookings.Rebook(t.Context(), person, first[i].ID, rebooking.Replacement{SocialWorkerID: lina.ID, StartsAt: hour(200)})
			return err
		})
	}
	wait.Wait()
	for _, line := range failed {
		t.Error(line)
	}
	var cancelled, rebookings, notified int
	must(t, p.DB.Pool.QueryRow(t.Context(), `
		select count(*), count(r.appointment_id), count(n.subject_id) from appointments a
		left join rebookings r on r.appointment_id = a.id
		left join notifications n on n.subject_id = a.id and n.account_id = a.beneficiary_id and n.kind = 'cancellation' and n.channel = 'mail'
		where a.status = 'cancelled_by_worker'`).Scan(&cancelled, &rebookings, &notified))
	if cancelled < 8 || rebookings != cancelled || notified != cancelled {
		t.Errorf("%d appointments were cancelled by their worker, %d have a rebooking, %d a notification", cancelled, rebookings, notified)
	}
}
