package signup_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"socialdirect/account/accounttest"
	"socialdirect/account/lookup"
	"socialdirect/account/session"
	"socialdirect/account/signup"
	"socialdirect/account/smscode"
	"socialdirect/booking/bookingtest"
	"socialdirect/company"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
)

func TestR4_TheAgentNeitherChoosesThePasswordNorDeclaresNorAccepts(t *testing.T) {
	t.Parallel()
	w, v := accounttest.Switchboard(t)
	person := accounttest.Assist(t, w, v, accounttest.NewAssisted(w, "anne@exemple.fr", "+262692123456"))
	var password, adult *string
	var accepted int
	err := w.DB.Pool.QueryRow(t.Context(), `
		select password_hash, adult_declared_at::text, (select count(*) from legal_acceptances where account_id = a.id) from accounts a where id = $1`, person.ID).Scan(&password, &adult, &accepted)
	if err != nil || password != nil || adult != nil || accepted != 0 {
		t.Errorf("password %v, adult %v, %d acceptances, %v", password, adult, accepted, err)
	}
	if person.Zone.String() != "Indian/Reunion" || person.Role != viewer.Beneficiary {
		t.Errorf("opened as %+v", person)
	}
	if got := accounttest.QueuedMails(t, w); len(got) != 2 || got[1] != "assisted" {
		t.Errorf("mails to send: %v", got)
	}
	lines, err := audit.About(t.Context(), w.DB.Pool, person.ID, 5)
	if err != nil || len(lines) != 1 || lines[0].Act != "account.assisted" || lines[0].ActorID != v.ID {
		t.Errorf("journal: %+v, %v", lines, err)
	}
	token := accounttest.Link(t, w, "invitation", person.ID)
	if in, err := w.Accounts.SignUps.AcceptInvitation(t.Context(), token, bookingtest.Password, session.Device{}); err != nil || !in.Complete {
		t.Errorf("the link opened %+v, %v", in, err)
	}
	if _, err := w.Accounts.Sessions.SignIn(t.Context(), "anne@exemple.fr", bookingtest.Password, session.Device{Place: "192.0.2.1"}); err != nil {
		t.Errorf("with the person's own password: %v", err)
	}
}

func TestR4_OnlyTheSwitchboardSignsPeopleUp(t *testing.T) {
	t.Parallel()
	w, agent := accounttest.Switchboard(t)
	person := accounttest.Assist(t, w, agent, accounttest.NewAssisted(w, "anne@exemple.fr", "+33612345679"))
	viewers := []*viewer.Viewer{nil}
	for _, role := range viewer.Roles {
		if role != viewer.Switchboard {
			viewers = append(viewers, &viewer.Viewer{ID: agent.ID, Role: role, Complete: true})
		}
	}
	for _, v := range viewers {
		_, assisted := w.Accounts.SignUps.Assist(t.Context(), v, accounttest.NewAssisted(w, "b@exemple.fr", "+33612345670"))
		_, listed := w.Accounts.SignUps.Assistances(t.Context(), v)
		_, _, searched := w.Accounts.Lookups.Search(t.Context(), v, "Le Goff", "")
		_, compared := w.Accounts.Lookups.LikelyDoubles(t.Context(), v, lookup.Probe{Mobile: "+33612345679"})
		for act, err := range map[string]error{
			"sign up": assisted, "list": listed, "search": searched, "resend": w.Accounts.SignUps.ResendLink(t.Context(), v, person.ID), "compare": compared,
		} {
			t.Run(act, func(t *testing.T) {
				administrator := act == "compare" && v != nil && v.Role == viewer.Administrator
				if fault.Is(err, fault.Forbidden) == administrator {
					t.Errorf("%+v, %s: %v", v, act, err)
				}
			})
		}
	}
}

func TestR4_TheConnectionCodeIsCheckedAsAtSignUp(t *testing.T) {
	t.Parallel()
	w, v := accounttest.Switchboard(t)
	in := accounttest.NewAssisted(w, "anne@exemple.fr", "+33612345679")
	in.Code = "0000-0000-0000-0000"
	if _, err := w.Accounts.SignUps.Assist(t.Context(), v, in); !errors.Is(err, company.ErrCode) {
		t.Errorf("an unknown code: %v", err)
	}
	if got := accounttest.QueuedMails(t, w); len(got) != 1 {
		t.Errorf("jobs after a refusal: %v", got)
	}
}

func TestR4_AnAgentResendsTheLinksOfTheirOwnSignUpsUntilTheyAreOpened(t *testing.T) {
	t.Parallel()
	w, v := accounttest.Switchboard(t)
	other := accounttest.NewOperator(t, w, "autre@exemple.fr")
	person := accounttest.Assist(t, w, v, accounttest.NewAssisted(w, "anne@exemple.fr", "+33612345679"))
	w.SetNow(bookingtest.Start.Add(time.Hour))
	if err := w.Accounts.SignUps.ResendLink(t.Context(), other, person.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("of another agent: %v", err)
	}
	if all, err := w.Accounts.SignUps.Assistances(t.Context(), other); err != nil || len(all) != 0 {
		t.Errorf("another agent sees %+v, %v", all, err)
	}
	if err := w.Accounts.SignUps.ResendLink(t.Context(), v, person.ID); err != nil {
		t.Error(err)
	}
	progress := func() signup.Progress {
		all, err := w.Accounts.SignUps.Assistances(t.Context(), v)
		if err != nil || len(all) != 1 || all[0].Name != "Anne-Marie Le Goff" || strings.Contains(all[0].Mobile, "12") {
			t.Fatalf("the agent sees %+v, %v", all, err)
		}
		return all[0].Progress
	}
	if got := progress(); got != signup.LinkSent {
		t.Errorf("progress %s", got)
	}
	token := accounttest.Link(t, w, "invitation", person.ID)
	if _, err := w.Accounts.SignUps.AcceptInvitation(t.Context(), token, bookingtest.Password, session.Device{}); err != nil {
		t.Fatal(err)
	}
	if got := progress(); got != signup.Opened {
		t.Errorf("progress %s", got)
	}
	if err := w.Accounts.SignUps.ResendLink(t.Context(), v, person.ID); !errors.Is(err, signup.ErrFinished) {
		t.Errorf("once the link was opened: %v", err)
	}
	if _, err := w.DB.Pool.Exec(t.Context(), `update accounts set adult_declared_at = now() where id = $1`, person.ID); err != nil {
		t.Fatal(err)
	}
	if got := progress(); got != signup.Finished {
		t.Errorf("progress %s", got)
	}
}

func TestR4_WithoutAGatewayNoAccountIsOpenedForSomebodyWithoutAnAddress(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	v := accounttest.NewOperator(t, w, "standard@exemple.fr")
	if _, err := w.Accounts.SignUps.Assist(t.Context(), v, accounttest.NewAssisted(w, "", "+33612345679")); !errors.Is(err, smscode.ErrNoSMS) {
		t.Errorf("sign up: %v", err)
	}
	if _, err := w.Accounts.Sessions.RequestCode(t.Context(), "+33612345679", session.Device{Place: "192.0.2.1"}); !errors.Is(err, smscode.ErrNoSMS) {
		t.Errorf("sign in: %v", err)
	}
	accounttest.Assist(t, w, v, accounttest.NewAssisted(w, "anne@exemple.fr", "+33612345679"))
}

// Without an e-mail address, the mobile number identifies the account. When several agents
// open it at once, one succeeds.
func TestR5_OneAccountPerMobileAmongPeopleWithoutAnAddress(t *testing.T) {
	t.Parallel()
	w, v := accounttest.Switchboard(t)
	errs := make([]error, 8)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			in := accounttest.NewAssisted(w, "", "+33612345679")
			in.DespiteDoubles = true
			_, errs[i] = w.Accounts.SignUps.Assist(t.Context(), v, in)
		})
	}
	all.Wait()
	opened := 0
	for _, err := range errs {
		if err == nil {
			opened++
		} else if !errors.Is(err, signup.ErrTaken) {
			t.Errorf("got %v", err)
		}
	}
	if opened != 1 {
		t.Errorf("%d accounts were opened", opened)
	}
}

// A refused sign-up reveals as much as a search, so it has the same limit.
func TestR5_SignUpsByTheSwitchboardAreLimitedLikeItsSearches(t *testing.T) {
	t.Parallel()
	w, v := accounttest.Switchboard(t)
	accounttest.Assist(t, w, v, accounttest.NewAssisted(w, "zoe@exemple.fr", "+33612345678"))
	var err error
	for range 1000 {
		if _, err = w.Accounts.SignUps.Assist(t.Context(), v, accounttest.NewAssisted(w, "zoe@exemple.fr", "+33612345678")); fault.Is(err, fault.Throttled) {
			return
		}
	}
	t.Errorf("sign-ups are not limited: %v", err)
}
