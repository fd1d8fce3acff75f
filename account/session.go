package account

import (
	"context"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// SignedIn is a fresh session.
type SignedIn struct {
	Token    string // the cookie's value
	Role     viewer.Role
	Complete bool // false while the second factor is owed
	Enrolled bool // whether the account has a second factor
	NewCodes bool // recovery codes were made, to be shown once
}

var errCredentials = fault.New(fault.Invalid, "L’adresse e-mail ou le mot de passe n’est pas le bon. Vérifiez les deux, puis essayez de nouveau.")

var errUnvalidated = fault.New(fault.Invalid, "Votre adresse n’est pas encore confirmée. Ouvrez le lien reçu par e-mail, ou demandez-en un autre.")

// SignIn opens a session for an address and a password. It fails with Invalid,
// in the same words whether the address is known or not, and with Throttled
// after too many failures for this address or from this place (an IP address).
func (s *Service) SignIn(ctx context.Context, email, password, place string) (SignedIn, error) {
	if err := s.admit(ctx, byAccount(email), byPlace(place)); err != nil {
		return SignedIn{}, err
	}
	found, err := readCredentials(ctx, s.db.Pool, email)
	if err != nil && !postgres.NoRows(err) {
		return SignedIn{}, err
	}
	if !s.passwords.matches(password, found.PasswordHash) {
		return SignedIn{}, s.failed(ctx, errCredentials, byAccount(email), byPlace(place))
	}
	if !found.Validated {
		return SignedIn{}, errUnvalidated
	}
	var in SignedIn
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := forgetFailures(ctx, tx, byAccount(email)); err != nil {
			return err
		}
		in, err = openSession(ctx, tx, found.ID, false)
		return err
	})
	return in, err
}

// openSession makes a session; a beneficiary's is complete from the start. It
// fails with Invalid for an account that is suspended or closed: whoever comes
// this far has given the right password and may be told (R5, R7).
func openSession(ctx context.Context, tx postgres.Tx, id uuid.UUID, secondFactor bool) (SignedIn, error) {
	role, enrolled, err := readSecondFactor(ctx, tx, id)
	if err != nil {
		return SignedIn{}, err
	}
	if err := checkState(ctx, tx, id); err != nil {
		return SignedIn{}, err
	}
	in := SignedIn{Role: role, Complete: secondFactor || !role.Staff(), Enrolled: enrolled}
	var hash []byte
	in.Token, hash = newToken()
	return in, insertSession(ctx, tx, hash, id, in.Complete)
}

// Authenticate finds who a session cookie belongs to, nil when nobody: unknown,
// signed out, idle or expired.
func (s *Service) Authenticate(ctx context.Context, token string) (*viewer.Viewer, error) {
	if token == "" || len(token) > 100 {
		return nil, nil
	}
	now := s.db.Now()
	row, err := readSession(ctx, s.db.Pool, hashToken(token), now)
	if postgres.NoRows(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if now.Sub(row.SeenAt) > time.Minute {
		if err := touchSession(ctx, s.db.Pool, row.IDHash, now); err != nil {
			return nil, err
		}
	}
	v := row.viewer()
	return v, s.noteUse(ctx, row, now.In(v.Zone))
}

// noteUse keeps the day, once a day and by the person's own clock, on which an
// account was last in use.
func (s *Service) noteUse(ctx context.Context, row sessionRow, now time.Time) error {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	if !row.Complete || row.SeenOn != nil && !row.SeenOn.Before(today) {
		return nil
	}
	return updateSeenOn(ctx, s.db.Pool, row.AccountID, today)
}

// SessionAlive reports whether a session still stands: sockets ask from time to
// time, and asking does not keep it alive.
func (s *Service) SessionAlive(ctx context.Context, session []byte) (bool, error) {
	_, err := readSession(ctx, s.db.Pool, session, s.db.Now())
	if postgres.NoRows(err) {
		return false, nil
	}
	return err == nil, err
}

// SignOut ends the viewer's session.
func (s *Service) SignOut(ctx context.Context, v *viewer.Viewer) error {
	return deleteSession(ctx, s.db.Pool, v.Session)
}
