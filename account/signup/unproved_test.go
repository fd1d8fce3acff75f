package signup_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"socialdirect/account/accounttest"
	"socialdirect/account/decision"
	"socialdirect/account/session"
	"socialdirect/account/signup"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func TestR47_UnprovedAccountsAreRemovedWithAllTheirData(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	w.Accounts.People.SMS = true
	agent := w.Member(t, viewer.Switchboard, "Nadia")
	in := signup.SignUp{
		Email: "canarimail@exemple.fr", FirstName: "Canariprénom", LastName: "Canarinom", Mobile: "+33611223344", Code: w.Code(),
		Password: "Tilleul-canarimot 7", Declaration: "adulte", Acceptance: "accepte", Place: "192.0.2.77",
	}
	must(t, w.Accounts.SignUps.SignUp(ctx, in))
	must(t, w.Accounts.SignUps.ResendValidation(ctx, in.Email, "192.0.2.77"))
	must(t, w.Accounts.PasswordResets.Ask(ctx, in.Email, session.Device{Place: "192.0.2.77"}))
	if _, err := w.Accounts.Sessions.SignIn(ctx, in.Email, in.Password, session.Device{Place: "192.0.2.77"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("signed in: %v", err)
	}
	assisted := signup.Assisted{Code: w.Code(), FirstName: "Canariprénom", LastName: "Canarinom", Mobile: "+33611223355"}
	byText, err := w.Accounts.SignUps.Assist(ctx, agent, assisted)
	must(t, err)
	assisted.Email, assisted.DespiteDoubles = "canarimail.deux@exemple.fr", true
	byMail, err := w.Accounts.SignUps.Assist(ctx, agent, assisted)
	must(t, err)
	mails := accounttest.DeliverMails(t, w) // creates the links
	if len(mails) == 0 {
		t.Fatal("nothing was mailed")
	}
	words := []string{"canari", "611223344", "611223355", "192.0.2.77"}
	if got := accounttest.Found(t, w, words...); len(got) == 0 {
		t.Fatal("the search finds nothing although the account exists")
	}
	w.SetNow(bookingtest.Start.Add(signup.UnprovedLifetime - time.Minute))
	must(t, w.Accounts.Sweep(ctx))
	for _, id := range []uuid.UUID{byText, byMail} {
		if _, err := w.Accounts.People.Person(ctx, id); err != nil {
			t.Errorf("removed too early: %v", err)
		}
	}
	w.SetNow(bookingtest.Start.Add(signup.UnprovedLifetime))
	must(t, w.Accounts.Sweep(ctx))
	if got := accounttest.Found(t, w, words...); len(got) != 0 {
		t.Errorf("still there: %s", strings.Join(got, ", "))
	}
	for _, id := range []uuid.UUID{byText, byMail} {
		if got := accounttest.Found(t, w, id.String()); len(got) == 0 {
			t.Errorf("%s: the journal no longer says that the account was opened", id)
		}
	}
	var keys int
	must(t, w.DB.Pool.QueryRow(ctx, `select count(*) from person_keys k where sealed_key is not null and not exists (select from accounts a where a.id = k.person_id)`).Scan(&keys))
	if keys != 0 {
		t.Errorf("%d keys without an account", keys)
	}
}

func TestR47_ProvedBookedSuspendedAndInvitedAccountsAreKept(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	agent, admin := w.Member(t, viewer.Switchboard, "Nadia"), w.Member(t, viewer.Administrator, "Claire")
	worker := w.SocialWorker(t, "Anne", "Le Goff")
	assist := func(email string) uuid.UUID {
		t.Helper()
		id, err := w.Accounts.SignUps.Assist(ctx, agent, signup.Assisted{Code: w.Code(), FirstName: "Zoé", LastName: "Vidal", Email: email, Mobile: "+33612345678", DespiteDoubles: true})
		must(t, err)
		return id
	}
	proved := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr").ID
	booked, again, forgotten := assist("reserve@exemple.fr"), assist("renvoi@exemple.fr"), assist("oubli@exemple.fr")
	w.Book(t, &viewer.Viewer{ID: booked, Role: viewer.Beneficiary, Zone: worker.Zone, Complete: true}, worker, bookingtest.Start.Add(100*time.Hour), "phone")
	accounttest.Register(t, w, "suspendue@exemple.fr", "Eve", accounttest.IntruderPassword)
	suspended, err := w.Accounts.People.ByEmail(ctx, "suspendue@exemple.fr")
	must(t, err)
	must(t, w.Accounts.Decisions.Decide(ctx, admin, suspended.ID, decision.Decision{Act: decision.Suspend, Reason: "Fausse identité."}))
	staff, _, err := w.Accounts.SignUps.InviteByHand(ctx, signup.Invitation{Role: viewer.DPO, Email: "dpo@exemple.fr", FirstName: "Ana", Zone: "Europe/Paris"})
	must(t, err)
	w.SetNow(bookingtest.Start.Add(6 * 24 * time.Hour))
	must(t, w.Accounts.SignUps.ResendLink(ctx, agent, again))
	w.SetNow(bookingtest.Start.Add(8 * 24 * time.Hour))
	must(t, w.Accounts.Sweep(ctx))
	for name, id := range map[string]uuid.UUID{"proved": proved, "with an hour": booked, "sent another link": again, "suspended": suspended.ID} {
		t.Run(name, func(t *testing.T) {
			if _, err := w.Accounts.People.Person(ctx, id); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	if _, err := w.Accounts.People.ByEmail(ctx, "dpo@exemple.fr"); err != nil || staff == "" {
		t.Errorf("invited staff: %v", err)
	}
	if _, err := w.Accounts.People.Person(ctx, forgotten); !fault.Is(err, fault.NotFound) {
		t.Errorf("one that nothing refers to: %v", err)
	}
}
