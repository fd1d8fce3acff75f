package main

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"socialdirect/internal/embedded"
)

var proofPattern = regexp.MustCompile(`^(\d{6}) confirme votre numéro`)

// ownNumber returns a number that nobody else has in this run, of metropolitan France: some that
// begin with 06 are of La Réunion or Guadeloupe.
func ownNumber() string {
	digits := make([]byte, 4)
	_, _ = rand.Read(digits) // never fails (crypto/rand)
	return fmt.Sprintf("06 1%d %02d %02d %02d", digits[0]%10, digits[1]%100, digits[2]%100, digits[3]%100)
}

func TestR47_ANumberIsConfirmedBeforeAnySMSGoesThere(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v, number := w.newcomer(t), ownNumber()
	v.want("another number", v.post("/profil", "first_name", "Zoé", "last_name", "Vidal", "mobile", number, "time_zone", "Europe/Paris"), http.StatusSeeOther)
	if a := v.want("the profile", v.get("/profil"), http.StatusOK); !strings.Contains(a.body, `href="/profil/mobile"`) {
		t.Error("the profile does not link to the confirmation of the number")
	}
	v.want("call at any hour", v.post("/profil/notifications", "texts", "1", "call_from", "0", "call_until", "1440"), http.StatusSeeOther)
	worker, at := v.freeSlot()
	page := v.want("book", v.book(worker, at), http.StatusSeeOther).location()
	if a := v.want("the appointment", v.get(page), http.StatusOK); !strings.Contains(a.body, `href="/profil/mobile"`) {
		t.Error("the appointment does not link to the confirmation of the number")
	}
	v.want("a code", v.post("/profil/mobile/envoi"), http.StatusSeeOther)
	code := w.textTo(t, e164(number), proofPattern)
	all, err := embedded.ReadSMS(w.texts.Dir())
	ok(t, err)
	for _, m := range all {
		if m.To == e164(number) && !strings.Contains(m.Text, code) {
			t.Errorf("an SMS went to a number that was not confirmed: %s", m.Text)
		}
	}
	if a := v.want("a wrong code", v.post("/profil/mobile", "code", "1"), http.StatusUnprocessableEntity); !strings.Contains(a.body, `role="alert"`) {
		t.Error("a wrong code gets no message")
	}
	v.want("the code", v.post("/profil/mobile", "code", code), http.StatusSeeOther)
	if a := v.want("proved", v.get("/profil/mobile"), http.StatusOK); !strings.Contains(a.body, "est confirmé") {
		t.Errorf("the page says\n%s", main_(a.body))
	}
	v.want("cancel", v.post(page+"/annulation"), http.StatusSeeOther)
	worker, at = v.freeSlot()
	v.want("book", v.book(worker, at), http.StatusSeeOther)
	w.textTo(t, e164(number), regexp.MustCompile(`^(Votre rendez-vous est pris)`))
}
