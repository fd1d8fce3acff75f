package people

import (
	"context"
	"time"

	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// State is where an account stands.
type State string

// The states of an account.
const (
	Open        State = "open"
	Unvalidated State = "unvalidated" // its address is not proved yet
	Invited     State = "invited"     // no password was chosen yet
	Suspended   State = "suspended"
	Closed      State = "closed"
	Erased      State = "erased" // nothing of the person is left, and nothing can be decided
)

// Account is what an administrator sees of somebody: nothing of their messages,
// documents, notes, or of what their appointments are about (R30).
type Account struct {
	Person
	State     State
	CreatedAt time.Time
	SeenOn    *time.Time // the day on which it was last in use
	ClientID  uuid.UUID  // of a beneficiary or a client manager
	Accepted  bool       // a password was chosen
}

// Account returns one account, for an administrator; NotFound when there is none.
func (s *Service) Account(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (Account, error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return Account{}, err
	}
	return ReadAccount(ctx, s.DB.Pool, id)
}

// Subject returns the account that a rights request is about, for the
// data-protection officer; NotFound when there is none.
func (s *Service) Subject(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (Account, error) {
	if err := viewer.Require(v, viewer.DPO); err != nil {
		return Account{}, err
	}
	return ReadAccount(ctx, s.DB.Pool, id)
}

// Label says the state as a person would.
func (s State) Label() string { return stateLabels[s] }

var stateLabels = map[State]string{
	Open: "Ouvert", Unvalidated: "Adresse à confirmer", Invited: "Invitation envoyée", Suspended: "Suspendu", Closed: "Fermé",
	Erased: "Supprimé, à la demande de la personne",
}

// LockAccount locks the viewer's account and another one until the transaction ends, and
// returns the other, for an administrator; Forbidden when the viewer is none any more,
// NotFound when there is no such account.
func LockAccount(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, id uuid.UUID) (Account, error) {
	if err := Lock(ctx, tx, v.ID, id); err != nil {
		return Account{}, err
	}
	if err := StillAdministrator(ctx, tx, v); err != nil {
		return Account{}, err
	}
	return ReadAccount(ctx, tx, id)
}
