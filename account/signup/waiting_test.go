package signup_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"socialdirect/account/accounttest"
	"socialdirect/account/session"
	"socialdirect/account/signup"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
)

func wantOwner(t *testing.T, w *bookingtest.World, email, name, password string, others ...string) {
	t.Helper()
	ctx := context.Background()
	person, err := w.Accounts.People.ByEmail(ctx, email)
	if err != nil || person.FirstName != name {
		t.Errorf("the account is %q's, %v", person.FirstName, err)
	}
	if _, err := w.Accounts.Sessions.SignIn(ctx, email, password, session.Device{}); err != nil {
		t.Errorf("the password of %s: %v", name, err)
	}
	for _, other := range others {
		if _, err := w.Accounts.Sessions.SignIn(ctx, email, other, session.Device{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("the password of a removed registration: %v", err)
		}
	}
	var accounts, keys int
	must(t, w.DB.Pool.QueryRow(ctx, `
		select count(*), (select count(*) from person_keys k where k.destroyed_at is null and not exists (select from accounts b where b.id = k.person_id))
		from accounts where lower(email) = lower($1)`, email).Scan(&accounts, &keys))
	if accounts != 1 || keys != 0 {
		t.Errorf("%d accounts, %d keys without an account", accounts, keys)
	}
}

func TestR5_TheLinkThatIsUsedDecidesWhichRegistrationGetsTheAddress(t *testing.T) {
	t.Parallel()
	for name, ownerFirst := range map[string]bool{"the owner came first": true, "the owner came last": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, ctx := bookingtest.New(t), context.Background()
			var owner, other string
			if ownerFirst {
				owner = accounttest.Register(t, w, "zoe@exemple.fr", "Zoé", bookingtest.Password)
			}
			other = accounttest.Register(t, w, "ZOE@exemple.fr", "Mallory", accounttest.IntruderPassword)
			if !ownerFirst {
				owner = accounttest.Register(t, w, "zoe@exemple.fr", "Zoé", bookingtest.Password)
			}
			for _, password := range []string{bookingtest.Password, accounttest.IntruderPassword} {
				_, err := w.Accounts.Sessions.SignIn(ctx, "zoe@exemple.fr", password, session.Device{})
				_, unknown := w.Accounts.Sessions.SignIn(ctx, "inconnue@exemple.fr", password, session.Device{})
				if !fault.Is(err, fault.Invalid) || fault.From(err).Message != fault.From(unknown).Message {
					t.Errorf("an unproved address answers %v, an unknown one %v", err, unknown)
				}
			}
			if person, err := w.Accounts.SignUps.Waiting(ctx, owner); err != nil || person.FirstName != "Zoé" {
				t.Errorf("the owner's link says %q, %v", person.FirstName, err)
			}
			must(t, w.Accounts.SignUps.Validate(ctx, owner))
			wantFault(t, "the other's link", w.Accounts.SignUps.Validate(ctx, other), fault.Gone)
			wantOwner(t, w, "zoe@exemple.fr", "Zoé", bookingtest.Password, accounttest.IntruderPassword)
		})
	}
}

func TestR5_OnlyTheLatestWaitingRegistrationsOfAnAddressAreKept(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	var links []string
	for i := range accounttest.MaxWaiting + 3 {
		links = append(links, accounttest.Register(t, w, "zoe@exemple.fr", "Personne "+string(rune('A'+i)), accounttest.IntruderPassword))
	}
	var count int
	must(t, w.DB.Pool.QueryRow(ctx, `select count(*) from accounts where email = 'zoe@exemple.fr'`).Scan(&count))
	if count != accounttest.MaxWaiting {
		t.Errorf("%d pending registrations", count)
	}
	for i, link := range links {
		if err := w.Accounts.SignUps.CheckToken(ctx, link, false); (i < 3) != fault.Is(err, fault.Gone) {
			t.Errorf("link %d: %v", i, err)
		}
	}
}

func TestR3_EachWaitingRegistrationIsSentAnotherLink(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	accounttest.Register(t, w, "zoe@exemple.fr", "Zoé", bookingtest.Password)
	accounttest.Register(t, w, "zoe@exemple.fr", "Mallory", accounttest.IntruderPassword)
	latest, err := w.Accounts.People.ByEmail(ctx, "zoe@exemple.fr")
	must(t, err)
	before := len(accounttest.QueuedMails(t, w))
	must(t, w.Accounts.SignUps.ResendValidation(ctx, "Zoe@exemple.fr", "192.0.2.1"))
	w.SetNow(w.DB.Now().Add(2 * time.Minute))
	must(t, w.Accounts.PasswordResets.Ask(ctx, "zoe@exemple.fr", session.Device{}))
	must(t, w.Accounts.SignUps.ResendValidation(ctx, "inconnue@exemple.fr", "192.0.2.1"))
	for _, notice := range accounttest.QueuedMails(t, w)[before:] {
		if notice != "waiting" {
			t.Errorf("a job with the template %q", notice)
		}
	}
	letters, err := accounttest.MailsOf(w, latest.ID, "waiting")
	if err != nil || len(letters) != 1 || letters[0].To != "zoe@exemple.fr" || len(letters[0].Links) != 2 {
		t.Fatalf("letters: %+v, %v", letters, err)
	}
	links := letters[0].Links
	for i, name := range []string{"Zoé", "Mallory"} {
		if person, err := w.Accounts.SignUps.Waiting(ctx, links[i]); err != nil || person.FirstName != name {
			t.Errorf("link %d is for %q, %v", i, person.FirstName, err)
		}
	}
	must(t, w.Accounts.SignUps.Validate(ctx, links[0]))
	wantOwner(t, w, "zoe@exemple.fr", "Zoé", bookingtest.Password, accounttest.IntruderPassword)
	if letters, err := accounttest.MailsOf(w, latest.ID, "waiting"); err != nil || len(letters) != 0 {
		t.Errorf("a job that runs late sends %+v, %v", letters, err)
	}
}

func TestR5_OfLinksUsedAtOnceOneWins(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	var links []string
	for i := range accounttest.MaxWaiting {
		links = append(links, accounttest.Register(t, w, "zoe@exemple.fr", "Personne "+string(rune('A'+i)), accounttest.IntruderPassword))
	}
	results := make([]error, len(links))
	var all sync.WaitGroup
	for i, link := range links {
		all.Go(func() { results[i] = w.Accounts.SignUps.Validate(ctx, link) })
	}
	all.Wait()
	won := 0
	for _, err := range results {
		must(t, ignoreGone(err))
		if err == nil {
			won++
		}
	}
	if won != 1 {
		t.Errorf("%d won", won)
	}
}

// Once an account has the address, the links of pending registrations no longer work.
func TestR5_AnInvitationOrAMoveEndsWaitingRegistrations(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	invited := accounttest.Register(t, w, "claire@exemple.fr", "Mallory", accounttest.IntruderPassword)
	moved := accounttest.Register(t, w, "libre@exemple.fr", "Mallory", accounttest.IntruderPassword)
	link, known, err := w.Accounts.SignUps.InviteByHand(ctx, signup.Invitation{Role: viewer.Administrator, Email: "claire@exemple.fr", FirstName: "Claire", Zone: "Europe/Paris"})
	if err != nil || known {
		t.Fatal("a pending registration prevents an invitation", known, err)
	}
	wantFault(t, "a link to an address that was invited", w.Accounts.SignUps.Validate(ctx, invited), fault.Gone)
	w.Accept(t, link)
	wantOwner(t, w, "claire@exemple.fr", "Claire", bookingtest.Password, accounttest.IntruderPassword)

	zoe := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
	_, v := zoe.SignIn(session.Device{})
	must(t, w.Accounts.Profiles.AskEmail(ctx, v, "libre@exemple.fr", false))
	letters, err := accounttest.MailsOf(w, zoe.ID, "email_move")
	must(t, err)
	must(t, w.Accounts.Profiles.ChangeEmail(ctx, letters[0].Token, nil))
	wantFault(t, "a link to an address that somebody moved to", w.Accounts.SignUps.Validate(ctx, moved), fault.Gone)
	wantOwner(t, w, "libre@exemple.fr", "Zoé", bookingtest.Password, accounttest.IntruderPassword)
}

// An attacker signs up repeatedly with another person's address. Each registration has its
// own link, and the mails list all of them.
func TestR5_SigningUpWithSomebodysAddressDoesNotLockThemOut(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	for i := range 4 * accounttest.MailsOfKindInHour {
		in := accounttest.NewSignUp(w, map[bool]string{true: "zoe@exemple.fr", false: "ZOE@exemple.fr"}[i%2 == 0])
		in.Password = accounttest.IntruderPassword
		must(t, w.Accounts.SignUps.SignUp(ctx, in))
		if mails := accounttest.DeliverMails(t, w); len(mails) == 1 != (i < accounttest.MailsOfKindInHour) || len(mails) > 1 {
			t.Errorf("sign-up %d: %d mails", i, len(mails))
		}
	}
	w.SetNow(w.DB.Now().Add(time.Minute))
	owner := accounttest.NewSignUp(w, "zoe@exemple.fr")
	must(t, w.Accounts.SignUps.SignUp(ctx, owner))
	if mails := accounttest.DeliverMails(t, w); len(mails) != 0 {
		t.Errorf("more mails than the limit: %+v", mails)
	}
	w.SetNow(w.DB.Now().Add(time.Hour))
	must(t, w.Accounts.SignUps.ResendValidation(ctx, "zoe@exemple.fr", "192.0.2.1"))
	mails := accounttest.DeliverMails(t, w)
	if len(mails) != 1 || len(mails[0].Links) != accounttest.MaxWaiting {
		t.Fatalf("an hour later: %+v", mails)
	}
	must(t, w.Accounts.SignUps.Validate(ctx, mails[0].Links[accounttest.MaxWaiting-1]))
	wantOwner(t, w, "zoe@exemple.fr", "Zoé", bookingtest.Password, accounttest.IntruderPassword)
	must(t, w.Accounts.SignUps.SignUp(ctx, owner))
	if got := accounttest.QueuedMails(t, w); got[len(got)-1] != "known" {
		t.Errorf("a sign-up with a proved address: %v", got)
	}
}

// A registration that cannot be removed, because the switchboard booked an appointment for
// it, does not prevent the owner from proving the address.
func TestR5_AWaitingRegistrationWithAnAppointmentBlocksNoAddress(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	nadia := w.SocialWorker(t, "Nadia", "Le Goff")
	accounttest.Register(t, w, "zoe@exemple.fr", "Mallory", accounttest.IntruderPassword)
	_, err := w.DB.Pool.Exec(ctx, `
		insert into appointments (social_worker_id, beneficiary_id, period, mode, reason, place, status, booked_at)
		select $1, id, tstzrange($2, $2::timestamptz + interval '1 hour'), 'video', 'money', '', 'confirmed', $2 from accounts where email = 'zoe@exemple.fr'`,
		nadia.ID, w.DB.Now().Add(48*time.Hour))
	must(t, err)
	link := accounttest.Register(t, w, "zoe@exemple.fr", "Zoé", bookingtest.Password)
	if err := w.Accounts.SignUps.Validate(ctx, link); err != nil {
		t.Fatalf("the owner's link: %v", err)
	}
	person, err := w.Accounts.People.ByEmail(ctx, "zoe@exemple.fr")
	if err != nil || person.FirstName != "Zoé" {
		t.Errorf("the address is %q's, %v", person.FirstName, err)
	}
	for range accounttest.MaxWaiting + 1 { // the address is known by now
		must(t, w.Accounts.SignUps.SignUp(ctx, accounttest.NewSignUp(w, "zoe@exemple.fr")))
	}
}
