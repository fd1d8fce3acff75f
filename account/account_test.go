package account_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"socialdirect/account/signup"

	"socialdirect/account/people"
	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/company"
	"socialdirect/internal/fault"
	"socialdirect/internal/noise"

	"github.com/pquerna/otp/totp"
)

func signUp(w *bookingtest.World, email string) signup.SignUp {
	return signup.SignUp{
		Email: email, FirstName: "Zoé", LastName: "Vidal", Mobile: "+33612345678", Code: w.Code(),
		Password: bookingtest.Password, Declaration: "adulte", Acceptance: "accepte",
	}
}

// jobsFor reads the notices that wait to be sent.
func jobsFor(t *testing.T, w *bookingtest.World) (notices []string) {
	t.Helper()
	rows, err := w.DB.Pool.Query(context.Background(), `select args from river_job where kind = 'account_notice' order by id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var args []byte
		var job struct{ Notice string }
		if err := rows.Scan(&args); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(args, &job); err != nil {
			t.Fatal(err)
		}
		notices = append(notices, job.Notice)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return notices
}

func TestR1_SignUpKeepsWhatWasAcceptedAndWhen(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	if err := w.Accounts.SignUps.SignUp(ctx, signUp(w, "zoe@exemple.fr")); err != nil {
		t.Fatal(err)
	}
	var kinds, wordings int
	var at time.Time
	err := w.DB.Pool.QueryRow(ctx, `select count(distinct kind), count(*) filter (where wording like '%adulte%accepte%'), max(accepted_at) from legal_acceptances`).Scan(&kinds, &wordings, &at)
	if err != nil || kinds != 2 || wordings != 2 || !at.Equal(bookingtest.Start) {
		t.Errorf("kept %d kinds, %d wordings, at %s: %v", kinds, wordings, at, err)
	}
	if got := jobsFor(t, w); len(got) != 1 || got[0] != "waiting" {
		t.Errorf("mails to send: %v", got)
	}
}

func TestR1_ACodeThatOpensNothingGetsOneSameAnswer(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	ended, err := w.Companies.Create(ctx, w.Admin, company.Client{Name: "Finie", Slug: "finie", StartsOn: bookingtest.Start.AddDate(-2, 0, 0), EndsOn: bookingtest.Start.AddDate(0, 0, -1)})
	if err != nil {
		t.Fatal(err)
	}
	ofEnded, err := w.Companies.IssueCode(ctx, w.Admin, ended, company.NewCode{ExpiresAt: bookingtest.Start.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	running, err := w.Companies.Create(ctx, w.Admin, company.Client{Name: "En cours", Slug: "en-cours", StartsOn: bookingtest.Start.AddDate(-2, 0, 0), EndsOn: bookingtest.Start.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	w.SetNow(bookingtest.Start.Add(-time.Hour))
	expired, err := w.Companies.IssueCode(ctx, w.Admin, running, company.NewCode{ExpiresAt: bookingtest.Start})
	if err != nil {
		t.Fatal(err)
	}
	w.SetNow(bookingtest.Start)
	for name, code := range map[string]string{
		"unknown":              "0000-0000-0000-0000",
		"of an ended contract": ofEnded.Display(), "expired": expired.Display(),
	} {
		in := signUp(w, "zoe@exemple.fr")
		in.Code = code
		if err := w.Accounts.SignUps.SignUp(ctx, in); err == nil || fault.From(err).Message != company.ErrCode.Message {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if got := jobsFor(t, w); len(got) != 0 {
		t.Errorf("refused sign-ups left jobs: %v", got)
	}
}

func TestR1_ACodeIsReadHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	in := signUp(w, "zoe@exemple.fr")
	in.Code = " " + strings.ToLower(strings.ReplaceAll(w.Code(), "-", " ")) + " "
	if err := w.Accounts.SignUps.SignUp(context.Background(), in); err != nil {
		t.Error(err)
	}
}

func TestR2_GuessingIsSlowedDown(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	if err := w.Accounts.SignUps.SignUp(ctx, signUp(w, "zoe@exemple.fr")); err != nil {
		t.Fatal(err)
	}
	var err error
	tries := 0
	for ; tries < 20 && !fault.Is(err, fault.Throttled); tries++ {
		_, err = w.Accounts.Sessions.SignIn(ctx, "zoe@exemple.fr", "Faux-mot 1", session.Device{Place: "192.0.2.1"})
	}
	if !fault.Is(err, fault.Throttled) || fault.From(err).RetryAfter <= 0 || tries > 8 {
		t.Fatalf("after %d tries: %v", tries, err)
	}
	w.SetNow(bookingtest.Start.Add(fault.From(err).RetryAfter))
	if _, err = w.Accounts.Sessions.SignIn(ctx, "zoe@exemple.fr", "Faux-mot 1", session.Device{Place: "192.0.2.1"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("after the wait: %v", err)
	}
}

func TestR3_ALinkWorksOnceAndInItsTime(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	if err := w.Accounts.SignUps.SignUp(ctx, signUp(w, "zoe@exemple.fr")); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Accounts.Sessions.SignIn(ctx, "zoe@exemple.fr", bookingtest.Password, session.Device{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("signed in before the address was proved: %v", err)
	}
	late := token(t, w, "zoe@exemple.fr")
	w.SetNow(bookingtest.Start.Add(people.ValidationLifetime))
	if err := w.Accounts.SignUps.Validate(ctx, late); !fault.Is(err, fault.Gone) {
		t.Errorf("expired: %v", err)
	}
	first, second := token(t, w, "zoe@exemple.fr"), token(t, w, "zoe@exemple.fr")
	altered := strings.Map(func(r rune) rune {
		if r == 'a' {
			return 'b'
		}
		return r
	}, first) + "x"
	if err := w.Accounts.SignUps.Validate(ctx, altered); !fault.Is(err, fault.Gone) {
		t.Errorf("altered: %v", err)
	}
	if err := w.Accounts.SignUps.CheckToken(ctx, first, true); !fault.Is(err, fault.Gone) {
		t.Errorf("a validation passed for an invitation: %v", err)
	}
	for range 2 { // reading consumes nothing
		if err := w.Accounts.SignUps.CheckToken(ctx, first, false); err != nil {
			t.Errorf("read: %v", err)
		}
	}
	if err := w.Accounts.SignUps.Validate(ctx, first); err != nil {
		t.Fatal(err)
	}
	for name, used := range map[string]string{"the same": first, "another of the same kind": second} {
		if err := w.Accounts.SignUps.Validate(ctx, used); !fault.Is(err, fault.Gone) {
			t.Errorf("%s, used: %v", name, err)
		}
	}
	if _, err := w.Accounts.Sessions.SignIn(ctx, "ZOE@exemple.fr", bookingtest.Password, session.Device{}); err != nil {
		t.Errorf("after the proof: %v", err)
	}
}

func token(t *testing.T, w *bookingtest.World, email string) string {
	t.Helper()
	person, err := w.Accounts.People.ByEmail(context.Background(), email)
	if err != nil {
		t.Fatal(err)
	}
	token, err := issue(context.Background(), w, "validation", person.ID)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestR5_AKnownAddressGetsTheSameAnswerAndItsOwnerAMail(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	if err := w.Accounts.SignUps.SignUp(ctx, signUp(w, "zoe@exemple.fr")); err != nil {
		t.Fatal(err)
	}
	if err := w.Accounts.SignUps.Validate(ctx, token(t, w, "zoe@exemple.fr")); err != nil {
		t.Fatal(err)
	}
	if err := w.Accounts.SignUps.SignUp(ctx, signUp(w, "zoe@exemple.fr")); err != nil {
		t.Fatal(err)
	}
	if got := jobsFor(t, w); len(got) != 2 || got[1] != "known" {
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

func TestR8_StaffOweASecondFactorAndACodeWorksOnce(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	token, _, err := w.Accounts.SignUps.InviteByHand(ctx, signup.Invitation{Role: "administrator", Email: "claire@exemple.fr", Zone: "Europe/Paris"})
	if err != nil {
		t.Fatal(err)
	}
	in, err := w.Accounts.SignUps.AcceptInvitation(ctx, token, bookingtest.Password, session.Device{})
	if err != nil || in.Complete {
		t.Fatalf("a password alone completed the session: %+v, %v", in, err)
	}
	v, err := w.Accounts.Sessions.Authenticate(ctx, in.Token)
	if err != nil || v.Complete {
		t.Fatalf("viewer %+v, %v", v, err)
	}
	enrolment, err := w.Accounts.Factors.Enrol(ctx, v)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := w.Accounts.Factors.Enrol(ctx, v); err != nil || again.Secret != enrolment.Secret {
		t.Errorf("the secret changed before it was confirmed: %v", err)
	}
	code, err := totp.GenerateCode(enrolment.Secret, bookingtest.Start)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Accounts.Factors.ConfirmSecondFactor(ctx, v, "000000"); !fault.Is(err, fault.Invalid) && code != "000000" {
		t.Errorf("a wrong code: %v", err)
	}
	whole, err := w.Accounts.Factors.ConfirmSecondFactor(ctx, v, code)
	if err != nil || !whole.Complete {
		t.Fatalf("the right code: %+v, %v", whole, err)
	}
	if old, err := w.Accounts.Sessions.Authenticate(ctx, in.Token); err != nil || old != nil {
		t.Errorf("the half session still stands: %+v, %v", old, err)
	}
	again, err := w.Accounts.Sessions.SignIn(ctx, "claire@exemple.fr", bookingtest.Password, session.Device{})
	if err != nil || again.Complete || !again.Enrolled {
		t.Fatalf("signed in again: %+v, %v", again, err)
	}
	half, err := w.Accounts.Sessions.Authenticate(ctx, again.Token)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Accounts.Factors.ConfirmSecondFactor(ctx, half, code); !fault.Is(err, fault.Invalid) {
		t.Errorf("the same code twice: %v", err)
	}
	if _, err := w.Accounts.Factors.Enrol(ctx, half); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a password alone replaced the second factor: %v", err)
	}
}

func TestR3_SessionsEndBySignOutIdlenessAndAge(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	v := w.Beneficiary(t, "Zoé", "Vidal")
	alive := func() bool {
		t.Helper()
		ok, err := w.Accounts.Sessions.SessionAlive(ctx, v.Session)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	if w.SetNow(bookingtest.Start.Add(session.SessionIdle - time.Second)); !alive() {
		t.Error("ended before its idle time")
	}
	if w.SetNow(bookingtest.Start.Add(session.SessionIdle)); alive() {
		t.Error("outlived its idle time")
	}
	w.SetNow(bookingtest.Start)
	if err := w.Accounts.Sessions.SignOut(ctx, v); err != nil || alive() {
		t.Errorf("outlived the sign-out: %v", err)
	}
}

func TestR3_WhatHasEndedIsRemoved(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	v := w.Beneficiary(t, "Zoé", "Vidal")
	person, err := w.Accounts.People.Person(ctx, v.ID)
	if err != nil {
		t.Fatal(err)
	}
	token(t, w, person.Email)
	if _, err := w.Accounts.Sessions.SignIn(ctx, person.Email, "Faux-mot 1", session.Device{Place: "192.0.2.1"}); !fault.Is(err, fault.Invalid) {
		t.Fatal(err)
	}
	left := func() (rows int) {
		t.Helper()
		bookingtest.GoRound(t, w.Accounts.Rounds())
		err := w.DB.Pool.QueryRow(ctx, `select (select count(*) from sessions) + (select count(*) from account_tokens) + (select count(*) from throttles)`).Scan(&rows)
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	before := left()
	if w.SetNow(bookingtest.Start.Add(people.ValidationLifetime)); before < 4 || left() != 0 {
		t.Errorf("%d rows while they count, %d after", before, left())
	}
}

func TestR5_NobodyIsFloodedWithMail(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	if err := w.Accounts.SignUps.SignUp(ctx, signUp(w, "zoe@exemple.fr")); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if err := w.Accounts.SignUps.ResendValidation(ctx, "zoe@exemple.fr", "192.0.2.1"); err != nil {
			t.Fatal(err)
		}
	}
	if got := deliver(t, w); len(got) != mailsOfKindInHour {
		t.Errorf("%d mails in a moment", len(got))
	}
}

func TestR14_TheZoneFollowsTheMobileNumberAtFirst(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	for mobile, want := range map[string]string{"+33612345678": "Europe/Paris", "+262692123456": "Indian/Reunion", "+262639012345": "Indian/Mayotte", "+590690123456": "America/Guadeloupe"} {
		in := signUp(w, "p"+mobile[1:]+"@exemple.fr")
		in.Mobile = mobile
		if err := w.Accounts.SignUps.SignUp(ctx, in); err != nil {
			t.Fatal(err)
		}
		person, err := w.Accounts.People.ByEmail(ctx, in.Email)
		if err != nil || person.Zone.String() != want {
			t.Errorf("%s: got %s, %v, want %s", mobile, person.Zone, err, want)
		}
	}
}

// opened is how many people the figures say have opened an account.
func opened(t *testing.T, w *bookingtest.World) (people int) {
	t.Helper()
	err := w.DB.Pool.QueryRow(t.Context(), `select coalesce(sum(people), 0) from client_figures where kind = 'account'`).Scan(&people)
	if err != nil {
		t.Fatal(err)
	}
	return people
}

// Invented addresses move no figure, and a person counts once, when their address
// is proved.
func TestR10_APersonCountsOnceTheirAddressIsProved(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	for range 5 {
		if err := w.Accounts.SignUps.SignUp(ctx, signUp(w, "zoe@exemple.fr")); err != nil {
			t.Fatal(err)
		}
	}
	if n := opened(t, w); n != 0 {
		t.Errorf("%d people are counted and nobody proved an address", n)
	}
	for range 2 {
		if err := w.Accounts.SignUps.Validate(ctx, token(t, w, "zoe@exemple.fr")); err != nil {
			t.Fatal(err)
		}
		if n := opened(t, w); n != 1 {
			t.Errorf("one person is counted %d times", n)
		}
	}
	if err := w.Accounts.SignUps.SignUp(ctx, signUp(w, "zoe@exemple.fr")); err != nil {
		t.Fatal(err)
	}
	if n := opened(t, w); n != 1 {
		t.Errorf("a known address counts: %d", n)
	}
	// Whatever has to be proved anew, later in the account's life, counts no second time.
	if _, err := w.DB.Pool.Exec(ctx, `update accounts set email_validated_at = null where email = 'zoe@exemple.fr'`); err != nil {
		t.Fatal(err)
	}
	if err := w.Accounts.SignUps.ResendValidation(ctx, "zoe@exemple.fr", "192.0.2.1"); err != nil {
		t.Fatal(err)
	}
	if err := w.Accounts.SignUps.Validate(ctx, token(t, w, "zoe@exemple.fr")); err != nil {
		t.Fatal(err)
	}
	if n := opened(t, w); n != 1 {
		t.Errorf("one account is counted %d times in its life", n)
	}
}

// Who proves their address after the code's last use went to others is told so,
// and neither their account nor their link is used up by it.
func TestR9_TheLastUseGoesToWhoProvesTheirAddressFirst(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	clients, err := w.Companies.Clients(ctx, w.Admin)
	if err != nil {
		t.Fatal(err)
	}
	code, err := w.Companies.IssueCode(ctx, w.Admin, clients[0].ID, company.NewCode{ExpiresAt: bookingtest.Start.AddDate(0, 1, 0), MaxUses: company.MinUses})
	if err != nil {
		t.Fatal(err)
	}
	left := max(0, company.MinUses+bookingtest.NoiseKey().Laplace(noise.Epsilon{Num: 1, Den: 2}, "code", code.ID.String()))
	links := make([]string, left+4)
	for i := range links {
		in := signUp(w, fmt.Sprintf("personne-%d@exemple.fr", i))
		in.Code = code.Display()
		if err := w.Accounts.SignUps.SignUp(ctx, in); err != nil {
			t.Fatal(err)
		}
		links[i] = token(t, w, in.Email)
	}
	answers := make([]error, len(links))
	var all sync.WaitGroup
	for i, link := range links {
		all.Go(func() { answers[i] = w.Accounts.SignUps.Validate(ctx, link) })
	}
	all.Wait()
	won := 0
	for i, err := range answers {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, company.ErrUsedUp):
			t.Errorf("somebody was told %v", err)
		case w.Accounts.SignUps.CheckToken(ctx, links[i], false) != nil:
			t.Error("the link of somebody who was too late is used up")
		}
	}
	if won != left || opened(t, w) != left {
		t.Errorf("%d proved their address and %d are counted, want %d", won, opened(t, w), left)
	}
}

func TestR8_AnApplicationOfCodesIsForStaff(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	if _, err := w.Accounts.Factors.Enrol(t.Context(), w.Beneficiary(t, "Zoé", "Vidal")); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a beneficiary set one up: %v", err)
	}
}
