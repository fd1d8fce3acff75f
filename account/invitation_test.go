package account_test

import (
	"context"
	"fmt"
	"testing"

	"socialdirect/account"
	"socialdirect/account/accounttest"
	"socialdirect/account/decision"
	"socialdirect/account/session"
	"socialdirect/account/signup"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func TestR8_InvitationsAreSentAgainAndWithdrawn(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	admin := w.Member(t, viewer.Administrator, "Claire")
	client, err := w.Companies.BySlug(ctx, "exemple")
	must(t, err)
	for i, role := range viewer.Roles {
		for _, of := range []uuid.UUID{uuid.Nil, client.ID, uuid.New()} {
			in := signup.Invitation{Role: role, Email: fmt.Sprintf("p%d-%s@exemple.fr", i, of), FirstName: "Paul", LastName: "Le Bris", Zone: "Europe/Paris", ClientID: of}
			_, err := w.Accounts.InviteStaff(ctx, admin, in)
			may := (role == viewer.Switchboard || role == viewer.Administrator || role == viewer.DPO) && of == uuid.Nil || role == viewer.ClientManager && of == client.ID
			if may != (err == nil) {
				t.Errorf("%s of %s: %v", role, of, err)
			}
		}
	}
	in := signup.Invitation{Role: viewer.Switchboard, Email: "sam@exemple.fr", FirstName: "Sam", LastName: "Le Bris", Zone: "Europe/Paris"}
	id, err := w.Accounts.InviteStaff(ctx, admin, in)
	must(t, err)
	if _, err := w.Accounts.InviteStaff(ctx, admin, in); err == nil || fault.From(err).Message != account.ErrEmailKnown.Message {
		t.Errorf("a known address: %v", err)
	}
	must(t, w.Accounts.ResendInvitation(ctx, admin, id))
	link := accounttest.Link(t, w, "invitation", id)
	must(t, w.Accounts.Decisions.Decide(ctx, admin, id, decision.Decision{Act: decision.Withdraw, Reason: "Propos déplacés au téléphone."}))
	wantFault(t, "the old link's page", w.Accounts.SignUps.CheckToken(ctx, link, true), fault.Gone)
	_, err = w.Accounts.SignUps.AcceptInvitation(ctx, link, bookingtest.Password, session.Device{})
	wantFault(t, "the old link", err, fault.Gone)
	wantFault(t, "send again what is withdrawn", w.Accounts.ResendInvitation(ctx, admin, id), fault.Conflict)
	sentLate := accounttest.Link(t, w, "invitation", id) // by a mail that was already on its way
	_, err = w.Accounts.SignUps.AcceptInvitation(ctx, sentLate, bookingtest.Password, session.Device{})
	wantFault(t, "a link sent late", err, fault.Invalid)
	must(t, w.Accounts.Decisions.Decide(ctx, admin, id, decision.Decision{Act: decision.Reopen, Reason: "Propos déplacés au téléphone."}))
	must(t, w.Accounts.ResendInvitation(ctx, admin, id))
	w.Accept(t, sentLate)
	wantFault(t, "send again what was accepted", w.Accounts.ResendInvitation(ctx, admin, id), fault.Conflict)
	wantFault(t, "withdraw what was accepted", w.Accounts.Decisions.Decide(ctx, admin, id, decision.Decision{Act: decision.Withdraw, Reason: "Propos déplacés au téléphone."}), fault.Conflict)
	wantFault(t, "to a beneficiary", w.Accounts.ResendInvitation(ctx, admin, w.Beneficiary(t, "Zoé", "Vidal").ID), fault.Conflict)
	wantFault(t, "to nobody", w.Accounts.ResendInvitation(ctx, admin, uuid.New()), fault.NotFound)
}
