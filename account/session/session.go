package session

import (
	"context"
	"time"

	"socialdirect/account/limit"
	"socialdirect/account/passwords"
	"socialdirect/account/people"
	"socialdirect/internal/bearer"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// SignedIn is a fresh session.
type SignedIn struct {
	Token    string // the cookie's value
	Mark     string // the known device's cookie, empty when the device is not to be known
	Role     viewer.Role
	Complete bool // false while the second factor is owed
	Enrolled bool // whether the account has a second factor
	NewCodes bool // recovery codes were made, to be shown once
}

var (
	// errCredentials covers an address that is not proved yet: somebody who signs up
	// with another person's address would else learn whether it was known (R5).
	errCredentials  = fault.New(fault.Invalid, "L’adresse e-mail ou le mot de passe n’est pas le bon, ou l’adresse n’est pas encore confirmée. Vérifiez-les, puis essayez de nouveau.")
	errSessionEnded = fault.New(fault.Unauthenticated, "Votre session est fermée. Connectez-vous de nouveau.")
)

// SignIn opens a session for an address and a password, and ends the one that
// the device had. It fails with Invalid, in the same words whether the address
// is known or not, and with Throttled after too many tries for this address or
// from this place; from a device that this account knows, its own tries alone
// count. Throttled as well when too many sign in at once.
func (s *Service) SignIn(ctx context.Context, email, password string, from Device) (SignedIn, error) {
	counts, known, err := s.countsFor(ctx, email, from)
	if err != nil {
		return SignedIn{}, err
	}
	if err := s.limits.RefuseBlocked(ctx, counts...); err != nil {
		return SignedIn{}, err
	}
	found, err := s.checkPassword(ctx, email, password, laneOf(known), counts)
	if err != nil {
		return SignedIn{}, err
	}
	var in SignedIn
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := limit.Forgive(ctx, tx, counts); err != nil {
			return err
		}
		in, err = Open(ctx, tx, found.ID, false, from)
		return err
	})
	return in, err
}

// countsFor is what a try is counted for: the device when the account knows it,
// else the account and the place.
func (s *Service) countsFor(ctx context.Context, email string, from Device) (counts []limit.Throttle, known bool, err error) {
	known, err = s.Knows(ctx, email, from)
	if err != nil || known {
		return []limit.Throttle{s.limits.ByDevice(from.Mark)}, known, err
	}
	return append(s.limits.ByPlace(from.Place), s.limits.ByAccount(email)), false, nil
}

func laneOf(known bool) passwords.Lane {
	if known {
		return passwords.ForKnown
	}
	return passwords.ForSignIn
}

// checkPassword waits for its turn, counts the try, then compares: nobody waits
// in vain for a try that is not counted, and none is made that is not.
func (s *Service) checkPassword(ctx context.Context, email, password string, l passwords.Lane, counts []limit.Throttle) (credentials, error) {
	leave, err := s.passwords.Turn(ctx, l)
	if err != nil {
		return credentials{}, err
	}
	defer leave()
	if err := s.limits.Admit(ctx, counts...); err != nil {
		return credentials{}, err
	}
	found, err := readCredentials(ctx, s.db.Pool, email)
	if err != nil && !postgres.NoRows(err) {
		return credentials{}, err
	}
	if !s.passwords.Matches(password, found.PasswordHash) {
		return credentials{}, errCredentials
	}
	return found, nil
}

// Open makes a session in place of the one that the device had, so that
// nobody can have planted it; a beneficiary's is complete from the start, unless
// they have set an authenticator application up. A complete one makes the device
// known, unless others use it too. It fails with Invalid for an account that is
// suspended or closed: whoever comes this far has given the right password and
// may be told (R5, R7).
func Open(ctx context.Context, tx postgres.Tx, id uuid.UUID, secondFactor bool, from Device) (SignedIn, error) {
	role, enrolled, err := readSecondFactor(ctx, tx, id)
	if err != nil {
		return SignedIn{}, err
	}
	if err := people.CheckState(ctx, tx, id); err != nil {
		return SignedIn{}, err
	}
	if from.Session != "" {
		if err := deleteSession(ctx, tx, bearer.Hash(from.Session)); err != nil {
			return SignedIn{}, err
		}
	}
	in := SignedIn{Role: role, Complete: secondFactor || !role.Staff() && !enrolled, Enrolled: enrolled}
	var hash []byte
	in.Token, hash = bearer.New()
	if err := insertSession(ctx, tx, hash, id, in.Complete, from); err != nil {
		return SignedIn{}, err
	}
	if in.Complete && !from.Shared {
		in.Mark, err = markKnown(ctx, tx, id, from)
	}
	return in, err
}

// Authenticate finds who a session cookie belongs to, nil when nobody: unknown,
// signed out, idle or expired.
func (s *Service) Authenticate(ctx context.Context, token string) (*viewer.Viewer, error) {
	if token == "" || len(token) > MaxToken {
		return nil, nil
	}
	now := s.db.Now()
	row, err := readSession(ctx, s.db.Pool, bearer.Hash(token), now)
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
	return people.SetSeenOn(ctx, s.db.Pool, row.AccountID, today)
}

// SessionAlive reports whether a session still stands; asking does not keep it
// alive.
func (s *Service) SessionAlive(ctx context.Context, session []byte) (bool, error) {
	alive, err := s.SessionsAlive(ctx, [][]byte{session})
	return alive[string(session)], err
}

// SessionsAlive reports which of the sessions still stand. Whoever holds many
// connections asks for all of them in one question, every few seconds.
func (s *Service) SessionsAlive(ctx context.Context, sessions [][]byte) (map[string]bool, error) {
	if len(sessions) == 0 {
		return nil, nil
	}
	return readAlive(ctx, s.db.Pool, sessions, s.db.Now())
}

// UseSessions notes that those sessions that still stand are used: whoever talks in a
// call is there, though nothing is asked of the server.
func (s *Service) UseSessions(ctx context.Context, sessions [][]byte) error {
	return touchAlive(ctx, s.db.Pool, sessions, s.db.Now())
}

// SignOut ends the viewer's session.
func (s *Service) SignOut(ctx context.Context, v *viewer.Viewer) error {
	return deleteSession(ctx, s.db.Pool, v.Session)
}

// Session is one of a person's open sessions, as they see it.
type Session struct {
	ID       uuid.UUID // opens nothing
	Device   string    // in words, empty when unknown
	Shared   bool      // opened on a device that others use too
	OpenedAt time.Time
	SeenAt   time.Time
	Current  bool // the one that asks
}

// OpenSessions lists the viewer's open sessions, the present one first, then those
// seen last.
func (s *Service) OpenSessions(ctx context.Context, v *viewer.Viewer) ([]Session, error) {
	return readSessions(ctx, s.db.Pool, v, s.db.Now())
}

// EndSession ends one of the viewer's own sessions; NotFound when it is none.
func (s *Service) EndSession(ctx context.Context, v *viewer.Viewer, id uuid.UUID) error {
	return endSession(ctx, s.db.Pool, v.ID, id)
}

// EndOtherSessions ends all of the viewer's sessions but the one that asks.
func (s *Service) EndOtherSessions(ctx context.Context, v *viewer.Viewer) error {
	return EndAll(ctx, s.db.Pool, v.ID, v.Session)
}

// How long things last.
const (
	sessionLifetime = 12 * time.Hour   // of a session, at most
	SessionIdle     = 3 * time.Hour    // of a session in which nothing happens
	SharedLifetime  = 2 * time.Hour    // of a session on a device that others use too
	SharedIdle      = 20 * time.Minute // of such a session in which nothing happens

	DeviceLifetime = 365 * 24 * time.Hour
)
