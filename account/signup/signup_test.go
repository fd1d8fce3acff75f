package signup_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"socialdirect/account/accounttest"
	"socialdirect/account/session"
	"socialdirect/account/signup"
	"socialdirect/booking/bookingtest"
	"socialdirect/company"
	"socialdirect/internal/fault"
)

func TestR1_SignUpKeepsWhatWasAcceptedAndWhen(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	must(t, w.Accounts.SignUps.SignUp(ctx, accounttest.NewSignUp(w, "zoe@exemple.fr")))
	var kinds, wordings int
	var at time.Time
	err := w.DB.Pool.QueryRow(ctx, `select count(distinct kind), count(*) filter (where wording like '%adulte%accepte%'), max(accepted_at) from legal_acceptances`).Scan(&kinds, &wordings, &at)
	if err != nil || kinds != 2 || wordings != 2 || !at.Equal(bookingtest.Start) {
		t.Errorf("kept %d kinds, %d wordings, at %s: %v", kinds, wordings, at, err)
	}
	if got := accounttest.QueuedMails(t, w); len(got) != 1 || got[0] != "waiting" {
		t.Errorf("mails to send: %v", got)
	}
}

func TestR1_AllCodesThatOpenNothingGetTheSameAnswer(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	ended, err := w.Companies.Create(ctx, w.Admin, company.Client{Name: "Finie", Slug: "finie", StartsOn: bookingtest.Start.AddDate(-2, 0, 0), EndsOn: bookingtest.Start.AddDate(0, 0, -1)})
	must(t, err)
	ofEnded, err := w.Companies.IssueCode(ctx, w.Admin, ended, company.NewCode{ExpiresAt: bookingtest.Start.AddDate(1, 0, 0)})
	must(t, err)
	running, err := w.Companies.Create(ctx, w.Admin, company.Client{Name: "En cours", Slug: "en-cours", StartsOn: bookingtest.Start.AddDate(-2, 0, 0), EndsOn: bookingtest.Start.AddDate(1, 0, 0)})
	must(t, err)
	w.SetNow(bookingtest.Start.Add(-time.Hour))
	expired, err := w.Companies.IssueCode(ctx, w.Admin, running, company.NewCode{ExpiresAt: bookingtest.Start})
	must(t, err)
	w.SetNow(bookingtest.Start)
	for name, code := range map[string]string{
		"unknown":              "0000-0000-0000-0000",
		"of an ended contract": ofEnded.Display(), "expired": expired.Display(),
	} {
		t.Run(name, func(t *testing.T) {
			in := accounttest.NewSignUp(w, "zoe@exemple.fr")
			in.Code = code
			if err := w.Accounts.SignUps.SignUp(ctx, in); err == nil || fault.From(err).Message != company.ErrCode.Message {
				t.Errorf("%s: got %v", name, err)
			}
		})
	}
	if got := accounttest.QueuedMails(t, w); len(got) != 0 {
		t.Errorf("refused sign-ups left jobs: %v", got)
	}
}

func TestR1_ACodeIsReadInAnyNotation(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	in := accounttest.NewSignUp(w, "zoe@exemple.fr")
	in.Code = " " + strings.ToLower(strings.ReplaceAll(w.Code(), "-", " ")) + " "
	if err := w.Accounts.SignUps.SignUp(context.Background(), in); err != nil {
		t.Error(err)
	}
}

func TestR33_NobodySignsUpWithTextsThatTheyWereNotShown(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	in := accounttest.NewSignUp(w, "zoe@exemple.fr")
	var err error
	in.Shown, err = w.Accounts.SignUps.ShownAtSignUp(ctx)
	if err != nil || in.Shown != "terms-1 privacy-1" {
		t.Fatalf("the page names %q, %v", in.Shown, err)
	}
	publish(t, w, bookingtest.Start)
	if err := w.Accounts.SignUps.SignUp(ctx, in); !errors.Is(err, signup.ErrNewTexts) {
		t.Errorf("under the texts before: %v", err)
	}
	if got := accounttest.QueuedMails(t, w); len(got) != 0 {
		t.Errorf("a sign-up that was refused sends %v", got)
	}
	in.Shown, err = w.Accounts.SignUps.ShownAtSignUp(ctx)
	must(t, err)
	must(t, w.Accounts.SignUps.SignUp(ctx, in))
	in.Email, in.Shown = "paul@exemple.fr", "" // a form that names no texts means those in force
	must(t, w.Accounts.SignUps.SignUp(ctx, in))
	var accepted int
	must(t, w.DB.Pool.QueryRow(ctx, `select count(*) from legal_acceptances where kind = 'terms' and version = '2'`).Scan(&accepted))
	if accepted != 2 {
		t.Errorf("%d accepted the new terms", accepted)
	}
}

func TestR5_AKnownAddressGetsTheSameAnswerAndItsOwnerAMail(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	must(t, w.Accounts.SignUps.SignUp(ctx, accounttest.NewSignUp(w, "zoe@exemple.fr")))
	if err := w.Accounts.SignUps.Validate(ctx, accounttest.ValidationLink(t, w, "zoe@exemple.fr")); err != nil {
		t.Fatal(err)
	}
	must(t, w.Accounts.SignUps.SignUp(ctx, accounttest.NewSignUp(w, "zoe@exemple.fr")))
	if got := accounttest.QueuedMails(t, w); len(got) != 2 || got[1] != "known" {
		t.Errorf("mails: %v", got)
	}
	for _, email := range []string{"zoe@exemple.fr", "inconnue@exemple.fr"} {
		if err := w.Accounts.SignUps.ResendValidation(ctx, email, "192.0.2.1"); err != nil {
			t.Errorf("resend to %s: %v", email, err)
		}
		_, err := w.Accounts.Sessions.SignIn(ctx, email, "Faux-mot 1", session.Device{})
		if got := fault.From(err).Message; !strings.HasPrefix(got, "L’adresse e-mail ou le mot de passe") {
			t.Errorf("sign-in as %s: %q", email, got)
		}
	}
}

func TestR5_AddressesDifferInDotsButNotInCase(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	for _, email := range []string{"zoe.vidal@exemple.fr", "ZOE.Vidal@exemple.fr", "zoevidal@exemple.fr", "Zoé@exemple.fr", "ZOÉ@exemple.fr"} {
		must(t, w.Accounts.SignUps.SignUp(ctx, accounttest.NewSignUp(w, email)))
		must(t, ignoreGone(w.Accounts.SignUps.Validate(ctx, accounttest.ValidationLink(t, w, email))))
	}
	var accounts int
	must(t, w.DB.Pool.QueryRow(ctx, `select count(*) from accounts`).Scan(&accounts))
	if accounts != 3 {
		t.Errorf("%d accounts, want 3", accounts)
	}
}

func TestR14_TheZoneFollowsTheMobileNumberAtFirst(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	for mobile, want := range map[string]string{"+33612345678": "Europe/Paris", "+262692123456": "Indian/Reunion", "+262639012345": "Indian/Mayotte", "+590690123456": "America/Guadeloupe"} {
		t.Run(mobile, func(t *testing.T) {
			in := accounttest.NewSignUp(w, "p"+mobile[1:]+"@exemple.fr")
			in.Mobile = mobile
			must(t, w.Accounts.SignUps.SignUp(ctx, in))
			person, err := w.Accounts.People.ByEmail(ctx, in.Email)
			if err != nil || person.Zone.String() != want {
				t.Errorf("%s: got %s, %v, want %s", mobile, person.Zone, err, want)
			}
		})
	}
}
