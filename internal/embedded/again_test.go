package embedded

import (
	"bytes"
	"errors"
	"net/http"
	"testing"

	gomail "github.com/wneessen/go-mail"
)

// A sender that did not learn that its mail was accepted sends it again.
func TestR21_AMailSentTwiceIsKeptOnce(t *testing.T) {
	t.Parallel()
	m := startTestReceiver(t)
	for _, id := range []string{"a", "b", "a"} {
		msg := newMail(t, id, "text")
		msg.SetMessageIDWithValue(id + "@example.test")
		if err := send(t, m, msg); err != nil {
			t.Fatal(err)
		}
	}
	later, err := StartMailReceiver(t.Context(), m.Dir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = later.Stop(t.Context()) }() // other tests check Stop
	msg := newMail(t, "a", "text")
	msg.SetMessageIDWithValue("a@example.test")
	if err := send(t, later, msg); err != nil {
		t.Fatal(err)
	}
	mails, err := ReadMails(m.Dir())
	if err != nil || len(mails) != 2 {
		t.Errorf("%d mails are kept, want 2; %v", len(mails), err)
	}
}

func TestR21_AnAddressThatDoesNotExistIsRefused(t *testing.T) {
	t.Parallel()
	m := startTestReceiver(t)
	msg := newMail(t, "a", "text")
	if err := msg.To("zoe@Refus.invalid"); err != nil {
		t.Fatal(err)
	}
	err := send(t, m, msg)
	var refusal *gomail.SendError
	if !errors.As(err, &refusal) || refusal.ErrorCode() != 550 || refusal.EnhancedStatusCode() != "5.1.1" {
		t.Errorf("%v", err)
	}
}

func TestR21_AnSMSSentTwiceIsKeptOnce(t *testing.T) {
	t.Parallel()
	first, err := StartSMSReceiver(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = first.Stop(t.Context()) }() // other tests check Stop
	post := func(s *SMSReceiver, key string) {
		t.Helper()
		answer, err := http.Post(s.URL(), "application/json", bytes.NewReader([]byte(`{"to":"+33612345678","text":"x","key":"`+key+`"}`)))
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Errorf("key %q: %d", key, answer.StatusCode)
		}
	}
	for _, key := range []string{"a", "b", "a", "", ""} { // without a key, each one is another
		post(first, key)
	}
	later, err := StartSMSReceiver(t.Context(), first.Dir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = later.Stop(t.Context()) }() // other tests check Stop
	post(later, "a")
	if kept, err := ReadSMS(first.Dir()); err != nil || len(kept) != 4 {
		t.Errorf("%d SMS are kept, want 4; %v", len(kept), err)
	}
}
