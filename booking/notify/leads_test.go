package notify_test

import (
	"strings"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/notify"
	"socialdirect/booking/slot"
)

// The confirmation of an appointment by video, and its last reminder, lead to the test of a call;
// those of others do not.
func TestR27_MailsOfAnAppointmentByVideoLeadToTheTest(t *testing.T) {
	t.Parallel()
	for _, mode := range slot.Modes {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			o := newPostOffice(t)
			a := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, mode)
			o.Turn(t)
			o.Pass(t, a.StartsAt.Add(-30*time.Minute).Sub(o.DB.Now()))
			for _, kind := range []string{"confirmation", notify.HourReminder} {
				leads := strings.Contains(o.Mail(t, o.Zoe, kind).Text, bookingtest.Base+"/test-appel\n")
				if leads != (mode == slot.Video) {
					t.Errorf("the mail %s leads to the test: %t", kind, leads)
				}
			}
		})
	}
}
