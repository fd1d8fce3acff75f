package passwordreset

import (
	"context"

	"socialdirect/account/event"
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

// Ask sends a link that sets another password if the address has an account. Somebody who
// has not chosen a password yet gets their invitation again, and pending registrations get
// their links again. The result reveals neither this (R5) nor whether a mail is sent (R47).
// Earlier links still work, and a known device has its own limit, so that an attacker can
// neither flood the mailbox nor lock the owner out. It fails with Throttled when the place
// requests too many mails.
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

// recovery returns the template of the mail to send.
func recovery(h people.Holder) string {
	switch {
	case !h.HasPassword:
		return outbox.Invitation
	case h.Waiting:
		return outbox.Waiting
	}
	return outbox.PasswordReset
}

// Owner returns whose password a link sets, without consuming it. It fails with Gone when the
// link no longer works.
func (s *Service) Owner(ctx context.Context, token string) (people.Person, error) {
	id, err := people.ReadToken(ctx, s.db.Pool, bearer.Hash(token), people.PurposePassword, s.db.Now())
	if err != nil {
		return people.Person{}, err
	}
	return s.people.Person(ctx, id)
}

// Reset consumes a link and sets the password. It ends all sessions and opens none: the
// person signs in afterwards, with the second factor (R8). The link also proves the address.
// It fails with Gone when the link was used, has expired or was altered.
func (s *Service) Reset(ctx context.Context, token, password string) error {
	owner, err := s.Owner(ctx, token)
	if err != nil {
		return err
	}
	words, err := s.people.Words(ctx, owner)
	if err != nil {
		return err
	}
	hash, err := s.passwords.Choose(ctx, passwords.ForSignIn, password, words...)
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
		// A beneficiary's passkey signs in by itself, and somebody else may have added it, so it is
		// removed. Staff keep theirs, as their second factor.
		if person.Role == viewer.Beneficiary {
			if err := factor.DeletePasskeys(ctx, tx, id); err != nil {
				return err
			}
		}
		return s.sessions.ReplacePassword(ctx, tx, event.Who{ID: id, Role: person.Role}, hash, nil)
	})
}
