package notify_test

import (
	"strings"
	"testing"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
)

func TestR20_TheCancellationMailListsAvailableSlotsAndNoNames(t *testing.T) {
	t.Parallel()
	o := newPostOffice(t)
	marc := o.SocialWorker(t, "Marc", "Dupuis")
	a := o.CancelAsWorker(t, o.Book(t, o.Zoe, o.Nadia, bookingtest.Hour(50), slot.Video))
	o.Book(t, o.Beneficiary(t, "Ida", "Roy"), marc, bookingtest.Hour(49), slot.Video)
	must(t, o.Deliver(t))
	m := o.Mail(t, o.Zoe, "cancellation")
	for _, wanted := range []string{bookingtest.Base + "/rendez-vous/" + a.ID.String() + "/propositions", "À la même heure, avec quelqu’un d’autre\u00a0:\n- mercredi", "avec la même personne"} {
		if !strings.Contains(m.Text, wanted) {
			t.Errorf("the mail lacks %q:\n%s", wanted, m.Text)
		}
	}
	for _, secret := range []string{"Marc", "Dupuis", "Nadia", "Le Goff", "ogement", "souffrante"} {
		if strings.Contains(m.Text+m.Subject, secret) {
			t.Errorf("the mail contains %s:\n%s", secret, m.Text)
		}
	}
	if m.Method != "CANCEL" || !strings.Contains(string(m.Calendar), "METHOD:CANCEL") {
		t.Errorf("%s %s", m.Method, m.Calendar)
	}
	if text := o.Text(t, o.Zoe, "cancellation").Text; !strings.Contains(text, a.ID.String()) || len([]rune(text)) > 160 {
		t.Errorf("the SMS, %d letters: %s", len([]rune(text)), text)
	}
	if theirs := o.Mail(t, o.Nadia, "cancellation").Text; strings.Contains(theirs, "propositions") {
		t.Errorf("the worker is offered slots: %s", theirs)
	}
}
