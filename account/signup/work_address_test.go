package signup_test

import (
	"context"
	"errors"
	"testing"

	"socialdirect/account/accounttest"
	"socialdirect/account/people"
	"socialdirect/account/signup"
	"socialdirect/booking/bookingtest"
	"socialdirect/company"
)

func TestR47_ASignUpWithAWorkAddressNeedsAConfirmationAndIsNeverRefused(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	accounttest.OwnMailDomains(t, w, "travail.fr", "métallurgie.fr")
	for email, own := range map[string]bool{
		"zoe@travail.fr": true, "zoe@TRAVAIL.fr": true, "zoe@rh.travail.fr": true, "zoe@xn--mtallurgie-b7a.fr": true, "zoe@usine.métallurgie.fr": true,
		"zoe@montravail.fr": false, "zoe@travail.fr.exemple.net": false, "travail.fr@exemple.net": false, "zoe@exemple.fr": false,
	} {
		t.Run(email, func(t *testing.T) {
			in := accounttest.NewSignUp(w, email)
			err := w.Accounts.SignUps.SignUp(ctx, in)
			if errors.Is(err, people.ErrWorkAddress) != own || err != nil && !own {
				t.Errorf("%s: %v", email, err)
			}
			in.EmailConfirmed = true
			if err := w.Accounts.SignUps.SignUp(ctx, in); err != nil {
				t.Errorf("%s, confirmed: %v", email, err)
			}
		})
	}
	// Without a code, the answer does not reveal whose domain it is.
	in := accounttest.NewSignUp(w, "paul@travail.fr")
	in.Code = "0000-0000-0000-0000"
	if err := w.Accounts.SignUps.SignUp(ctx, in); !errors.Is(err, company.ErrCode) {
		t.Errorf("without a code: %v", err)
	}
	// With a code, the answer does not reveal whether the address has an account.
	newMember := accounttest.NewSignUp(w, "claire@travail.fr")
	newMember.EmailConfirmed = true
	must(t, w.Accounts.SignUps.SignUp(ctx, newMember))
	must(t, w.Accounts.SignUps.Validate(ctx, accounttest.ValidationLink(t, w, "claire@travail.fr")))
	for _, email := range []string{"claire@travail.fr", "inconnue@travail.fr"} {
		if err := w.Accounts.SignUps.SignUp(ctx, accounttest.NewSignUp(w, email)); !errors.Is(err, people.ErrWorkAddress) {
			t.Errorf("%s: %v", email, err)
		}
	}
}

func TestR47_TheSwitchboardIsWarnedOfAWorkAddress(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	accounttest.OwnMailDomains(t, w, "travail.fr")
	agent := w.Member(t, "switchboard", "Nadia")
	in := signup.Assisted{Code: w.Code(), FirstName: "Zoé", LastName: "Vidal", Email: "zoe@travail.fr", Mobile: "+33612345678"}
	if _, err := w.Accounts.SignUps.Assist(ctx, agent, in); !errors.Is(err, people.ErrWorkAddress) {
		t.Errorf("got %v", err)
	}
	in.EmailConfirmed = true
	if _, err := w.Accounts.SignUps.Assist(ctx, agent, in); err != nil {
		t.Errorf("confirmed: %v", err)
	}
	if own, err := w.Accounts.SignUps.WorkAddress(ctx, w.Admin, w.Code(), "zoe@travail.fr"); err == nil || own {
		t.Errorf("another role: %t, %v", own, err)
	}
}
