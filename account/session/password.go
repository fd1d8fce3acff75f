package session

import (
	"context"
	"time"

	"socialdirect/account/event"
	"socialdirect/account/limit"
	"socialdirect/account/outbox"
	"socialdirect/account/passwords"
	"socialdirect/account/people"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
)

var errCurrentPassword = fault.New(fault.Invalid, "Ce n’est pas votre mot de passe actuel. Vérifiez-le, puis essayez de nouveau.")

// ChangePassword replaces the viewer's password and ends their other sessions. It fails
// with Invalid when current is not the present password or the new one is too easy to
// guess, and with Throttled after too many tries.
func (s *Service) ChangePassword(ctx context.Context, v *viewer.Viewer, current, password string) error {
	if err := s.checkCurrent(ctx, v, current); err != nil {
		return err
	}
	person, err := s.people.Person(ctx, v.ID)
	if err != nil {
		return err
	}
	words, err := s.people.Words(ctx, person)
	if err != nil {
		return err
	}
	hash, err := s.passwords.Choose(ctx, passwords.ForKnown, password, words...)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := limit.Forget(ctx, tx, s.limits.ByPassword(v.ID)); err != nil {
			return err
		}
		return s.ReplacePassword(ctx, tx, event.Of(v), hash, v.Session)
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

// ReplacePassword sets a password, ends what depends on the old one, and notifies the
// owner by mail. It ends all sessions except the one with the token hash except (which may
// be nil), the links that set a password, a pending move to another e-mail address, and
// the known devices.
func (s *Service) ReplacePassword(ctx context.Context, tx postgres.Tx, who event.Who, hash string, except []byte) error {
	id := who.ID
	if err := people.SetPassword(ctx, tx, id, hash); err != nil {
		return err
	}
	if err := EndAll(ctx, tx, id, except); err != nil {
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
	if err := event.Note(ctx, tx, event.PasswordSet, who); err != nil {
		return err
	}
	return s.outbox.SendOnce(ctx, tx, id, outbox.PasswordChanged)
}

// Reassure fails with Invalid unless the viewer signed in recently or gives their password.
// It protects acts that cannot be undone from somebody who finds an open session. It fails
// with Throttled after too many tries.
func (s *Service) Reassure(ctx context.Context, v *viewer.Viewer, password string) error {
	if Recent(v, s.db.Now()) == nil {
		return nil
	}
	if password == "" {
		return errReassure
	}
	return s.checkCurrent(ctx, v, password)
}

// Reassured reports whether the viewer signed in recently, so that Reassure needs no
// password.
func (s *Service) Reassured(v *viewer.Viewer) bool { return Recent(v, s.db.Now()) == nil }

var errReassure = fault.New(fault.Invalid, "Écrivez votre mot de passe, pour que nous soyons sûrs que c’est bien vous. Si vous n’en avez pas, déconnectez-vous, reconnectez-vous, puis recommencez.")

// Recently is how long after a sign-in the e-mail address and the passkeys may be changed,
// so that somebody who finds an open session cannot gain permanent access.
const Recently = 15 * time.Minute

var errNotRecent = fault.New(fault.Invalid, "Pour changer cela, nous devons être sûrs que c’est bien vous\u00a0: déconnectez-vous, connectez-vous de nouveau, puis recommencez.")

// Recent fails with Invalid unless the viewer signed in recently.
func Recent(v *viewer.Viewer, now time.Time) error {
	if now.Sub(v.Since) > Recently {
		return errNotRecent
	}
	return nil
}
