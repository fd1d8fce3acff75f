package session

import (
	"bytes"
	"context"
	"time"

	"socialdirect/account/event"
	"socialdirect/account/limit"
	"socialdirect/account/passwords"
	"socialdirect/account/people"
	"socialdirect/internal/bearer"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// SignedIn is a new session.
type SignedIn struct {
	Token    string // the cookie's value
	Mark     string // the value of the known device's cookie; empty when the device does not become known
	Role     viewer.Role
	Complete bool // false until the second factor is given
	Enrolled bool // whether the account has a second factor
	NewCodes bool // recovery codes were created, to be shown once
}

var (
	// errCredentials is also returned for an address that is not proved yet. Otherwise
	// somebody who signs up with another person's address would find out whether it has an
	// account (R5).
	errCredentials  = fault.New(fault.Invalid, "L’adresse e-mail ou le mot de passe n’est pas le bon, ou l’adresse n’est pas encore confirmée. Vérifiez-les, puis essayez de nouveau.")
	errSessionEnded = fault.New(fault.Unauthenticated, "Votre session est fermée. Connectez-vous de nouveau.")
)

// SignIn opens a session for an e-mail address and a password, and ends the one that the
// device had. It fails with Invalid, in the same words whether the address has an account
// or not. It fails with Throttled after too many tries for this address or from this place;
// for a known device, only its own tries count. It also fails with Throttled when too many
// people sign in at once.
func (s *Service) SignIn(ctx context.Context, email, password string, from Device) (SignedIn, error) {
	in, found, err := s.signIn(ctx, email, password, from)
	if err != nil {
		return SignedIn{}, s.watch.Failed(ctx, event.Try{
			Failed: event.SignInFailed, Slowed: event.SignInSlowed, Who: event.Who{ID: found.ID, Role: found.Role}, Key: s.limits.ByAccount(email).Key,
		}, err)
	}
	return in, nil
}

// signIn returns the account of the address too, even if it fails; none when no password was
// compared.
func (s *Service) signIn(ctx context.Context, email, password string, from Device) (in SignedIn, found credentials, err error) {
	counts, known, err := s.countsFor(ctx, email, from)
	if err != nil {
		return in, found, err
	}
	if err := s.limits.RefuseBlocked(ctx, counts...); err != nil {
		return in, found, err
	}
	found, err = s.checkPassword(ctx, email, password, laneOf(known), counts)
	if err != nil {
		return in, found, err
	}
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := limit.Forgive(ctx, tx, counts); err != nil {
			return err
		}
		in, err = Open(ctx, tx, found.ID, false, from)
		return err
	})
	return in, found, err
}

// countsFor returns the throttles of a try: the device's when the account knows it, else
// those of the account and the place.
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

// checkPassword waits for its turn to hash, counts the try, then compares the password.
// In this order, a request that gives up while it waits is not counted, and every
// comparison is. It returns the account even when the password is wrong.
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
		return found, errCredentials
	}
	return found, nil
}

// Open opens a session in place of the one that the device had, which prevents session
// fixation. The session is complete with a second factor, and for beneficiaries, who need
// none. A complete session makes the device known, unless it is shared. It fails with
// Invalid for an account that is suspended or closed, and says so: the caller has checked
// the password (R5, R7).
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
		if in.Mark, err = markKnown(ctx, tx, id, from); err != nil {
			return in, err
		}
	}
	if in.Complete {
		err = event.Note(ctx, tx, event.SignedIn, event.Who{ID: id, Role: role})
	}
	return in, err
}

// Authenticate returns whom a session cookie belongs to, or nil when it is unknown, signed
// out, idle for too long or expired.
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

// EndsIn returns how long a session lasts if it is not used meanwhile, 0 if it has ended or is
// unknown. Asking does not extend it.
func (s *Service) EndsIn(ctx context.Context, token string) (time.Duration, error) {
	if token == "" || len(token) > MaxToken {
		return 0, nil
	}
	now := s.db.Now()
	ends, err := readEnd(ctx, s.db.Pool, bearer.Hash(token), now)
	if postgres.NoRows(err) {
		return 0, nil
	}
	return ends.Sub(now), err
}

// EndedOwner returns whose session a cookie belonged to when the session has ended by itself
// within the last day; uuid.Nil if it is unknown or was ended on purpose. It gives access to
// nothing.
func (s *Service) EndedOwner(ctx context.Context, token string) (uuid.UUID, error) {
	if token == "" || len(token) > MaxToken {
		return uuid.Nil, nil
	}
	owner, err := readOwner(ctx, s.db.Pool, bearer.Hash(token))
	if postgres.NoRows(err) {
		return uuid.Nil, nil
	}
	return owner, err
}

// noteUse saves the day on which an account was last used, in the person's own time zone.
// It writes once a day.
func (s *Service) noteUse(ctx context.Context, row sessionRow, now time.Time) error {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	if !row.Complete || row.SeenOn != nil && !row.SeenOn.Before(today) {
		return nil
	}
	return people.SetSeenOn(ctx, s.db.Pool, row.AccountID, today)
}

// SessionAlive reports whether a session is open. The check does not extend it.
func (s *Service) SessionAlive(ctx context.Context, session []byte) (bool, error) {
	alive, err := s.SessionsAlive(ctx, [][]byte{session})
	return alive[string(session)], err
}

// SessionsAlive reports which of the sessions are open, in one query: the owner of many
// connections checks all of them every few seconds.
func (s *Service) SessionsAlive(ctx context.Context, sessions [][]byte) (map[string]bool, error) {
	if len(sessions) == 0 {
		return nil, nil
	}
	return readAlive(ctx, s.db.Pool, sessions, s.db.Now())
}

// UseSessions marks those of the sessions that are open as used now. A person in a call is
// present, although their browser makes no request.
func (s *Service) UseSessions(ctx context.Context, sessions [][]byte) error {
	return touchAlive(ctx, s.db.Pool, sessions, s.db.Now())
}

// SignOut ends the viewer's session.
func (s *Service) SignOut(ctx context.Context, v *viewer.Viewer) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error { return deleteSession(ctx, tx, v.Session) })
}

// Session is one of a person's open sessions, as they see it.
type Session struct {
	ID       uuid.UUID // not secret: it opens nothing
	Device   string    // browser and system in words; empty when unknown
	Shared   bool      // opened on a shared device
	OpenedAt time.Time
	SeenAt   time.Time
	Current  bool // the session of this request
}

// OpenSessions lists the viewer's open sessions: the present one first, then the most
// recently used.
func (s *Service) OpenSessions(ctx context.Context, v *viewer.Viewer) ([]Session, error) {
	return readSessions(ctx, s.db.Pool, v, s.db.Now())
}

// EndSession ends one of the viewer's sessions. Like EndOtherSessions it asks for a recent
// sign-in or the password, unless it is the present session. It fails with NotFound when it is
// not theirs.
func (s *Service) EndSession(ctx context.Context, v *viewer.Viewer, id uuid.UUID, password string) error {
	hash, err := readSessionHash(ctx, s.db.Pool, v.ID, id)
	if err != nil {
		return err
	}
	if bytes.Equal(hash, v.Session) {
		return s.SignOut(ctx, v)
	}
	if err := s.Reassure(ctx, v, password); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := deleteSession(ctx, tx, hash); err != nil {
			return err
		}
		return event.Note(ctx, tx, event.SessionsEnded, event.Of(v))
	})
}

// EndOtherSessions ends all the viewer's sessions except the present one. It fails like
// Reassure unless the viewer signed in recently or gives their password.
func (s *Service) EndOtherSessions(ctx context.Context, v *viewer.Viewer, password string) error {
	if err := s.Reassure(ctx, v, password); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := EndAll(ctx, tx, v.ID, v.Session); err != nil {
			return err
		}
		return event.Note(ctx, tx, event.SessionsEnded, event.Of(v))
	})
}

// How long sessions last.
const (
	sessionLifetime = 12 * time.Hour   // of any session
	SessionIdle     = 3 * time.Hour    // without use
	SharedLifetime  = 2 * time.Hour    // of a session on a shared device
	SharedIdle      = 20 * time.Minute // without use, on a shared device

	DeviceLifetime = 365 * 24 * time.Hour
)
