package account_test

import (
	"context"
	"errors"
	"testing"

	"socialdirect/account/signup"

	"socialdirect/account/people"
	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/company"
)

// worksAt gives the world's client mail domains of its own.
func worksAt(t *testing.T, w *bookingtest.World, domains ...string) {
	t.Helper()
	ctx := context.Background()
	client, err := w.Companies.BySlug(ctx, "exemple")
	check(t, err)
	for _, typed := range domains {
		domain, err := company.ParseMailDomain(typed)
		check(t, err)
		client.MailDomains = append(client.MailDomains, domain)
	}
	check(t, w.Companies.Edit(ctx, w.Admin, client))
}

func TestR47_WhoSignsUpWithAWorkAddressIsToldOnceAndNeverRefused(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	worksAt(t, w, "travail.fr", "métallurgie.fr")
	for email, own := range map[string]bool{
		"zoe@travail.fr": true, "zoe@TRAVAIL.fr": true, "zoe@rh.travail.fr": true, "zoe@xn--mtallurgie-b7a.fr": true, "zoe@usine.métallurgie.fr": true,
		"zoe@montravail.fr": false, "zoe@travail.fr.exemple.net": false, "travail.fr@exemple.net": false, "zoe@exemple.fr": false,
	} {
		in := signUp(w, email)
		err := w.Accounts.SignUps.SignUp(ctx, in)
		if errors.Is(err, people.ErrWorkAddress) != own || err != nil && !own {
			t.Errorf("%s: %v", email, err)
		}
		in.EmailConfirmed = true
		if err := w.Accounts.SignUps.SignUp(ctx, in); err != nil {
			t.Errorf("%s, confirmed: %v", email, err)
		}
	}
	// Whoever has no code learns nothing of whose domain it is.
	in := signUp(w, "paul@travail.fr")
	in.Code = "0000-0000-0000-0000"
	if err := w.Accounts.SignUps.SignUp(ctx, in); !errors.Is(err, company.ErrCode) {
		t.Errorf("without a code: %v", err)
	}
	// Nor does whoever has a code learn whether the address has an account.
	newMember := signUp(w, "claire@travail.fr")
	newMember.EmailConfirmed = true
	check(t, w.Accounts.SignUps.SignUp(ctx, newMember))
	check(t, w.Accounts.SignUps.Validate(ctx, token(t, w, "claire@travail.fr")))
	for _, email := range []string{"claire@travail.fr", "inconnue@travail.fr"} {
		if err := w.Accounts.SignUps.SignUp(ctx, signUp(w, email)); !errors.Is(err, people.ErrWorkAddress) {
			t.Errorf("%s: %v", email, err)
		}
	}
}

func TestR47_WhoMovesToAWorkAddressIsTold(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	worksAt(t, w, "travail.fr")
	zoe := newMember(t, w, "zoe@exemple.fr")
	_, v := zoe.enter(session.Device{})
	deliver(t, w)
	if err := w.Accounts.AskEmail(ctx, v, "zoe@rh.travail.fr", false); !errors.Is(err, people.ErrWorkAddress) {
		t.Errorf("got %v", err)
	}
	if mails := deliver(t, w); len(mails) != 0 {
		t.Errorf("something was sent before: %+v", mails)
	}
	check(t, w.Accounts.AskEmail(ctx, v, "zoe@rh.travail.fr", true))
	if mails := deliver(t, w); len(mails) != 2 {
		t.Errorf("mails: %+v", mails)
	}
	manager := w.Member(t, "client_manager", "Nadia")
	check(t, w.Accounts.AskEmail(ctx, manager, "nadia@travail.fr", false))
}

func TestR47_TheSwitchboardIsToldOfAWorkAddress(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	worksAt(t, w, "travail.fr")
	operator := w.Member(t, "switchboard", "Nadia")
	in := signup.Assisted{Code: w.Code(), FirstName: "Zoé", LastName: "Vidal", Email: "zoe@travail.fr", Mobile: "+33612345678"}
	if _, err := w.Accounts.SignUps.Assist(ctx, operator, in); !errors.Is(err, people.ErrWorkAddress) {
		t.Errorf("got %v", err)
	}
	in.EmailConfirmed = true
	if _, err := w.Accounts.SignUps.Assist(ctx, operator, in); err != nil {
		t.Errorf("confirmed: %v", err)
	}
	if own, err := w.Accounts.SignUps.WorkAddress(ctx, w.Admin, w.Code(), "zoe@travail.fr"); err == nil || own {
		t.Errorf("somebody else asks whose domain it is: %t, %v", own, err)
	}
}
