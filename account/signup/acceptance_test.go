package signup_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"socialdirect/account/accounttest"
	"socialdirect/account/session"
	"socialdirect/account/signup"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
	"socialdirect/legal"
)

// beneficiary signs up a person, signs them in and returns the session's token.
func beneficiary(t *testing.T, w *bookingtest.World, email string) string {
	t.Helper()
	ctx := context.Background()
	must(t, w.Accounts.SignUps.SignUp(ctx, accounttest.NewSignUp(w, email)))
	_, err := w.DB.Pool.Exec(ctx, `update accounts set email_validated_at = created_at where email = $1`, email)
	must(t, err)
	in, err := w.Accounts.Sessions.SignIn(ctx, email, bookingtest.Password, session.Device{})
	must(t, err)
	return in.Token
}

// staffMember opens a staff account and returns its session's token, without the second
// factor.
func staffMember(t *testing.T, w *bookingtest.World, email string) string {
	t.Helper()
	ctx := context.Background()
	token, _, err := w.Accounts.SignUps.InviteByHand(ctx, signup.Invitation{Role: viewer.Administrator, Email: email, Zone: "Europe/Paris"})
	must(t, err)
	in, err := w.Accounts.SignUps.AcceptInvitation(ctx, token, bookingtest.Password, session.Device{})
	must(t, err)
	return in.Token
}

// news reports whether somebody is informed of a text.
func news(t *testing.T, w *bookingtest.World, token string) bool {
	t.Helper()
	v, err := w.Accounts.Sessions.Authenticate(t.Context(), token)
	must(t, err)
	texts, err := w.Legal.News(t.Context(), v)
	must(t, err)
	if v.News != (len(texts) > 0) {
		t.Errorf("the session says %v, the texts are %+v", v.News, texts)
	}
	return v.News
}

func pending(t *testing.T, w *bookingtest.World, token string) bool {
	t.Helper()
	v, err := w.Accounts.Sessions.Authenticate(context.Background(), token)
	must(t, err)
	if v == nil {
		t.Fatal("nobody is signed in")
	}
	return v.Pending
}

func TestR33_ANewVersionMustBeAcceptedFromTheInstantItComesIntoForce(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	at := bookingtest.Start.Add(time.Hour)
	zoe, staff := beneficiary(t, w, "zoe@exemple.fr"), staffMember(t, w, "claire@exemple.fr")
	publish(t, w, at)
	for _, moment := range []struct {
		now  time.Time
		want bool
	}{{bookingtest.Start, false}, {at.Add(-time.Microsecond), false}, {at, true}} {
		w.SetNow(moment.now)
		if a, b := pending(t, w, zoe), pending(t, w, staff); a != moment.want || b {
			t.Errorf("at %s: asked of a beneficiary %v, want %v, and of staff %v", moment.now, a, moment.want, b)
		}
		if got := news(t, w, staff); got != moment.want {
			t.Errorf("at %s: staff are informed: %v, want %v", moment.now, got, moment.want)
		}
	}
	w.SetNow(at.Add(time.Minute))
	if pending(t, w, beneficiary(t, w, "paul@exemple.fr")) {
		t.Error("somebody who has just accepted it at sign-up is asked again")
	}
	if news(t, w, staffMember(t, w, "marc@exemple.fr")) {
		t.Error("staff are informed of what was in force when their account was opened")
	}
}

func TestR33_AnAcceptanceKeepsVersionTimeAndWording(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), t.Context()
	token := beneficiary(t, w, "zoe@exemple.fr")
	publish(t, w, time.Time{})
	v, err := w.Accounts.Sessions.Authenticate(ctx, token)
	must(t, err)
	owed, err := w.Accounts.SignUps.Owed(ctx, v)
	if err != nil || owed.Adult || len(owed.Texts) != 1 || owed.Texts[0].Changes != "Un mot de plus." || owed.Shown() != "terms-2" {
		t.Fatalf("owed: %+v, %v", owed, err)
	}
	if err := w.Accounts.SignUps.Accept(ctx, v, signup.Acceptance{}); !fault.Is(err, fault.Invalid) || !pending(t, w, token) {
		t.Errorf("an unticked box: %v", err)
	}
	w.SetNow(bookingtest.Start.Add(time.Minute))
	for range 2 { // accepting twice has no further effect
		must(t, w.Accounts.SignUps.Accept(ctx, v, signup.Acceptance{Wording: "J’accepte.", Shown: "terms-2"}))
	}
	if pending(t, w, token) {
		t.Error("asked again")
	}
	var wording string
	var at time.Time
	must(t, w.DB.Pool.QueryRow(ctx, `select wording, accepted_at from legal_acceptances where account_id = $1 and kind = 'terms' and version = '2'`, v.ID).Scan(&wording, &at))
	if wording != "J’accepte." || !at.Equal(bookingtest.Start.Add(time.Minute)) {
		t.Errorf("kept %q at %s", wording, at)
	}
	var first int
	must(t, w.DB.Pool.QueryRow(ctx, `select count(*) from legal_acceptances where account_id = $1 and version = '1' and accepted_at = $2`, v.ID, bookingtest.Start).Scan(&first))
	if first != 2 {
		t.Errorf("%d acceptances of the first versions are left, want 2", first)
	}
}

// A version came into force after the page was rendered.
func TestR33_NobodyAcceptsWhatTheyWereNotShown(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), t.Context()
	token := beneficiary(t, w, "zoe@exemple.fr")
	publish(t, w, time.Time{})
	v, err := w.Accounts.Sessions.Authenticate(ctx, token)
	must(t, err)
	w.SetNow(bookingtest.Start.Add(time.Minute))
	publish(t, w, time.Time{})
	if err := w.Accounts.SignUps.Accept(ctx, v, signup.Acceptance{Wording: "J’accepte.", Shown: "terms-2"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("accepted unseen: %v", err)
	}
	if !pending(t, w, token) {
		t.Error("no longer asked")
	}
	must(t, w.Accounts.SignUps.Accept(ctx, v, signup.Acceptance{Wording: "J’accepte.", Shown: "terms-3"}))
	if pending(t, w, token) {
		t.Error("asked again")
	}
}

// A person who was signed up by phone has neither accepted the texts nor declared their age.
func TestR4_AMissingAgeDeclarationIsAskedForWithTheFirstAcceptance(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), t.Context()
	token := beneficiary(t, w, "zoe@exemple.fr")
	_, err := w.DB.Pool.Exec(ctx, `update accounts set adult_declared_at = null; delete from legal_acceptances`)
	must(t, err)
	v, err := w.Accounts.Sessions.Authenticate(ctx, token)
	must(t, err)
	if !v.Pending {
		t.Fatal("not asked")
	}
	owed, err := w.Accounts.SignUps.Owed(ctx, v)
	if err != nil || !owed.Adult || owed.Shown() != "terms-1 privacy-1" {
		t.Errorf("owed: %+v, %v", owed, err)
	}
	if err := w.Accounts.SignUps.Accept(ctx, v, signup.Acceptance{Wording: "J’accepte."}); !fault.Is(err, fault.Invalid) || !pending(t, w, token) {
		t.Errorf("without the declaration: %v", err)
	}
	must(t, w.Accounts.SignUps.Accept(ctx, v, signup.Acceptance{Declaration: "J’ai 18 ans.", Wording: "J’accepte."}))
	var wording string
	var declared time.Time
	must(t, w.DB.Pool.QueryRow(ctx, `select min(l.wording), min(a.adult_declared_at) from accounts a join legal_acceptances l on l.account_id = a.id`).Scan(&wording, &declared))
	if pending(t, w, token) || !strings.Contains(wording, "J’ai 18 ans.") || !declared.Equal(bookingtest.Start) {
		t.Errorf("kept %q at %s", wording, declared)
	}
}

func TestR33_AChangedPrivacyPolicyInformsUntilItIsDismissedAndStopsNobody(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), t.Context()
	zoe, staff := beneficiary(t, w, "zoe@exemple.fr"), staffMember(t, w, "claire@exemple.fr")
	w.SetNow(bookingtest.Start.Add(time.Minute))
	must(t, w.Legal.Save(ctx, w.Admin, legal.Privacy, legal.Words{Markdown: "nouveau", Changes: "Un mot de plus."}))
	must(t, w.Legal.Publish(ctx, w.Admin, legal.Privacy, 1, time.Time{}))
	for _, token := range []string{zoe, staff} {
		if pending(t, w, token) || !news(t, w, token) {
			t.Error("it stops somebody, or informs nobody")
		}
		v, err := w.Accounts.Sessions.Authenticate(ctx, token)
		must(t, err)
		must(t, w.Legal.Seen(ctx, v, legal.Privacy, "1"))
		if !news(t, w, token) {
			t.Error("an older version was dismissed, not this one")
		}
		for range 2 {
			must(t, w.Legal.Seen(ctx, v, legal.Privacy, "2"))
		}
		must(t, w.Legal.Seen(ctx, v, legal.Privacy, "99"))
		if news(t, w, token) {
			t.Error("informed after it was dismissed")
		}
	}
	publish(t, w, time.Time{})
	v, err := w.Accounts.Sessions.Authenticate(ctx, zoe)
	must(t, err)
	if owed, err := w.Accounts.SignUps.Owed(ctx, v); err != nil || owed.Shown() != "terms-2" {
		t.Errorf("owed: %+v, %v", owed, err)
	}
}
