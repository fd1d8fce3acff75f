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

// AskEmail begins the move of the viewer's account to another address: the
// present one is told, and the new one gets the link that does it (R6). Where
// the new address is somebody else's, they are told instead, and the caller
// cannot tell (R5), nor whether it got enough mails by now (R47). Invalid unless the
// viewer has signed in a moment ago, and with ErrWorkAddress unless they know that the
// address is their client's own; Throttled after too many.
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

// Moving is whose account a link moves, without consuming it.
type Moving struct {
	people.Person
	ForgetsMobile bool // its number never answered a code: it does not come along
}

// Moving returns whose account a link moves: somebody else may have asked to move to
// one's address. Gone when the link no longer works.
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

// ChangeEmail consumes a link: the account moves to the address that it was sent
// to, and the one before is told. Gone when the link was used, has expired or was
// altered, when another address was asked for since, or when somebody else has
// taken this one. The sessions of the account end, all but one, which may be nil, and
// a mobile number that never answered a code is forgotten: whoever reads mail at the
// new address was not asked whether it is theirs, and would be texted about there.
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
		if s.people.SMS { // else nothing asks for a proof, and nothing is texted
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
