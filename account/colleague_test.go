package account_test

import (
	"errors"
	"testing"

	"socialdirect/account/accounttest"
	"socialdirect/account/outbox"
	"socialdirect/account/signup"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
)

func colleague(email string) signup.Invitation {
	return signup.Invitation{Role: viewer.Administrator, Email: email, FirstName: "Léa", LastName: "Roux", Zone: "Europe/Paris"}
}

// A manager invites another one, who then sees the same client; the role that is asked for
// counts for nothing.
func TestR10_AManagerInvitesAnotherOneOfTheirOwnClient(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	anne := w.Member(t, viewer.ClientManager, "Anne")
	must(t, w.Accounts.InviteColleague(t.Context(), anne, colleague("lea@exemple.fr")))
	mails := accounttest.DeliverMails(t, w)
	if len(mails) != 1 || mails[0].Template != outbox.Invitation || mails[0].To != "lea@exemple.fr" {
		t.Fatalf("%+v", mails)
	}
	if managers, err := w.Accounts.Colleagues(t.Context(), anne); err != nil || len(managers) != 1 {
		t.Errorf("before she accepts: %v, %v", managers, err)
	}
	lea := w.Accept(t, mails[0].Token)
	if lea.Role != viewer.ClientManager || lea.ClientID != anne.ClientID {
		t.Errorf("%s of %s", lea.Role, lea.ClientID)
	}
	managers, err := w.Accounts.Colleagues(t.Context(), anne)
	if err != nil || len(managers) != 2 || managers[0].FirstName != "Anne" {
		t.Errorf("%v, %v", managers, err)
	}
}

// Whether an address has an account, an invitation does not tell: its owner gets a mail, and
// the manager sees the same.
func TestR10_AnInvitationDoesNotTellWhoUsesTheService(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	anne, zoe := w.Member(t, viewer.ClientManager, "Anne"), w.Beneficiary(t, "Zoé", "Vidal")
	accounttest.DeliverMails(t, w)
	var email string
	must(t, w.DB.Pool.QueryRow(t.Context(), `select email from accounts where id = $1`, zoe.ID).Scan(&email))
	must(t, w.Accounts.InviteColleague(t.Context(), anne, colleague(email)))
	mails := accounttest.DeliverMails(t, w)
	if len(mails) != 1 || mails[0].Template != outbox.Known || mails[0].To != email || mails[0].Token != "" {
		t.Errorf("%+v", mails)
	}
	if n := w.Count(t, `accounts where first_name = 'Léa' or email like '%nobody.invalid'`); n != 0 {
		t.Errorf("%d accounts were opened", n)
	}
	if managers, err := w.Accounts.Colleagues(t.Context(), anne); err != nil || len(managers) != 1 {
		t.Errorf("%v, %v", managers, err)
	}
}

func TestR10_OnlyAManagerInvitesAndOnlyAFewADay(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	anne := w.Member(t, viewer.ClientManager, "Anne")
	for _, v := range []*viewer.Viewer{nil, w.Beneficiary(t, "Zoé", "Vidal"), w.Member(t, viewer.Switchboard, "Yann")} {
		if err := w.Accounts.InviteColleague(t.Context(), v, colleague("lea@exemple.fr")); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("%+v: %v", v, err)
		}
		if _, err := w.Accounts.Colleagues(t.Context(), v); err == nil {
			t.Errorf("%+v reads the managers", v)
		}
	}
	var err error
	for i := range 6 {
		if err != nil {
			t.Fatalf("after %d: %v", i, err)
		}
		err = w.Accounts.InviteColleague(t.Context(), anne, colleague(string(rune('a'+i))+"@exemple.fr"))
	}
	if !fault.Is(err, fault.Throttled) {
		t.Errorf("the sixth: %v", err)
	}
	_, suspended := w.DB.Pool.Exec(t.Context(), `update accounts set suspended_at = now() where id = $1`, anne.ID)
	must(t, suspended)
	w.SetNow(bookingtest.Start.AddDate(0, 0, 2))
	if err := w.Accounts.InviteColleague(t.Context(), anne, colleague("x@exemple.fr")); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a suspended manager: %v", errors.Unwrap(err))
	}
}
