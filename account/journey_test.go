package account_test

import (
	"regexp"
	"testing"

	"socialdirect/account/accounttest"
	"socialdirect/account/people"
	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
)

func TestR4_SomebodyWithoutAnAddressGetsTheLinkAndTheCodesBySMS(t *testing.T) {
	t.Parallel()
	w, v := accounttest.Switchboard(t)
	person := accounttest.Assist(t, w, v, accounttest.NewAssisted(w, "", "+33612345679"))
	if person.Email != "" || person.Name() != "Anne-Marie Le Goff" {
		t.Errorf("the account is %+v", person)
	}
	var phone accounttest.Phone
	if err := accounttest.SendTexts(t, w, &phone); err != nil || len(phone.Sent) != 1 || phone.Sent[0].To != "+33612345679" {
		t.Fatalf("sent %+v, %v", phone.Sent, err)
	}
	link := regexp.MustCompile(`https://rdv\.exemple\.fr/invitation\?token=(\S+)$`).FindStringSubmatch(phone.Sent[0].Text)
	if link == nil {
		t.Fatalf("no link in %q", phone.Sent[0].Text)
	}
	in, err := w.Accounts.SignUps.AcceptInvitation(t.Context(), link[1], "", session.Device{})
	if err != nil || !in.Complete {
		t.Fatalf("the link: %+v, %v", in, err)
	}
	if _, err := w.Accounts.SignUps.AcceptInvitation(t.Context(), link[1], "", session.Device{}); !fault.Is(err, fault.Gone) {
		t.Errorf("the link, used twice: %v", err)
	}
	who, err := w.Accounts.Sessions.Authenticate(t.Context(), in.Token)
	if err != nil || who == nil || who.ID != person.ID || who.Name != "Anne-Marie Le Goff" {
		t.Fatalf("signed in as %+v, %v", who, err)
	}
	if err := w.Accounts.Profiles.Update(t.Context(), who, people.Profile{FirstName: "Anne", LastName: "Le Goff", Mobile: "+33611111111", Zone: "Europe/Paris"}); err != nil {
		t.Error(err)
	}
	if kept, err := w.Accounts.People.Person(t.Context(), person.ID); err != nil || kept.Mobile != "+33612345679" || kept.FirstName != "Anne" {
		t.Errorf("the profile now says %+v, %v", kept, err)
	}
	if _, err := w.Accounts.Sessions.SignIn(t.Context(), "", bookingtest.Password, session.Device{Place: "192.0.2.1"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an empty address signs in: %v", err)
	}
	token, code := accounttest.AskCode(t, w, &phone, "+33612345679")
	if in, err = w.Accounts.Sessions.SignInByCode(t.Context(), token, code[:3]+" "+code[3:], session.Device{}); err != nil || !in.Complete {
		t.Errorf("the code: %+v, %v", in, err)
	}
	if _, err := w.Accounts.Sessions.SignInByCode(t.Context(), token, code, session.Device{}); !fault.Is(err, fault.Gone) {
		t.Errorf("the code, used twice: %v", err)
	}
}
