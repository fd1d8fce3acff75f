package account

import (
	"context"
	"errors"
	"time"

	"socialdirect/account/age"
	"socialdirect/account/decision"
	"socialdirect/account/factor"
	"socialdirect/account/lookup"
	"socialdirect/account/people"
	"socialdirect/account/session"
	"socialdirect/account/signup"
	"socialdirect/account/smscode"
	"socialdirect/company/apikey"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/legal"

	"github.com/google/uuid"
)

// Identity is what may be kept of somebody after an erasure, sealed and for its
// time (R35): who they were, and the proof of what they accepted and declared.
type Identity struct {
	FirstName       string
	LastName        string
	Role            viewer.Role
	CreatedAt       time.Time
	AdultDeclaredAt *time.Time
	Accepted        []legal.Acceptance
}

// Erasing is what an erasure took out of an account.
type Erasing struct {
	Identity Identity
	Email    string // to tell the person; empty for somebody without an address
}

// Erase closes an account for good and takes out of it all that says whose it was:
// names, address, mobile, client, ways in, links and sessions. It returns what the
// caller may keep elsewhere, sealed. The person's key is the caller's to destroy,
// once every domain has erased its part.
//
// It is an act of the data-protection officer, about somebody else. It fails with
// NotFound for no account, and with Conflict for one that is erased already and for
// the last administrator.
func (s *Service) Erase(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, id uuid.UUID) (Erasing, error) {
	if err := s.mayErase(ctx, tx, v, id); err != nil {
		return Erasing{}, err
	}
	whose, err := people.LockErasable(ctx, tx, id)
	if err != nil {
		return Erasing{}, err
	}
	if whose.Role == viewer.Administrator {
		if err := people.AnotherAdministrator(ctx, tx, id); err != nil {
			return Erasing{}, err
		}
	}
	accepted, err := legal.TakeAcceptances(ctx, tx, id)
	if err != nil {
		return Erasing{}, err
	}
	taken := Erasing{Email: whose.Email, Identity: Identity{
		FirstName: whose.FirstName, LastName: whose.LastName, Role: whose.Role, CreatedAt: whose.CreatedAt, AdultDeclaredAt: whose.AdultDeclaredAt, Accepted: accepted,
	}}
	return taken, errors.Join(apikey.RevokeMadeBy(ctx, tx, v, id), eraseRooms(ctx, tx, id))
}

// eraseRooms has each package take what it holds of a person out of its tables. What is
// sealed with the person's key (decisions, reports) stays unread with it.
func eraseRooms(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	for _, erase := range []func(context.Context, postgres.Tx, uuid.UUID) error{session.Erase, factor.Erase, smscode.Erase, age.Erase, lookup.Erase, signup.EraseSignUp, people.Erase} {
		if err := erase(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}

// mayErase fails unless the viewer's account, as it is in the transaction, may
// erase that one. Both are held.
func (s *Service) mayErase(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, id uuid.UUID) error {
	if err := viewer.Require(v, viewer.DPO); err != nil {
		return err
	}
	if v.ID == id {
		return decision.ErrOwnAccount
	}
	if err := people.Lock(ctx, tx, v.ID, id); err != nil {
		return err
	}
	officer, err := people.Read(ctx, tx, v.ID)
	if fault.Is(err, fault.NotFound) || err == nil && (officer.Role != viewer.DPO || !officer.Active) {
		return viewer.Denied(viewer.DPO)
	}
	return err
}
