package passwordreset

import (
	"context"

	"socialdirect/account/factor"
	"socialdirect/account/limit"
	"socialdirect/account/outbox"
	"socialdirect/account/passwords"
	"socialdirect/account/people"
	"socialdirect/account/session"
	"socialdirect/internal/bearer"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
)

// Ask sends a link that sets another password, when the address is
// known; somebody who has not chosen a password yet is invited again, and those who
// wait for the proof of the address get their links again. The caller
// cannot tell (R5), nor whether a mail goes out (R47): the links that went out still
// work, and a device that the account knows has mails of its own to ask for, so that
// nobody is flooded and nobody locked out. Throttled when its place asks for too many.
func (s *Service) Ask(ctx context.Context, email string, from session.Device) error {
	if err := s.limits.SpendAsking(ctx, from.Place); err != nil {
		return err
	}
	known, err := s.sessions.Knows(ctx, email, from)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		owner, err := people.ReadHolder(ctx, tx, email)
		if err != nil && !postgres.NoRows(err) {
			return err
		}
		if err != nil {
			owner = people.Holder{ID: s.people.IDOfNobody(email), HasPassword: true}
		}
		return s.outbox.Queue(ctx, tx, outbox.Mail{AccountID: owner.ID, Template: recovery(owner), Asked: limit.MailRecovery, Known: known})
	})
}

// recovery is the notice that gets somebody back in.
func recovery(h people.Holder) string {
	switch {
	case !h.HasPassword:
		return outbox.Invitation
	case h.Waiting:
		return outbox.Waiting
	}
	return outbox.PasswordReset
}

// Owner reports, without consuming it, whose password a link sets; Gone
// when it no longer works.
func (s *Service) Owner(ctx context.Context, token string) (people.Person, error) {
	id, err := people.ReadToken(ctx, s.db.Pool, bearer.Hash(token), people.PurposePassword, s.db.Now())
	if err != nil {
		return people.Person{}, err
	}
	return s.people.Person(ctx, id)
}

// Reset consumes a link and sets the password. It opens no session, and
// ends all there are: who recovers an account signs in like anybody, second
// factor included (R8). The link has proved the address. Gone when the link was
// used, has expired or was altered.
func (s *Service) Reset(ctx context.Context, token, password string) error {
	owner, err := s.Owner(ctx, token)
	if err != nil {
		return err
	}
	hash, err := s.passwords.Choose(ctx, passwords.ForSignIn, password, owner.Words()...)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		id, err := people.ConsumeToken(ctx, tx, bearer.Hash(token), people.PurposePassword)
		if err != nil {
			return err
		}
		if err := s.people.Prove(ctx, tx, id); err != nil {
			return err
		}
		person, err := people.Read(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := limit.Forget(ctx, tx, s.limits.ByAccount(person.Email)); err != nil {
			return err
		}
		if err := s.limits.GiveMailsBack(ctx, tx, person.Email); err != nil {
			return err
		}
		// A beneficiary's passkey is a way in of its own: one that somebody else
		// added goes with the password. Staff keep theirs, as their second factor.
		if person.Role == viewer.Beneficiary {
			if err := factor.DeletePasskeys(ctx, tx, id); err != nil {
				return err
			}
		}
		return s.sessions.ReplacePassword(ctx, tx, id, hash, nil)
	})
}
