package session

import (
	"context"
	"time"

	"socialdirect/account/limit"
	"socialdirect/account/outbox"
	"socialdirect/account/passwords"
	"socialdirect/account/people"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

var errCurrentPassword = fault.New(fault.Invalid, "Ce n’est pas votre mot de passe actuel. Vérifiez-le, puis essayez de nouveau.")

// ChangePassword replaces the viewer's password and ends their other sessions.
// Invalid when current is not the present one, Throttled after too many tries.
func (s *Service) ChangePassword(ctx context.Context, v *viewer.Viewer, current, password string) error {
	if err := s.checkCurrent(ctx, v, current); err != nil {
		return err
	}
	person, err := s.people.Person(ctx, v.ID)
	if err != nil {
		return err
	}
	hash, err := s.passwords.Choose(ctx, passwords.ForKnown, password, person.Words()...)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := limit.Forget(ctx, tx, s.limits.ByPassword(v.ID)); err != nil {
			return err
		}
		return s.ReplacePassword(ctx, tx, v.ID, hash, v.Session)
	})
}

func (s *Service) checkCurrent(ctx context.Context, v *viewer.Viewer, current string) error {
	leave, err := s.passwords.Turn(ctx, passwords.ForKnown)
	if err != nil {
		return err
	}
	defer leave()
	if err := s.limits.Admit(ctx, s.limits.ByPassword(v.ID)); err != nil {
		return err
	}
	hash, err := readPasswordHash(ctx, s.db.Pool, v.ID)
	if err != nil {
		return err
	}
	if !s.passwords.Matches(current, hash) {
		return errCurrentPassword
	}
	return nil
}

// ReplacePassword sets a password and ends what the old one opened: every session
// but one (which may be nil), the links that set another, a move to another
// address, the known devices. The owner is told.
func (s *Service) ReplacePassword(ctx context.Context, tx postgres.Tx, id uuid.UUID, hash string, but []byte) error {
	if err := people.SetPassword(ctx, tx, id, hash); err != nil {
		return err
	}
	if err := EndAll(ctx, tx, id, but); err != nil {
		return err
	}
	if err := people.EndTokens(ctx, tx, id, people.PurposePassword); err != nil {
		return err
	}
	if err := people.GiveUpEmail(ctx, tx, id); err != nil {
		return err
	}
	if err := forgetDevices(ctx, tx, id); err != nil {
		return err
	}
	return s.outbox.SendOnce(ctx, tx, id, outbox.PasswordChanged)
}

// Reassure fails with Invalid unless the viewer has signed in a moment ago or gives
// their password: what cannot be undone is not asked for from a session that was
// left open. Throttled after too many tries.
func (s *Service) Reassure(ctx context.Context, v *viewer.Viewer, password string) error {
	if Recent(v, s.db.Now()) == nil {
		return nil
	}
	if password == "" {
		return errReassure
	}
	return s.checkCurrent(ctx, v, password)
}

// Reassured reports whether Reassure needs no password of the viewer.
func (s *Service) Reassured(v *viewer.Viewer) bool { return Recent(v, s.db.Now()) == nil }

var errReassure = fault.New(fault.Invalid, "Écrivez votre mot de passe, pour que nous soyons sûrs que c’est bien vous. Si vous n’en avez pas, déconnectez-vous, reconnectez-vous, puis recommencez.")

// Recently is how long after a sign-in the ways into an account may be changed: a
// session that was left open somewhere shall not become an access for good.
const Recently = 15 * time.Minute

var errNotRecent = fault.New(fault.Invalid, "Pour changer cela, nous devons être sûrs que c’est bien vous\u00a0: déconnectez-vous, connectez-vous de nouveau, puis recommencez.")

// Recent fails unless the viewer has signed in a moment ago.
func Recent(v *viewer.Viewer, now time.Time) error {
	if now.Sub(v.Since) > Recently {
		return errNotRecent
	}
	return nil
}
