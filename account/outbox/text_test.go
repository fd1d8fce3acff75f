package outbox_test

import (
	"strings"
	"testing"

	"socialdirect/account/accounttest"
	"socialdirect/account/session"
)

// A character outside GSM 03.38 would more than halve the capacity of an SMS.
func TestR4_SMSUseTheGSMAlphabet(t *testing.T) {
	t.Parallel()
	w, v := accounttest.Switchboard(t)
	accounttest.Assist(t, w, v, accounttest.NewAssisted(w, "", "+33612345679"))
	if _, err := w.Accounts.Sessions.RequestCode(t.Context(), "+33612345679", session.Device{Place: "192.0.2.1"}); err != nil {
		t.Fatal(err)
	}
	var phone accounttest.Phone
	if err := accounttest.SendTexts(t, w, &phone); err != nil || len(phone.Sent) != 2 {
		t.Fatalf("sent %+v, %v", phone.Sent, err)
	}
	for _, m := range phone.Sent {
		if strings.ContainsFunc(m.Text, func(r rune) bool { return (r < ' ' || r > '~') && !strings.ContainsRune("éèàùìòÇ", r) }) {
			t.Errorf("%q", m.Text)
		}
		if !strings.Contains(m.Text, "token=") && len([]rune(m.Text)) > 160 {
			t.Errorf("%d characters", len([]rune(m.Text)))
		}
	}
}

// Somebody who reads the queue finds neither the recipient of a code nor the code.
func TestR4_TheJobOfACodeContainsNeitherNumberNorCode(t *testing.T) {
	t.Parallel()
	w, v := accounttest.Switchboard(t)
	accounttest.Assist(t, w, v, accounttest.NewAssisted(w, "", "+33612345679"))
	var phone accounttest.Phone
	must(t, accounttest.SendTexts(t, w, &phone))
	phone.Sent = nil
	token, err := w.Accounts.Sessions.RequestCode(t.Context(), "+33612345679", session.Device{Place: "192.0.2.1"})
	must(t, err)
	var args string
	must(t, w.DB.Pool.QueryRow(t.Context(), `select args::text from river_job where kind = 'account_text'`).Scan(&args))
	must(t, accounttest.SendTexts(t, w, &phone))
	for _, secret := range []string{"612345679", accounttest.CodeIn(phone.Sent[0]), token} {
		if secret == "" || strings.Contains(args, secret) {
			t.Errorf("the job contains %q: %s", secret, args)
		}
	}
}
