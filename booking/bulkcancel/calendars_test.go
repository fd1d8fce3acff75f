package bulkcancel_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/bulkcancel"
	"socialdirect/booking/slot"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// The mails of a bulk cancel remove each appointment from the calendars of both people,
// whether the worker cancelled or the administration on their behalf.
func TestR20_ABulkCancelRemovesEachAppointmentFromTheCalendars(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]func(o *bookingtest.PostOffice) *viewer.Viewer{
		"the worker": func(o *bookingtest.PostOffice) *viewer.Viewer { return o.Nadia }, "the administration": func(o *bookingtest.PostOffice) *viewer.Viewer { return o.Member(t, viewer.Administrator, "Claire") },
	} {
		o := bookingtest.NewPostOffice(t)
		v, booked := in(o), []uuid.UUID{}
		for i := range 2 {
			booked = append(booked, o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday.Add(time.Duration(i)*time.Hour), slot.Video).ID)
		}
		o.Turn(t)
		n, err := o.BulkCancels.Cancel(t.Context(), v, bulkcancel.Batch{SocialWorkerID: o.Nadia.ID, Appointments: booked, Reason: "Elle est malade."})
		if err != nil || n != 2 {
			t.Fatalf("%s: %d cancelled, %v", name, n, err)
		}
		o.Turn(t)
		for _, person := range []*viewer.Viewer{o.Zoe, o.Nadia} {
			if gone := removed(t, o, person); !maps.Equal(gone, map[uuid.UUID]int{booked[0]: 1, booked[1]: 1}) {
				t.Errorf("%s: the mails to %s remove %v, want each of %v once", name, person.Name, gone, booked)
			}
		}
	}
}

// removed counts the mails to a person that remove an appointment from the calendar.
func removed(t *testing.T, o *bookingtest.PostOffice, person *viewer.Viewer) map[uuid.UUID]int {
	t.Helper()
	all := map[uuid.UUID]int{}
	for _, n := range o.Rows(t, "sent") {
		m := o.Mails["notice-"+n.ID.String()]
		if n.AccountID == person.ID && m.Method == "CANCEL" && strings.Contains(string(m.Calendar), "UID:"+n.AppointmentID.String()) {
			all[n.AppointmentID]++
		}
	}
	return all
}
