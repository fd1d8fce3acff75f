package smscode_test

import (
	"errors"
	"testing"

	"socialdirect/account/accounttest"
	"socialdirect/account/session"
	"socialdirect/account/smscode"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
)

func TestR4_ACodeWorksInOneBrowserForTenMinutesAndFiveTries(t *testing.T) {
	t.Parallel()
	w, v := accounttest.Switchboard(t)
	accounttest.Assist(t, w, v, accounttest.NewAssisted(w, "", "+33612345679"))
	var phone accounttest.Phone
	must(t, accounttest.SendTexts(t, w, &phone))
	token, code := accounttest.AskCode(t, w, &phone, "+33612345679")
	another, _ := accounttest.AskCode(t, w, &phone, "+33612345679")
	if _, err := w.Accounts.Sessions.SignInByCode(t.Context(), another, code, session.Device{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("in another browser: %v", err)
	}
	for _, wrong := range []string{"", "12345", code + "0", "abcdef", "００００００"} {
		if _, err := w.Accounts.Sessions.SignInByCode(t.Context(), token, wrong, session.Device{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	if _, err := w.Accounts.Sessions.SignInByCode(t.Context(), token, code, session.Device{}); !fault.Is(err, fault.Gone) {
		t.Errorf("the sixth try: %v", err)
	}
	token, code = accounttest.AskCode(t, w, &phone, "+33612345679")
	w.SetNow(bookingtest.Start.Add(smscode.Lifetime))
	if _, err := w.Accounts.Sessions.SignInByCode(t.Context(), token, code, session.Device{}); !fault.Is(err, fault.Gone) {
		t.Errorf("too late: %v", err)
	}
	for _, forged := range []string{"", "x", token + "x"} {
		if _, err := w.Accounts.Sessions.SignInByCode(t.Context(), forged, code, session.Device{}); !fault.Is(err, fault.Gone) {
			t.Errorf("forged %q: %v", forged, err)
		}
	}
	must(t, w.Accounts.Sweep(t.Context()))
	var left int
	if err := w.DB.Pool.QueryRow(t.Context(), `select count(*) from sms_challenges`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d expired codes were not removed, %v", left, err)
	}
}

func TestR4_TheSameCodeIsSentAgainWhenTheGatewayFails(t *testing.T) {
	t.Parallel()
	w, v := accounttest.Switchboard(t)
	accounttest.Assist(t, w, v, accounttest.NewAssisted(w, "", "+33612345679"))
	phone := accounttest.Phone{}
	must(t, accounttest.SendTexts(t, w, &phone))
	token, err := w.Accounts.Sessions.RequestCode(t.Context(), "+33612345679", session.Device{Place: "192.0.2.1"})
	must(t, err)
	phone = accounttest.Phone{Failing: errors.New("sms: the gateway answered 500")}
	if err := accounttest.SendTexts(t, w, &phone); err == nil {
		t.Error("the failure was lost")
	}
	phone.Failing = nil
	if err := accounttest.SendTexts(t, w, &phone); err != nil || len(phone.Sent) != 2 || phone.Sent[0] != phone.Sent[1] {
		t.Errorf("sent %+v, %v", phone.Sent, err)
	}
	if _, err := w.Accounts.Sessions.SignInByCode(t.Context(), token, accounttest.CodeIn(phone.Sent[1]), session.Device{}); err != nil {
		t.Error(err)
	}
	late, err := w.Accounts.Sessions.RequestCode(t.Context(), "+33612345679", session.Device{Place: "192.0.2.1"})
	if err != nil || late == "" {
		t.Fatal(err)
	}
	w.SetNow(bookingtest.Start.Add(smscode.Lifetime))
	phone.Sent = nil
	if err := accounttest.SendTexts(t, w, &phone); err != nil || len(phone.Sent) != 0 {
		t.Errorf("an expired code was sent: %+v, %v", phone.Sent, err)
	}
}
