package account_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"socialdirect/account/signup"

	"socialdirect/account"
	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func ignoreGone(err error) error {
	if fault.Is(err, fault.Gone) {
		return nil
	}
	return err
}

// waiting signs somebody up who does not prove the address yet, a minute after the
// ones before, and returns the link of their mail.
func waiting(t *testing.T, w *bookingtest.World, email, name, password string) (link string) {
	t.Helper()
	w.SetNow(w.DB.Now().Add(time.Minute))
	in := signUp(w, email)
	in.FirstName, in.Password = name, password
	check(t, w.Accounts.SignUps.SignUp(context.Background(), in))
	return token(t, w, email)
}

const malloryPassword = "Corbeau-lampe 4 sel"

func hold(t *testing.T, w *bookingtest.World, email, name, password string, others ...string) {
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
			t.Errorf("the password of somebody who vanished: %v", err)
		}
	}
	var accounts, keys int
	check(t, w.DB.Pool.QueryRow(ctx, `
		select count(*), (select count(*) from person_keys k where k.destroyed_at is null and not exists (select from accounts b where b.id = k.person_id))
		from accounts where lower(email) = lower($1)`, email).Scan(&accounts, &keys))
	if accounts != 1 || keys != 0 {
		t.Errorf("%d accounts, %d keys of nobody", accounts, keys)
	}
}

func TestR5_TheLinkThatIsUsedDecidesWhoseAnAddressIs(t *testing.T) {
	t.Parallel()
	for name, ownerFirst := range map[string]bool{"the owner came first": true, "the owner came last": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, ctx := bookingtest.New(t), context.Background()
			var owner, other string
			if ownerFirst {
				owner = waiting(t, w, "zoe@exemple.fr", "Zoé", bookingtest.Password)
			}
			other = waiting(t, w, "ZOE@exemple.fr", "Mallory", malloryPassword)
			if !ownerFirst {
				owner = waiting(t, w, "zoe@exemple.fr", "Zoé", bookingtest.Password)
			}
			for _, password := range []string{bookingtest.Password, malloryPassword} {
				_, err := w.Accounts.Sessions.SignIn(ctx, "zoe@exemple.fr", password, session.Device{})
				_, unknown := w.Accounts.Sessions.SignIn(ctx, "inconnue@exemple.fr", password, session.Device{})
				if !fault.Is(err, fault.Invalid) || fault.From(err).Message != fault.From(unknown).Message {
					t.Errorf("nobody proved the address, and it answers %v; an unknown one %v", err, unknown)
				}
			}
			if person, err := w.Accounts.SignUps.Waiting(ctx, owner); err != nil || person.FirstName != "Zoé" {
				t.Errorf("the owner's link says %q, %v", person.FirstName, err)
			}
			check(t, w.Accounts.SignUps.Validate(ctx, owner))
			wantGone(t, "the other's link", w.Accounts.SignUps.Validate(ctx, other))
			hold(t, w, "zoe@exemple.fr", "Zoé", bookingtest.Password, malloryPassword)
		})
	}
}

func TestR5_ThoseWhoWaitWithOneAddressAreFewAndTheLatest(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	var links []string
	for i := range maxWaiting + 3 {
		links = append(links, waiting(t, w, "zoe@exemple.fr", "Personne "+string(rune('A'+i)), malloryPassword))
	}
	var count int
	check(t, w.DB.Pool.QueryRow(ctx, `select count(*) from accounts where email = 'zoe@exemple.fr'`).Scan(&count))
	if count != maxWaiting {
		t.Errorf("%d wait", count)
	}
	for i, link := range links {
		if err := w.Accounts.SignUps.CheckToken(ctx, link, false); (i < 3) != fault.Is(err, fault.Gone) {
			t.Errorf("link %d: %v", i, err)
		}
	}
}

func TestR3_EachOfThoseWhoWaitIsSentAnotherLink(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	waiting(t, w, "zoe@exemple.fr", "Zoé", bookingtest.Password)
	waiting(t, w, "zoe@exemple.fr", "Mallory", malloryPassword)
	latest, err := w.Accounts.People.ByEmail(ctx, "zoe@exemple.fr")
	check(t, err)
	before := len(jobsFor(t, w))
	check(t, w.Accounts.SignUps.ResendValidation(ctx, "Zoe@exemple.fr", "192.0.2.1"))
	w.SetNow(w.DB.Now().Add(2 * time.Minute))
	check(t, w.Accounts.ForgotPassword(ctx, "zoe@exemple.fr", session.Device{}))
	check(t, w.Accounts.SignUps.ResendValidation(ctx, "inconnue@exemple.fr", "192.0.2.1"))
	for _, notice := range jobsFor(t, w)[before:] {
		if notice != "waiting" {
			t.Errorf("a job for %q", notice)
		}
	}
	letters, err := lettersOf(ctx, w, latest.ID, "waiting")
	if err != nil || len(letters) != 1 || letters[0].To != "zoe@exemple.fr" || len(letters[0].Links) != 2 {
		t.Fatalf("letters: %+v, %v", letters, err)
	}
	links := letters[0].Links
	for i, name := range []string{"Zoé", "Mallory"} {
		if person, err := w.Accounts.SignUps.Waiting(ctx, links[i]); err != nil || person.FirstName != name {
			t.Errorf("link %d is for %q, %v", i, person.FirstName, err)
		}
	}
	check(t, w.Accounts.SignUps.Validate(ctx, links[0]))
	hold(t, w, "zoe@exemple.fr", "Zoé", bookingtest.Password, malloryPassword)
	if letters, err := lettersOf(ctx, w, latest.ID, "waiting"); err != nil || len(letters) != 0 {
		t.Errorf("a job that runs late writes %+v, %v", letters, err)
	}
}

func TestR5_OfLinksUsedAtOnceOneWins(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	var links []string
	for i := range maxWaiting {
		links = append(links, waiting(t, w, "zoe@exemple.fr", "Personne "+string(rune('A'+i)), malloryPassword))
	}
	results := make([]error, len(links))
	var all sync.WaitGroup
	for i, link := range links {
		all.Go(func() { results[i] = w.Accounts.SignUps.Validate(ctx, link) })
	}
	all.Wait()
	won := 0
	for _, err := range results {
		check(t, ignoreGone(err))
		if err == nil {
			won++
		}
	}
	if won != 1 {
		t.Errorf("%d won", won)
	}
}

// Whoever else comes to have the address, by an invitation or by a move, the others
// wait for nothing any more.
func TestR5_AnAddressThatIsTakenAnotherWayIsTaken(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	invited := waiting(t, w, "claire@exemple.fr", "Mallory", malloryPassword)
	moved := waiting(t, w, "libre@exemple.fr", "Mallory", malloryPassword)
	link, known, err := w.Accounts.SignUps.InviteByHand(ctx, signup.Invitation{Role: viewer.Administrator, Email: "claire@exemple.fr", FirstName: "Claire", Zone: "Europe/Paris"})
	if err != nil || known {
		t.Fatal("somebody who waits keeps an invitation away", known, err)
	}
	wantGone(t, "a link to an address that was invited", w.Accounts.SignUps.Validate(ctx, invited))
	w.Accept(t, link)
	hold(t, w, "claire@exemple.fr", "Claire", bookingtest.Password, malloryPassword)

	zoe := newMember(t, w, "zoe@exemple.fr")
	_, v := zoe.enter(session.Device{})
	check(t, w.Accounts.AskEmail(ctx, v, "libre@exemple.fr", false))
	letters, err := lettersOf(ctx, w, zoe.id, "email_move")
	check(t, err)
	check(t, w.Accounts.ChangeEmail(ctx, letters[0].Token, nil))
	wantGone(t, "a link to an address that somebody moved to", w.Accounts.SignUps.Validate(ctx, moved))
	hold(t, w, "libre@exemple.fr", "Zoé", bookingtest.Password, malloryPassword)
}

// Nobody escapes a suspension by signing up again.
func TestR7_ASuspendedAccountKeepsItsAddressProvedOrNot(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	admin := w.Member(t, viewer.Administrator, "Claire")
	waiting(t, w, "zoe@exemple.fr", "Zoé", bookingtest.Password)
	person, err := w.Accounts.People.ByEmail(ctx, "zoe@exemple.fr")
	check(t, err)
	check(t, w.Accounts.Decide(ctx, admin, person.ID, account.Decision{Act: account.Suspend, Reason: "Fausse identité."}))
	check(t, w.Accounts.SignUps.SignUp(ctx, signUp(w, "zoe@exemple.fr")))
	var ids []uuid.UUID
	check(t, w.DB.Pool.QueryRow(ctx, `select array_agg(id) from accounts where email = 'zoe@exemple.fr'`).Scan(&ids))
	if fmt.Sprint(ids) != fmt.Sprint([]uuid.UUID{person.ID}) {
		t.Errorf("accounts with the address: %v", ids)
	}
}

// Whoever signs up again and again with somebody's address keeps nobody out: each waits
// with a link of their own, and all of them are in the mails that go out.
func TestR5_SigningUpWithSomebodysAddressKeepsThemFromNothing(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	for i := range 4 * mailsOfKindInHour {
		in := signUp(w, map[bool]string{true: "zoe@exemple.fr", false: "ZOE@exemple.fr"}[i%2 == 0])
		in.Password = malloryPassword
		check(t, w.Accounts.SignUps.SignUp(ctx, in))
		if mails := deliver(t, w); len(mails) == 1 != (i < mailsOfKindInHour) || len(mails) > 1 {
			t.Errorf("sign-up %d: %d mails", i, len(mails))
		}
	}
	w.SetNow(w.DB.Now().Add(time.Minute))
	owner := signUp(w, "zoe@exemple.fr")
	check(t, w.Accounts.SignUps.SignUp(ctx, owner))
	if mails := deliver(t, w); len(mails) != 0 {
		t.Errorf("one mail too many: %+v", mails)
	}
	w.SetNow(w.DB.Now().Add(time.Hour))
	check(t, w.Accounts.SignUps.ResendValidation(ctx, "zoe@exemple.fr", "192.0.2.1"))
	mails := deliver(t, w)
	if len(mails) != 1 || len(mails[0].Links) != maxWaiting {
		t.Fatalf("an hour later: %+v", mails)
	}
	check(t, w.Accounts.SignUps.Validate(ctx, mails[0].Links[maxWaiting-1]))
	hold(t, w, "zoe@exemple.fr", "Zoé", bookingtest.Password, malloryPassword)
	check(t, w.Accounts.SignUps.SignUp(ctx, owner))
	if got := jobsFor(t, w); got[len(got)-1] != "known" {
		t.Errorf("a sign-up with an address that is proved: %v", got)
	}
}

// Somebody who waits with an address, and for whom the switchboard booked an hour, keeps
// nobody from proving that it is theirs.
func TestR5_AnAccountThatCannotGoShutsNoAddress(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	nadia := w.SocialWorker(t, "Nadia", "Le Goff")
	waiting(t, w, "zoe@exemple.fr", "Mallory", malloryPassword)
	_, err := w.DB.Pool.Exec(ctx, `
		insert into appointments (social_worker_id, beneficiary_id, period, mode, reason, place, status, booked_at)
		select $1, id, tstzrange($2, $2::timestamptz + interval '1 hour'), 'video', 'money', '', 'confirmed', $2 from accounts where email = 'zoe@exemple.fr'`,
		nadia.ID, w.DB.Now().Add(48*time.Hour))
	check(t, err)
	link := waiting(t, w, "zoe@exemple.fr", "Zoé", bookingtest.Password)
	if err := w.Accounts.SignUps.Validate(ctx, link); err != nil {
		t.Fatalf("the owner's link: %v", err)
	}
	person, err := w.Accounts.People.ByEmail(ctx, "zoe@exemple.fr")
	if err != nil || person.FirstName != "Zoé" {
		t.Errorf("the address is %q's, %v", person.FirstName, err)
	}
	for range maxWaiting + 1 { // known by now: nothing fails
		check(t, w.Accounts.SignUps.SignUp(ctx, signUp(w, "zoe@exemple.fr")))
	}
}
