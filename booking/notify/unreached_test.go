package notify_test

import (
	"strings"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/notify"
	"socialdirect/booking/slot"
	"socialdirect/internal/mail"
	"socialdirect/internal/sms"
)

// After each try the person reads when the next one is and which number will show; after the
// last, what to do. Nothing says who called, or why.
func TestR24_WhoDidNotAnswerIsToldTheNextTryAndAfterTheLastWhatToDo(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	o.ShowNumber(t, o.Nadia, "+33140000000")
	a := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Phone)
	must(t, o.Deliver(t))
	page := "/rendez-vous/" + a.ID.String()
	at := a.StartsAt.Add(time.Minute + 40*time.Second)
	for _, try := range []struct {
		after      time.Duration
		mail, text []string
	}{
		{0, []string{"rappelons à 15 h 06.", "01 40 00 00 00 s’affichera", page}, []string{"rappelons à 15h06. Appel du 01 40 00 00 00.", page}},
		{5 * time.Minute, []string{"rappelons à 15 h 16.", page}, []string{"rappelons à 15h16.", page}},
		{10 * time.Minute, []string{"dernier essai", "Rien n’est noté contre vous", "/assistants", "écrire un message", page}, []string{"D'autres heures, ou nous écrire", page}},
	} {
		at = at.Add(try.after)
		o.SetNow(at)
		o.Mails, o.Texts = map[string]mail.Message{}, map[string]sms.Message{}
		must(t, o.Bookings.Unreached(t.Context(), o.Nadia, a.ID))
		must(t, o.Deliver(t))
		if len(o.Mails) != 1 || len(o.Texts) != 1 {
			t.Fatalf("%d mails and %d SMS", len(o.Mails), len(o.Texts))
		}
		for _, m := range o.Mails {
			bookingtest.WantSaid(t, "the mail", bookingtest.Words(m.Text), try.mail...)
			if m.Calendar != nil {
				t.Error("it has a calendar file")
			}
			for _, secret := range []string{"Zoé", "Vidal", "Nadia", "Goff", "Logement"} {
				if strings.Contains(m.Subject+m.Text, secret) {
					t.Errorf("it contains %q:\n%s", secret, m.Text)
				}
			}
		}
		for _, m := range o.Texts {
			bookingtest.WantSaid(t, "the SMS", m.Text, try.text...)
			checkText(t, m.Text)
		}
	}
}

// A message that would announce a past call is not sent; the one after the last try is, for a
// day.
func TestR24_ATryThatIsPastIsNotAnnounced(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	a := o.Book(t, o.Zoe, o.Nadia, bookingtest.Friday, slot.Phone)
	must(t, o.Deliver(t))
	o.SetNow(a.StartsAt)
	must(t, o.Bookings.Unreached(t.Context(), o.Nadia, a.ID))
	o.SetNow(a.StartsAt.Add(5 * time.Minute))
	must(t, o.Deliver(t))
	if n := o.Row(t, o.Zoe, notify.Unreached, "mail"); n.State != "dropped" || n.Cause != "late" {
		t.Errorf("%s, %s", n.State, n.Cause)
	}
	o.SetNow(a.EndsAt.Add(-time.Minute))
	must(t, o.Bookings.Unreached(t.Context(), o.Nadia, a.ID))
	o.SetNow(a.EndsAt.Add(time.Hour))
	must(t, o.Deliver(t))
	if got := o.Got(t, o.Zoe); !strings.Contains(strings.Join(got, ","), "mail "+notify.Unreached) {
		t.Errorf("after the last try: %v", got)
	}
}
