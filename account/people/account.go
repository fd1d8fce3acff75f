package people

import (
	"context"
	"time"

	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// State is the state of an account.
type State string

// The states of an account.
const (
	Open        State = "open"
	Unvalidated State = "unvalidated" // the address is not proved yet
	Invited     State = "invited"     // no password is chosen yet
	Suspended   State = "suspended"
	Closed      State = "closed"
	Erased      State = "erased" // the personal data is deleted, and no decision is possible
)

// Account is what an administrator sees of a person. It contains nothing of their messages,
// documents or notes, nor the reasons of their appointments (R30).
type Account struct {
	Person
	State     State
	CreatedAt time.Time
	SeenOn    *time.Time // the day on which it was last used
	ClientID  uuid.UUID  // of a beneficiary or a client manager
	Accepted  bool       // a password was chosen
}

// Account returns one account. The viewer must be an administrator. It fails with NotFound
// for an unknown account.
func (s *Service) Account(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (Account, error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return Account{}, err
	}
	return ReadAccount(ctx, s.DB.Pool, id)
}

// Subject returns the account that a data-protection request is about. The viewer must be a
// data-protection officer. It fails with NotFound for an unknown account.
func (s *Service) Subject(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (Account, error) {
	if err := viewer.Require(v, viewer.DPO); err != nil {
		return Account{}, err
	}
	return ReadAccount(ctx, s.DB.Pool, id)
}

// Label returns the French words for the state.
func (s State) Label() string { return stateLabels[s] }

var stateLabels = map[State]string{
	Open: "Ouvert", Unvalidated: "Adresse à confirmer", Invited: "Invitation envoyée", Suspended: "Suspendu", Closed: "Fermé",
	Erased: "Supprimé, à la demande de la personne",
}

// LockAccount locks the accounts of the viewer and of another person until the transaction
// ends, and returns the other one. It fails with Forbidden when the viewer is no longer an
// administrator, and with NotFound for an unknown account.
func LockAccount(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, id uuid.UUID) (Account, error) {
	if err := Lock(ctx, tx, v.ID, id); err != nil {
		return Account{}, err
	}
	if err := StillAdministrator(ctx, tx, v); err != nil {
		return Account{}, err
	}
	return ReadAccount(ctx, tx, id)
}
