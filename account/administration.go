package account

import (
	"context"
	"slices"

	"socialdirect/account/outbox"
	"socialdirect/account/people"
	"socialdirect/account/signup"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// invitable are the roles that InviteStaff accepts. Workers are invited with their
// profile sheet (booking/worker).
var invitable = []viewer.Role{viewer.Switchboard, viewer.ClientManager, viewer.Administrator, viewer.DPO}

// ErrEmailKnown says that an address has an account already. Only administrators get
// it: they see every account anyway.
var ErrEmailKnown = fault.New(fault.Invalid, "Un compte existe déjà avec cette adresse.")

// InviteStaff opens an account for a member of staff and sends the invitation. The
// viewer must be an administrator. It fails with ErrEmailKnown when the address has
// an account.
func (s *Service) InviteStaff(ctx context.Context, v *viewer.Viewer, in signup.Invitation) (uuid.UUID, error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return uuid.Nil, err
	}
	if err := s.checkInvitation(ctx, in); err != nil {
		return uuid.Nil, err
	}
	var id uuid.UUID
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := people.StillAdministrator(ctx, tx, v); err != nil {
			return err
		}
		var known bool
		var err error
		if id, known, err = s.SignUps.Invite(ctx, tx, in); err != nil {
			return err
		}
		if known {
			return ErrEmailKnown
		}
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "account.invited", SubjectID: id})
	})
	return id, err
}

var errNotInvitable = fault.New(fault.Invalid, "Choisissez un rôle et, pour une personne gestionnaire, son entreprise.")

func (s *Service) checkInvitation(ctx context.Context, in signup.Invitation) error {
	if !slices.Contains(invitable, in.Role) || in.Role.OfClient() != (in.ClientID != uuid.Nil) {
		return errNotInvitable
	}
	if !in.Role.OfClient() {
		return nil
	}
	clients, err := s.companies.Names(ctx)
	if err == nil && clients[in.ClientID] == "" {
		return errNotInvitable
	}
	return err
}

var errNotInvited = fault.New(fault.Conflict, "Cette invitation n’attend plus de réponse.")

// ResendInvitation sends an invited member of staff another link. The viewer must be
// an administrator. It fails with Conflict when the invitation was accepted or
// withdrawn.
func (s *Service) ResendInvitation(ctx context.Context, v *viewer.Viewer, id uuid.UUID) error {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := people.StillAdministrator(ctx, tx, v); err != nil {
			return err
		}
		account, err := people.ReadAccount(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case account.State != people.Invited || !account.Role.Staff():
			return errNotInvited
		}
		if err := s.Limits.SpendInvitation(ctx, tx, account.Email); err != nil {
			return err
		}
		if err := audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "account.invited", SubjectID: id}); err != nil {
			return err
		}
		return s.Outbox.SendOnce(ctx, tx, id, outbox.Invitation)
	})
}
