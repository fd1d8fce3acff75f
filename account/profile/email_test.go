package profile_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"socialdirect/account/accounttest"
	"socialdirect/account/people"
	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
)

// checkMoving returns nil when a link still moves an account.
func checkMoving(ctx context.Context, w *bookingtest.World, token string) error {
	_, err := w.Accounts.Profiles.Moving(ctx, token)
	return err
}

// moveLink returns the token of the mailed link that moves an account.
func moveLink(t *testing.T, w *bookingtest.World) string {
	t.Helper()
	for _, mail := range accounttest.DeliverMails(t, w) {
		if mail.Template == "email_move" {
			return mail.Token
		}
	}
	t.Fatal("no link was mailed")
	return ""
}

// An attacker who finds an open session cannot gain permanent access with it.
func TestR6_AddressAndPasskeysChangeOnlyRightAfterASignIn(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
	_, v := zoe.SignIn(session.Device{})
	w.SetNow(bookingtest.Start.Add(session.Recently + time.Microsecond))
	for act, err := range map[string]error{
		"another address": w.Accounts.Profiles.AskEmail(ctx, v, "ailleurs@exemple.fr", false),
		"a passkey":       func() error { _, err := w.Accounts.Factors.AskToAddPasskey(ctx, v); return err }(),
	} {
		t.Run(act, func(t *testing.T) {
			if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.From(err).Message, "connectez-vous de nouveau") {
				t.Errorf("%s: %v", act, err)
			}
		})
	}
	w.SetNow(bookingtest.Start.Add(session.Recently))
	must(t, w.Accounts.Profiles.AskEmail(ctx, v, "ailleurs@exemple.fr", false))
	asked := accounttest.AskToAdd(t, w, v)
	w.SetNow(bookingtest.Start.Add(session.Recently + time.Microsecond))
	if _, err := w.Accounts.Factors.AddPasskey(ctx, v, "Ailleurs", accounttest.NewAuthenticator(v.ID).Create(t, asked)); !fault.Is(err, fault.Invalid) {
		t.Errorf("a passkey requested in time and added late: %v", err)
	}
}

func TestR6_ANewAddressReplacesTheOldOneOnceItIsProved(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
	_, v := zoe.SignIn(session.Device{})
	accounttest.DeliverMails(t, w)
	must(t, w.Accounts.Profiles.AskEmail(ctx, v, "Zoe.Vidal@exemple.fr", false))
	if mails := accounttest.DeliverMails(t, w); len(mails) != 2 || mails[0].To != "zoe@exemple.fr" || mails[0].Template != "email_asked" || mails[0].Token != "" {
		t.Errorf("mails: %+v", mails)
	}
	sent, err := accounttest.MailsOf(w, zoe.ID, "email_move")
	must(t, err)
	if len(sent) != 1 || sent[0].To != "Zoe.Vidal@exemple.fr" || sent[0].Template != "email_move" || sent[0].Token == "" {
		t.Fatalf("sent: %+v", sent)
	}
	link := sent[0].Token
	must(t, checkMoving(ctx, w, link))
	if _, err := w.Accounts.People.ByEmail(ctx, "zoe.vidal@exemple.fr"); !fault.Is(err, fault.NotFound) {
		t.Errorf("the address moved before the button: %v", err)
	}
	wantFault(t, "altered", w.Accounts.Profiles.ChangeEmail(ctx, link+"x", nil), fault.Gone)
	w.SetNow(bookingtest.Start.Add(people.EmailLifetime))
	wantFault(t, "expired", w.Accounts.Profiles.ChangeEmail(ctx, link, nil), fault.Gone)
	w.SetNow(bookingtest.Start)
	reset := zoe.ResetLink()
	must(t, w.Accounts.Profiles.ChangeEmail(ctx, link, nil))
	wantFault(t, "used", w.Accounts.Profiles.ChangeEmail(ctx, link, nil), fault.Gone)
	wantFault(t, "a new password by the old mailbox", w.Accounts.PasswordResets.Reset(ctx, reset, accounttest.OtherPassword), fault.Gone)
	if person, err := w.Accounts.People.ByEmail(ctx, "zoe.vidal@exemple.fr"); err != nil || person.ID != zoe.ID {
		t.Errorf("the new address: %+v, %v", person, err)
	}
	if _, err := w.Accounts.People.ByEmail(ctx, "zoe@exemple.fr"); !fault.Is(err, fault.NotFound) {
		t.Errorf("the old address: %v", err)
	}
	sent, err = accounttest.MailsOf(w, zoe.ID, "email_moved")
	if err != nil || len(sent) != 1 || sent[0].To != "zoe@exemple.fr" {
		t.Errorf("the old address is not notified: %+v, %v", sent, err)
	}
}

func TestR6_LatestPendingEmailWins(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
	_, v := zoe.SignIn(session.Device{})
	ask := func(email string) string {
		t.Helper()
		must(t, w.Accounts.Profiles.AskEmail(ctx, v, email, false))
		sent, err := accounttest.MailsOf(w, zoe.ID, "email_move")
		must(t, err)
		return sent[0].Token
	}
	first, second := ask("une@exemple.fr"), ask("deux@exemple.fr")
	wantFault(t, "the address entered before", w.Accounts.Profiles.ChangeEmail(ctx, first, nil), fault.Gone)
	must(t, w.Accounts.Sessions.ChangePassword(ctx, v, bookingtest.Password, accounttest.OtherPassword))
	wantFault(t, "an address entered before the new password", w.Accounts.Profiles.ChangeEmail(ctx, second, nil), fault.Gone)
	if sent, err := accounttest.MailsOf(w, zoe.ID, "email_move"); err != nil || len(sent) != 0 {
		t.Errorf("a job that runs late sends %+v, %v", sent, err)
	}
}

func TestR5_EnteringSomebodyElsesAddressLooksTheSameAndNotifiesThem(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
	accounttest.NewBeneficiary(t, w, "paul@exemple.fr")
	_, v := zoe.SignIn(session.Device{})
	must(t, w.Accounts.Profiles.AskEmail(ctx, v, "PAUL@exemple.fr", false))
	sent, err := accounttest.MailsOf(w, zoe.ID, "email_move")
	if err != nil || len(sent) != 1 || sent[0].To != "paul@exemple.fr" || sent[0].Template != "email_taken" || sent[0].Token != "" {
		t.Errorf("sent: %+v, %v", sent, err)
	}
	// Somebody signs up with the address after the link is mailed and before it is used.
	must(t, w.Accounts.Profiles.AskEmail(ctx, v, "libre@exemple.fr", false))
	sent, err = accounttest.MailsOf(w, zoe.ID, "email_move")
	must(t, err)
	accounttest.NewBeneficiary(t, w, "libre@exemple.fr")
	wantFault(t, "an address that has an account meanwhile", w.Accounts.Profiles.ChangeEmail(ctx, sent[0].Token, nil), fault.Gone)
	if person, err := w.Accounts.People.ByEmail(ctx, "zoe@exemple.fr"); err != nil || person.ID != zoe.ID {
		t.Errorf("the account moved: %+v, %v", person, err)
	}
	for range 10 {
		err = w.Accounts.Profiles.AskEmail(ctx, v, "libre@exemple.fr", false)
	}
	if !fault.Is(err, fault.Throttled) {
		t.Errorf("the number of mails is not limited: %v", err)
	}
}

func TestR47_AMoveToAWorkAddressNeedsAConfirmation(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	accounttest.OwnMailDomains(t, w, "travail.fr")
	zoe := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
	_, v := zoe.SignIn(session.Device{})
	accounttest.DeliverMails(t, w)
	if err := w.Accounts.Profiles.AskEmail(ctx, v, "zoe@rh.travail.fr", false); !errors.Is(err, people.ErrWorkAddress) {
		t.Errorf("got %v", err)
	}
	if mails := accounttest.DeliverMails(t, w); len(mails) != 0 {
		t.Errorf("sent before the confirmation: %+v", mails)
	}
	must(t, w.Accounts.Profiles.AskEmail(ctx, v, "zoe@rh.travail.fr", true))
	if mails := accounttest.DeliverMails(t, w); len(mails) != 2 {
		t.Errorf("mails: %+v", mails)
	}
	manager := w.Member(t, "client_manager", "Nadia")
	must(t, w.Accounts.Profiles.AskEmail(ctx, manager, "nadia@travail.fr", false))
}

func TestR47_AnUnprovedNewAddressIsRemovedOnceItsLinkExpires(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
	_, v := zoe.SignIn(session.Device{})
	must(t, w.Accounts.Profiles.AskEmail(ctx, v, "canarimail@exemple.fr", false))
	link := moveLink(t, w)
	w.SetNow(bookingtest.Start.Add(people.EmailLifetime - time.Minute))
	must(t, w.Accounts.Sweep(ctx))
	must(t, checkMoving(ctx, w, link))
	w.SetNow(bookingtest.Start.Add(people.EmailLifetime + time.Minute))
	must(t, w.Accounts.Sweep(ctx))
	if got := accounttest.Found(t, w, "canarimail"); len(got) != 0 {
		t.Errorf("still there: %v", got)
	}
}

// Somebody moves their account to another person's address, and that person confirms it
// by mistake. SMS about that person's appointments must not go to the first one's number.
func TestR6_AMoveNamesTheAccountAndDropsAnUnprovedNumber(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ gateway, proved, stays bool }{
		"never answered": {true, false, false}, "answered a code": {true, true, true}, "nobody can answer, for want of a gateway": {false, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, ctx := bookingtest.New(t), context.Background()
			if c.gateway {
				w.Accounts.People.SMS = true
			}
			mallory := accounttest.NewBeneficiary(t, w, "mallory@exemple.fr")
			_, v := mallory.SignIn(session.Device{})
			if c.proved {
				_, err := w.DB.Pool.Exec(ctx, `update accounts set mobile_validated_at = created_at where id = $1`, mallory.ID)
				must(t, err)
			}
			must(t, w.Accounts.Profiles.AskEmail(ctx, v, "zoe@exemple.fr", false))
			link := moveLink(t, w)
			moving, err := w.Accounts.Profiles.Moving(ctx, link)
			if err != nil || moving.Name() != "Zoé Vidal" || moving.Digits() != "78" || moving.ForgetsMobile == c.stays {
				t.Errorf("the page says %q, %q, %t: %v", moving.Name(), moving.Digits(), moving.ForgetsMobile, err)
			}
			must(t, w.Accounts.Profiles.ChangeEmail(ctx, link, nil))
			person, err := w.Accounts.People.Person(ctx, mallory.ID)
			if err != nil || person.Email != "zoe@exemple.fr" || (person.Mobile != "") != c.stays {
				t.Errorf("after the move: %q, %q, %v", person.Email, person.Mobile, err)
			}
		})
	}
}
