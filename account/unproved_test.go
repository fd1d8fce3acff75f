package account_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"socialdirect/account/signup"

	"socialdirect/account"
	"socialdirect/account/people"
	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// held are the places of the database where a word stands, in every table there is.
func held(t *testing.T, w *bookingtest.World, words ...string) (places []string) {
	t.Helper()
	ctx := context.Background()
	rows, err := w.DB.Pool.Query(ctx, `
		select format('%I.%I', table_schema, table_name) from information_schema.tables
		where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') order by 1`)
	check(t, err)
	var tables []string
	for rows.Next() {
		var table string
		check(t, rows.Scan(&table))
		tables = append(tables, table)
	}
	check(t, rows.Err())
	for _, table := range tables {
		for _, word := range words {
			var found int
			check(t, w.DB.Pool.QueryRow(ctx, fmt.Sprintf(`select count(*) from %s x where x::text ilike $1`, table), "%"+word+"%").Scan(&found))
			if found > 0 {
				places = append(places, table+" holds "+word)
			}
		}
	}
	return places
}

func TestR47_WhatNobodyProvesIsRemovedWithEverythingTyped(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	w.Accounts.People.AllowTexts()
	operator := w.Member(t, viewer.Switchboard, "Nadia")
	in := signup.SignUp{
		Email: "canarimail@exemple.fr", FirstName: "Canariprénom", LastName: "Canarinom", Mobile: "+33611223344", Code: w.Code(),
		Password: "Tilleul-canarimot 7", Declaration: "adulte", Acceptance: "accepte", Place: "192.0.2.77",
	}
	check(t, w.Accounts.SignUps.SignUp(ctx, in))
	check(t, w.Accounts.SignUps.ResendValidation(ctx, in.Email, "192.0.2.77"))
	check(t, w.Accounts.ForgotPassword(ctx, in.Email, session.Device{Place: "192.0.2.77"}))
	if _, err := w.Accounts.Sessions.SignIn(ctx, in.Email, in.Password, session.Device{Place: "192.0.2.77"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("signed in: %v", err)
	}
	assisted := signup.Assisted{Code: w.Code(), FirstName: "Canariprénom", LastName: "Canarinom", Mobile: "+33611223355"}
	byText, err := w.Accounts.SignUps.Assist(ctx, operator, assisted)
	check(t, err)
	assisted.Email, assisted.DespiteDoubles = "canarimail.deux@exemple.fr", true
	byMail, err := w.Accounts.SignUps.Assist(ctx, operator, assisted)
	check(t, err)
	mails := deliver(t, w) // links are made
	if len(mails) == 0 {
		t.Fatal("nothing was mailed")
	}
	words := []string{"canari", "611223344", "611223355", "192.0.2.77"}
	if got := held(t, w, words...); len(got) == 0 {
		t.Fatal("nothing is found that is there")
	}
	w.SetNow(bookingtest.Start.Add(signup.UnprovedLifetime - time.Minute))
	check(t, w.Accounts.Sweep(ctx))
	for _, id := range []uuid.UUID{byText, byMail} {
		if _, err := w.Accounts.People.Person(ctx, id); err != nil {
			t.Errorf("removed before its time: %v", err)
		}
	}
	w.SetNow(bookingtest.Start.Add(signup.UnprovedLifetime))
	check(t, w.Accounts.Sweep(ctx))
	if got := held(t, w, words...); len(got) != 0 {
		t.Errorf("still there: %s", strings.Join(got, ", "))
	}
	for _, id := range []uuid.UUID{byText, byMail} {
		if got := held(t, w, id.String()); len(got) == 0 {
			t.Errorf("%s: the journal no longer says that the account was opened", id)
		}
	}
	var keys int
	check(t, w.DB.Pool.QueryRow(ctx, `select count(*) from person_keys k where sealed_key is not null and not exists (select from accounts a where a.id = k.person_id)`).Scan(&keys))
	if keys != 0 {
		t.Errorf("%d keys of nobody", keys)
	}
}

func TestR47_WhoIsThereStays(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	operator, admin := w.Member(t, viewer.Switchboard, "Nadia"), w.Member(t, viewer.Administrator, "Claire")
	worker := w.SocialWorker(t, "Anne", "Le Goff")
	assist := func(email string) uuid.UUID {
		t.Helper()
		id, err := w.Accounts.SignUps.Assist(ctx, operator, signup.Assisted{Code: w.Code(), FirstName: "Zoé", LastName: "Vidal", Email: email, Mobile: "+33612345678", DespiteDoubles: true})
		check(t, err)
		return id
	}
	proved := newMember(t, w, "zoe@exemple.fr").id
	booked, again, forgotten := assist("reserve@exemple.fr"), assist("renvoi@exemple.fr"), assist("oubli@exemple.fr")
	w.Book(t, &viewer.Viewer{ID: booked, Role: viewer.Beneficiary, Zone: worker.Zone, Complete: true}, worker, bookingtest.Start.Add(100*time.Hour), "phone")
	waiting(t, w, "suspendue@exemple.fr", "Eve", malloryPassword)
	suspended, err := w.Accounts.People.ByEmail(ctx, "suspendue@exemple.fr")
	check(t, err)
	check(t, w.Accounts.Decide(ctx, admin, suspended.ID, account.Decision{Act: account.Suspend, Reason: "Fausse identité."}))
	staff, _, err := w.Accounts.SignUps.InviteByHand(ctx, signup.Invitation{Role: viewer.DPO, Email: "dpo@exemple.fr", FirstName: "Ana", Zone: "Europe/Paris"})
	check(t, err)
	w.SetNow(bookingtest.Start.Add(6 * 24 * time.Hour))
	check(t, w.Accounts.SignUps.ResendLink(ctx, operator, again))
	w.SetNow(bookingtest.Start.Add(8 * 24 * time.Hour))
	check(t, w.Accounts.Sweep(ctx))
	for name, id := range map[string]uuid.UUID{"proved": proved, "with an hour": booked, "sent another link": again, "suspended": suspended.ID} {
		if _, err := w.Accounts.People.Person(ctx, id); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.Accounts.People.ByEmail(ctx, "dpo@exemple.fr"); err != nil || staff == "" {
		t.Errorf("invited staff: %v", err)
	}
	if _, err := w.Accounts.People.Person(ctx, forgotten); !fault.Is(err, fault.NotFound) {
		t.Errorf("one that nothing hangs on: %v", err)
	}
}

func TestR47_AnAddressToMoveToIsForgottenWhenNobodyProvesIt(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe := newMember(t, w, "zoe@exemple.fr")
	_, v := zoe.enter(session.Device{})
	check(t, w.Accounts.AskEmail(ctx, v, "canarimail@exemple.fr", false))
	link := moveLink(t, w)
	w.SetNow(bookingtest.Start.Add(people.EmailLifetime - time.Minute))
	check(t, w.Accounts.Sweep(ctx))
	check(t, checkMoving(ctx, w, link))
	w.SetNow(bookingtest.Start.Add(people.EmailLifetime + time.Minute))
	check(t, w.Accounts.Sweep(ctx))
	if got := held(t, w, "canarimail"); len(got) != 0 {
		t.Errorf("still there: %v", got)
	}
}

// moveLink is the link of the mail that moves an account.
func moveLink(t *testing.T, w *bookingtest.World) string {
	t.Helper()
	for _, mail := range deliver(t, w) {
		if mail.Notice == "email_move" {
			return mail.Token
		}
	}
	t.Fatal("no link was mailed")
	return ""
}

// Whoever asks for somebody else's address shall not be texted about what they do with
// the account from then on.
func TestR6_AMoveSaysWhoseAccountItIsAndForgetsANumberThatNeverAnswered(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ gateway, proved, stays bool }{
		"never answered": {true, false, false}, "answered a code": {true, true, true}, "nobody can answer, for want of a gateway": {false, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, ctx := bookingtest.New(t), context.Background()
			if c.gateway {
				w.Accounts.People.AllowTexts()
			}
			mallory := newMember(t, w, "mallory@exemple.fr")
			_, v := mallory.enter(session.Device{})
			if c.proved {
				_, err := w.DB.Pool.Exec(ctx, `update accounts set mobile_validated_at = created_at where id = $1`, mallory.id)
				check(t, err)
			}
			check(t, w.Accounts.AskEmail(ctx, v, "zoe@exemple.fr", false))
			link := moveLink(t, w)
			moving, err := w.Accounts.Moving(ctx, link)
			if err != nil || moving.Name() != "Zoé Vidal" || moving.Digits() != "78" || moving.ForgetsMobile == c.stays {
				t.Errorf("the page says %q, %q, %t: %v", moving.Name(), moving.Digits(), moving.ForgetsMobile, err)
			}
			check(t, w.Accounts.ChangeEmail(ctx, link, nil))
			person, err := w.Accounts.People.Person(ctx, mallory.id)
			if err != nil || person.Email != "zoe@exemple.fr" || (person.Mobile != "") != c.stays {
				t.Errorf("after the move: %q, %q, %v", person.Email, person.Mobile, err)
			}
		})
	}
}
