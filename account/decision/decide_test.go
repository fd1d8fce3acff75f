package decision_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"socialdirect/account/accounttest"
	"socialdirect/account/decision"
	"socialdirect/account/session"
	"socialdirect/account/signup"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func decide(act decision.Act) decision.Decision {
	d := decision.Decision{Act: act, Reason: "Propos déplacés au téléphone."}
	switch act {
	case decision.ChangeRole:
		d.Role = viewer.DPO
	case decision.Refuse:
		d.Refuse = []string{signup.RefuseEmail, signup.RefuseMobile}
	}
	return d
}

func TestR7_OnlyAdministratorsDecide(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe, admin := w.Beneficiary(t, "Zoé", "Vidal"), w.Member(t, viewer.Administrator, "Claire")
	for _, role := range viewer.Roles {
		v := &viewer.Viewer{ID: uuid.New(), Role: role, Zone: admin.Zone, Complete: true}
		if role == viewer.Administrator {
			v = &viewer.Viewer{ID: admin.ID, Role: role, Zone: admin.Zone} // without the second factor
		}
		for _, act := range decision.Acts {
			wantFault(t, fmt.Sprintf("%s: %s", role, act), w.Accounts.Decisions.Decide(ctx, v, zoe.ID, decide(act)), fault.Forbidden)
		}
		_, _, err := w.Accounts.Lookups.FindAccounts(ctx, v, "vidal", 1)
		wantFault(t, string(role)+": search", err, fault.Forbidden)
		_, err = w.Accounts.People.Account(ctx, v, zoe.ID)
		wantFault(t, string(role)+": account", err, fault.Forbidden)
		_, _, err = w.Accounts.Decisions.About(ctx, v, zoe.ID)
		wantFault(t, string(role)+": decisions", err, fault.Forbidden)
		_, err = w.Accounts.InviteStaff(ctx, v, signup.Invitation{Role: viewer.DPO, Email: "x@exemple.fr"})
		wantFault(t, string(role)+": invite", err, fault.Forbidden)
		wantFault(t, string(role)+": resend an invitation", w.Accounts.ResendInvitation(ctx, v, zoe.ID), fault.Forbidden)
		_, err = w.Accounts.Reports.Reports(ctx, v)
		wantFault(t, string(role)+": reports", err, fault.Forbidden)
		_, err = w.Accounts.Reports.ReportsAbout(ctx, v, zoe.ID)
		wantFault(t, string(role)+": reports about", err, fault.Forbidden)
		wantFault(t, string(role)+": mark", w.Accounts.Reports.MarkReport(ctx, v, uuid.New(), true), fault.Forbidden)
		if role != viewer.DPO {
			_, err = w.Accounts.Journal(ctx, v, audit.Filter{})
			wantFault(t, string(role)+": journal", err, fault.Forbidden)
		}
	}
	wantFault(t, "signed out", w.Accounts.Decisions.Decide(ctx, nil, zoe.ID, decide(decision.Suspend)), fault.Forbidden)
}

func TestR7_ADecisionIsSealedJournaledNotifiedAndUndone(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe, admin := w.Beneficiary(t, "Zoé", "Vidal"), w.Member(t, viewer.Administrator, "Claire")
	for _, pair := range [][2]decision.Act{{decision.Suspend, decision.Resume}, {decision.Close, decision.Reopen}} {
		must(t, w.Accounts.Decisions.Decide(ctx, admin, zoe.ID, decide(pair[0])))
		if _, err := w.Accounts.Sessions.SignIn(ctx, accounttest.Email(t, w, zoe.ID), bookingtest.Password, session.Device{}); !fault.Is(err, fault.Invalid) || strings.HasPrefix(fault.From(err).Message, "L’adresse") {
			t.Errorf("%s: signing in works, or does not name the decision: %v", pair[0], err)
		}
		if _, err := w.Accounts.Sessions.SignIn(ctx, accounttest.Email(t, w, zoe.ID), "Faux-mot 1", session.Device{}); !strings.HasPrefix(fault.From(err).Message, "L’adresse") {
			t.Errorf("%s: a wrong password shows the decision: %v", pair[0], err)
		}
		wantFault(t, "twice", w.Accounts.Decisions.Decide(ctx, admin, zoe.ID, decide(pair[0])), fault.Conflict)
		must(t, w.Accounts.Decisions.Decide(ctx, admin, zoe.ID, decide(pair[1])))
		wantFault(t, "undone twice", w.Accounts.Decisions.Decide(ctx, admin, zoe.ID, decide(pair[1])), fault.Conflict)
		if _, err := w.Accounts.Sessions.SignIn(ctx, accounttest.Email(t, w, zoe.ID), bookingtest.Password, session.Device{}); err != nil {
			t.Errorf("%s did not restore the account: %v", pair[1], err)
		}
	}
	decisions, refused, err := w.Accounts.Decisions.About(ctx, admin, zoe.ID)
	must(t, err)
	if len(decisions) != 4 || refused != nil {
		t.Fatalf("kept %+v", decisions)
	}
	for _, d := range decisions {
		if d.Reason != "Propos déplacés au téléphone." || d.Author != "Claire Morvan" || !d.At.Equal(bookingtest.Start) {
			t.Errorf("kept %+v", d)
		}
	}
	var clear int
	must(t, w.DB.Pool.QueryRow(ctx, `select count(*) from account_decisions where position('Propos' in encode(sealed_reason, 'escape')) > 0`).Scan(&clear))
	if clear != 0 {
		t.Error("the database contains a reason in plain text")
	}
	lines, err := audit.About(ctx, w.DB.Pool, zoe.ID, 10)
	must(t, err)
	var acts []string
	for _, line := range lines {
		if line.ActorID != admin.ID || line.ObjectID == uuid.Nil {
			t.Errorf("journaled %+v", line)
		}
		acts = append(acts, line.Act)
	}
	if got := strings.Join(acts, " "); got != "account.reopened account.closed account.resumed account.suspended" {
		t.Errorf("journaled %s", got)
	}
	if got := strings.Join(accounttest.QueuedMails(t, w)[1:], " "); got != "suspended resumed closed reopened" {
		t.Errorf("notified: %s", got)
	}
}

func TestR7_SuspensionAndRoleChangeEndEverySessionAtOnce(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	admin := w.Member(t, viewer.Administrator, "Claire")
	alive := func(v *viewer.Viewer) bool {
		t.Helper()
		ok, err := w.Accounts.Sessions.SessionAlive(ctx, v.Session)
		must(t, err)
		return ok
	}
	for _, act := range []decision.Act{decision.Suspend, decision.Close, decision.ChangeRole} {
		v := w.Member(t, viewer.Switchboard, "P"+string(act))
		in, err := w.Accounts.Sessions.SignIn(ctx, accounttest.Email(t, w, v.ID), bookingtest.Password, session.Device{})
		must(t, err)
		second := w.SignedIn(t, in.Token)
		if !alive(v) || !alive(second) {
			t.Fatal("no session to end")
		}
		must(t, w.Accounts.Decisions.Decide(ctx, admin, v.ID, decide(act)))
		if alive(v) || alive(second) {
			t.Errorf("a session survives %s", act)
		}
		if again, err := w.Accounts.Sessions.Authenticate(ctx, in.Token); again != nil || err != nil {
			t.Errorf("%s: the cookie still works: %+v, %v", act, again, err)
		}
	}
}

func TestR7_NobodyDecidesAboutTheirOwnAccount(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	admin := w.Member(t, viewer.Administrator, "Claire")
	w.Member(t, viewer.Administrator, "Anne")
	for _, act := range decision.Acts {
		wantFault(t, string(act), w.Accounts.Decisions.Decide(ctx, admin, admin.ID, decide(act)), fault.Forbidden)
	}
}

// The page was opened before the administrator lost the role.
func TestR7_AFormerAdministratorCannotDecide(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe := w.Beneficiary(t, "Zoé", "Vidal")
	admin := w.Member(t, viewer.Administrator, "Claire")
	for _, act := range []decision.Act{decision.Suspend, decision.Close, decision.ChangeRole} {
		former := w.Member(t, viewer.Administrator, "P"+string(act))
		must(t, w.Accounts.Decisions.Decide(ctx, admin, former.ID, decide(act)))
		wantFault(t, "after "+string(act), w.Accounts.Decisions.Decide(ctx, former, zoe.ID, decide(decision.Suspend)), fault.Forbidden)
		_, err := w.Accounts.InviteStaff(ctx, former, signup.Invitation{Role: viewer.DPO, Email: "dpo@exemple.fr", Zone: "Europe/Paris"})
		wantFault(t, "invite after "+string(act), err, fault.Forbidden)
	}
}

func TestR7_TheLastAdministratorStays(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	for round, act := range []decision.Act{decision.ChangeRole, decision.Suspend, decision.Close, decision.ChangeRole, decision.Suspend, decision.Close} {
		a, b := w.Member(t, viewer.Administrator, fmt.Sprintf("Anne%d", round)), w.Member(t, viewer.Administrator, fmt.Sprintf("Bea%d", round))
		errs := make([]error, 2)
		var both sync.WaitGroup
		both.Go(func() { errs[0] = w.Accounts.Decisions.Decide(ctx, a, b.ID, decide(act)) })
		both.Go(func() { errs[1] = w.Accounts.Decisions.Decide(ctx, b, a.ID, decide(act)) })
		both.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", act, err)
			}
		}
		if won != 1 {
			t.Errorf("%s: %d of two decisions were carried out: %v", act, won, errs)
		}
	}
}

func TestR7_ARoleChangesOnlyAmongStaff(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	admin := w.Member(t, viewer.Administrator, "Claire")
	ids := map[viewer.Role]uuid.UUID{
		viewer.Beneficiary: w.Beneficiary(t, "Zoé", "Vidal").ID, viewer.SocialWorker: w.SocialWorker(t, "Nadia", "Le Goff").ID,
		viewer.Switchboard: w.Member(t, viewer.Switchboard, "Sam").ID, viewer.ClientManager: w.Member(t, viewer.ClientManager, "Jeanne").ID,
		viewer.Administrator: w.Member(t, viewer.Administrator, "Anne").ID, viewer.DPO: w.Member(t, viewer.DPO, "Hugo").ID,
	}
	office := map[viewer.Role]bool{viewer.Switchboard: true, viewer.Administrator: true, viewer.DPO: true}
	for from, id := range ids {
		for _, to := range append([]viewer.Role{"", "king"}, viewer.Roles...) {
			err := w.Accounts.Decisions.Decide(ctx, admin, id, decision.Decision{Act: decision.ChangeRole, Role: to, Reason: "Nouvelle équipe."})
			if may := office[from] && office[to] && from != to; may != (err == nil) {
				t.Errorf("%s to %q: %v", from, to, err)
			}
			if err == nil {
				must(t, w.Accounts.Decisions.Decide(ctx, admin, id, decision.Decision{Act: decision.ChangeRole, Role: from, Reason: "Comme avant."}))
			}
		}
	}
}

func TestR7_InvalidDecisionsChangeNothing(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe, admin := w.Beneficiary(t, "Zoé", "Vidal"), w.Member(t, viewer.Administrator, "Claire")
	for name, d := range map[string]decision.Decision{
		"no act": {Reason: "x"}, "an unknown act": {Act: "delete", Reason: "x"}, "no reason": {Act: decision.Suspend}, "blanks": {Act: decision.Suspend, Reason: " \n"},
		"too long": {Act: decision.Suspend, Reason: strings.Repeat("é", decision.MaxReason+1)}, "a role without a role change": {Act: decision.Suspend, Reason: "x", Role: viewer.DPO},
		"nothing refused": {Act: decision.Refuse, Reason: "x"}, "something else refused": {Act: decision.Refuse, Reason: "x", Refuse: []string{"name"}},
	} {
		t.Run(name, func(t *testing.T) {
			wantFault(t, name, w.Accounts.Decisions.Decide(ctx, admin, zoe.ID, d), fault.Invalid)
		})
	}
	for _, act := range []decision.Act{decision.Resume, decision.Reopen, decision.Allow, decision.Withdraw} {
		wantFault(t, string(act), w.Accounts.Decisions.Decide(ctx, admin, zoe.ID, decide(act)), fault.Conflict)
	}
	wantFault(t, "no such account", w.Accounts.Decisions.Decide(ctx, admin, uuid.New(), decide(decision.Suspend)), fault.NotFound)
	if lines, err := audit.About(ctx, w.DB.Pool, zoe.ID, 10); err != nil || len(lines) != 0 {
		t.Errorf("refused decisions are journaled: %v, %v", lines, err)
	}
}

func TestR7_SignUpIsRefusedSilentlyAndAllowedAgain(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe, admin := w.Beneficiary(t, "Zoé", "Vidal"), w.Member(t, viewer.Administrator, "Claire")
	_, err := w.DB.Pool.Exec(ctx, `update accounts set mobile = '+33698765432' where id = $1`, zoe.ID)
	must(t, err)
	must(t, w.Accounts.Decisions.Decide(ctx, admin, zoe.ID, decide(decision.Refuse)))
	_, err = w.DB.Pool.Exec(ctx, `update accounts set email = 'partie@exemple.fr', mobile = null where id = $1`, zoe.ID) // as after an erasure
	must(t, err)
	sameMobile, sameEmail, other := accounttest.NewSignUp(w, "autre@exemple.fr"), accounttest.NewSignUp(w, "BENEFICIAIRE-1@exemple.fr"), accounttest.NewSignUp(w, "tierce@exemple.fr")
	sameMobile.Mobile = "+33698765432"
	for _, in := range []signup.SignUp{sameMobile, sameEmail, other} {
		if err := w.Accounts.SignUps.SignUp(ctx, in); err != nil {
			t.Errorf("%s: the answer differs: %v", in.Email, err)
		}
		_, err := w.Accounts.People.ByEmail(ctx, in.Email)
		if opened := err == nil; opened != (in.Email == other.Email) {
			t.Errorf("%s: opened %t", in.Email, opened)
		}
	}
	wrong := sameMobile
	wrong.Code = "0000-0000-0000-0000"
	wantFault(t, "a wrong code", w.Accounts.SignUps.SignUp(ctx, wrong), fault.Invalid)
	var open int
	must(t, w.DB.Pool.QueryRow(ctx, `select count(*) from refused_sign_ups where position('698765432' in encode(hash, 'escape')) > 0 or length(hash) <> 32`).Scan(&open))
	if open != 0 {
		t.Error("the database contains the refused address or number in plain text")
	}
	must(t, w.Accounts.Decisions.Decide(ctx, admin, zoe.ID, decide(decision.Allow)))
	must(t, w.Accounts.SignUps.SignUp(ctx, sameMobile))
	if _, err := w.Accounts.People.ByEmail(ctx, sameMobile.Email); err != nil {
		t.Errorf("no account was opened once it was allowed again: %v", err)
	}
}

// Signing up again does not undo a suspension.
func TestR7_ASuspendedAccountKeepsItsAddressProvedOrNot(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	admin := w.Member(t, viewer.Administrator, "Claire")
	accounttest.Register(t, w, "zoe@exemple.fr", "Zoé", bookingtest.Password)
	person, err := w.Accounts.People.ByEmail(ctx, "zoe@exemple.fr")
	must(t, err)
	must(t, w.Accounts.Decisions.Decide(ctx, admin, person.ID, decision.Decision{Act: decision.Suspend, Reason: "Fausse identité."}))
	must(t, w.Accounts.SignUps.SignUp(ctx, accounttest.NewSignUp(w, "zoe@exemple.fr")))
	var ids []uuid.UUID
	must(t, w.DB.Pool.QueryRow(ctx, `select array_agg(id) from accounts where email = 'zoe@exemple.fr'`).Scan(&ids))
	if fmt.Sprint(ids) != fmt.Sprint([]uuid.UUID{person.ID}) {
		t.Errorf("accounts with the address: %v", ids)
	}
}
