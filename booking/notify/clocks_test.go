package notify_test

import (
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/notify"
	"socialdirect/booking/slot"
	"socialdirect/web"
)

// Mails show the appointment in both local times, and the limit in the person's own.
func TestR14_NotificationsShowBothLocalTimesWhereTheyDiffer(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.LiveIn(t, o.Zoe, "Indian/Reunion")
	const both, limit = "vendredi 4 décembre à 12 h, heure de La Réunion (9 h, heure de Paris)", "jeudi 3 décembre à 12 h"
	at := time.Date(2026, 12, 4, 8, 0, 0, 0, time.UTC)
	a := o.Book(t, o.Zoe, o.Nadia, at, slot.Video)
	o.Turn(t)
	o.Pass(t, at.Add(-30*time.Minute).Sub(o.DB.Now()))
	o.SocialWorker(t, "Marc", "Tanguy") // available at the same hour: the mail offers it
	o.Cancel(t, o.Nadia, a)
	o.Turn(t)
	for kind, sayings := range map[string][]string{
		"confirmation": {both, limit}, notify.LimitReminder: {both, limit}, notify.HourReminder: {both}, "cancellation": {both, "- " + both},
	} {
		bookingtest.WantSaid(t, kind, bookingtest.Words(o.Mail(t, o.Zoe, kind).Text), sayings...)
	}
	for _, kind := range []string{notify.LimitReminder, notify.HourReminder, "cancellation"} {
		bookingtest.WantSaid(t, kind, o.Text(t, o.Zoe, kind).Text, "12h") // an SMS has room only for the person's own
	}
	for kind, status := range map[string]appointment.Status{
		"request": appointment.Requested, "accepted": appointment.Confirmed, "change": appointment.Confirmed, "declined": appointment.Declined, "expired": appointment.Expired,
	} {
		o.SetNow(bookingtest.Start)
		o.SendAbout(t, status, kind)
		bookingtest.WantSaid(t, kind, bookingtest.Words(o.Mail(t, o.Zoe, kind).Text), bookingtest.Words(web.Both(bookingtest.Friday, o.Zoe.Zone, o.Nadia.Zone)))
	}
}
