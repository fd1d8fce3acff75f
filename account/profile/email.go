package profile

import (
	"context"

	"socialdirect/account/limit"
	"socialdirect/account/outbox"
	"socialdirect/account/people"
	"socialdirect/account/session"
	"socialdirect/internal/bearer"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
)

// AskEmail requests the move of the viewer's account to another address: the present
// address is notified, and the new one gets the link that completes the move (R6). If
// the new address belongs to another account, its owner is notified instead. The answer
// is the same, so the viewer cannot find out who has an account (R5), nor whether the
// address has reached its limit of mails (R47).
//
// It fails with Invalid unless the viewer signed in recently, with ErrWorkAddress for
// an address at their client's own domain unless confirmed is set, and with Throttled
// after too many requests.
func (s *Service) AskEmail(ctx context.Context, v *viewer.Viewer, email string, confirmed bool) error {
	if err := session.Recent(v, s.db.Now()); err != nil {
		return err
	}
	if !confirmed {
		if err := s.people.AdviseMember(ctx, v, email); err != nil {
			return err
		}
	}
	if err := s.limits.Admit(ctx, s.limits.ByNewEmail(v.ID)); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := people.GiveUpEmail(ctx, tx, v.ID); err != nil {
			return err
		}
		if err := people.SetPendingEmail(ctx, tx, v.ID, email); err != nil {
			return err
		}
		if err := s.outbox.Send(ctx, tx, v.ID, outbox.EmailAsked); err != nil {
			return err
		}
		return s.outbox.SendAsked(ctx, tx, v.ID, outbox.EmailMove, limit.MailMove)
	})
}

// Moving is the account that a link would move.
type Moving struct {
	people.Person
	ForgetsMobile bool // the mobile number was never proved: the move removes it
}

// Moving returns the account that a link would move, without consuming the link. The
// page shows it, as somebody else may have entered the reader's address. It fails with
// Gone when the link no longer works.
func (s *Service) Moving(ctx context.Context, token string) (Moving, error) {
	id, err := people.ReadToken(ctx, s.db.Pool, bearer.Hash(token), people.PurposeEmail, s.db.Now())
	if err != nil {
		return Moving{}, err
	}
	person, err := people.Read(ctx, s.db.Pool, id)
	if err != nil {
		return Moving{}, err
	}
	proved, err := people.ReadMobileProved(ctx, s.db.Pool, id)
	return Moving{Person: person, ForgetsMobile: s.people.SMS && person.Mobile != "" && !proved}, err
}

// ChangeEmail consumes a link: the account moves to the address that the link was sent
// to, and the previous address is notified. All sessions of the account end except
// the session with the token hash but, which may be nil. A mobile number that was never
// proved is removed: the person who reads mail at the new address did not confirm it,
// and SMS about their appointments would go there.
//
// It fails with Gone when the link was used, has expired or was altered, when another
// address was entered since, or when the address has an account by now.
func (s *Service) ChangeEmail(ctx context.Context, token string, but []byte) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		id, err := people.ConsumeToken(ctx, tx, bearer.Hash(token), people.PurposeEmail)
		if err != nil {
			return err
		}
		email, err := people.ReplaceEmail(ctx, tx, bearer.Hash(token))
		if err != nil {
			return err
		}
		if err := s.people.Vanish(ctx, tx, email, 0); err != nil {
			return err
		}
		if s.people.SMS { // without a gateway, no number can be proved and no SMS is sent
			if err := people.ForgetUnprovedMobile(ctx, tx, id); err != nil {
				return err
			}
		}
		if err := people.EndTokens(ctx, tx, id, people.PurposePassword); err != nil {
			return err
		}
		if err := session.EndAll(ctx, tx, id, but); err != nil {
			return err
		}
		return s.outbox.Send(ctx, tx, id, outbox.EmailMoved)
	})
}
