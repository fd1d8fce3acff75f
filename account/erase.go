package account

import (
	"context"
	"errors"
	"time"

	"socialdirect/account/age"
	"socialdirect/account/decision"
	"socialdirect/account/factor"
	"socialdirect/account/interrupted"
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

// Identity is what may be kept of a person after an erasure, sealed and until a
// deadline (R35): who they were, and the proof of what they accepted and declared.
type Identity struct {
	FirstName       string
	LastName        string
	Role            viewer.Role
	CreatedAt       time.Time
	AdultDeclaredAt *time.Time
	Accepted        []legal.Acceptance
}

// Erasing is what an erasure removed from an account.
type Erasing struct {
	Identity Identity
	Email    string // to notify the person; empty for somebody without an address
}

// Erase closes an account permanently and removes everything that identifies the
// person: names, address, mobile, client, credentials, links and sessions. It returns
// what the caller may keep, sealed, elsewhere. The caller destroys the person's key
// once every domain has erased its part.
//
// The viewer must be a data-protection officer, and the account another person's. It
// fails with NotFound for an unknown account, and with Conflict for an erased one and
// for the last administrator.
func (s *Service) Erase(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, id uuid.UUID) (Erasing, error) {
	if err := s.mayErase(ctx, tx, v, id); err != nil {
		return Erasing{}, err
	}
	erasable, err := people.LockErasable(ctx, tx, id)
	if err != nil {
		return Erasing{}, err
	}
	if erasable.Role == viewer.Administrator {
		if err := people.AnotherAdministrator(ctx, tx, id); err != nil {
			return Erasing{}, err
		}
	}
	accepted, err := legal.TakeAcceptances(ctx, tx, id)
	if err != nil {
		return Erasing{}, err
	}
	erasing := Erasing{Email: erasable.Email, Identity: Identity{
		FirstName: erasable.FirstName, LastName: erasable.LastName, Role: erasable.Role, CreatedAt: erasable.CreatedAt, AdultDeclaredAt: erasable.AdultDeclaredAt, Accepted: accepted,
	}}
	return erasing, errors.Join(apikey.RevokeMadeBy(ctx, tx, v, id), erasePackages(ctx, tx, id))
}

// erasePackages has each package delete a person's data from its tables. Decisions and
// reports stay: see ArchiveEvidence.
func erasePackages(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	for _, erase := range []func(context.Context, postgres.Tx, uuid.UUID) error{session.Erase, interrupted.Erase, factor.Erase, smscode.Erase, age.Erase, lookup.Erase, signup.EraseSignUp, people.Erase} {
		if err := erase(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}

// mayErase locks the accounts of the viewer and of the person, and fails unless the
// viewer is still an active officer and the account is another person's.
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
