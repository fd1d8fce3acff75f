package account

import (
	"context"

	"socialdirect/account/limit"
	"socialdirect/account/people"
	"socialdirect/internal/bearer"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// AskEmail begins the move of the viewer's account to another address: the
// present one is told, and the new one gets the link that does it (R6). Where
// the new address is somebody else's, they are told instead, and the caller
// cannot tell (R5), nor whether it got enough mails by now (R47). Invalid unless the
// viewer has signed in a moment ago, and with ErrWorkAddress unless they know that the
// address is their client's own; Throttled after too many.
func (s *Service) AskEmail(ctx context.Context, v *viewer.Viewer, email string, confirmed bool) error {
	if err := recent(v, s.db.Now()); err != nil {
		return err
	}
	if !confirmed {
		if err := s.People.AdviseMember(ctx, v, email); err != nil {
			return err
		}
	}
	if err := s.Limits.Admit(ctx, s.Limits.ByNewEmail(v.ID)); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := people.GiveUpEmail(ctx, tx, v.ID); err != nil {
			return err
		}
		if err := people.SetPendingEmail(ctx, tx, v.ID, email); err != nil {
			return err
		}
		if err := s.mail(ctx, tx, v.ID, noticeMoveAsked); err != nil {
			return err
		}
		return s.mailAsked(ctx, tx, v.ID, noticeMove, limit.MailMove)
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
	return Moving{Person: person, ForgetsMobile: s.People.Texts() && person.Mobile != "" && !proved}, err
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
		if err := s.People.Vanish(ctx, tx, email, 0); err != nil {
			return err
		}
		if s.People.Texts() { // else nothing asks for a proof, and nothing is texted
			if err := people.ForgetUnprovedMobile(ctx, tx, id); err != nil {
				return err
			}
		}
		if err := people.EndTokens(ctx, tx, id, people.PurposePassword); err != nil {
			return err
		}
		if err := endSessions(ctx, tx, id, but); err != nil {
			return err
		}
		return s.mail(ctx, tx, id, noticeMoved)
	})
}

// moveLetters sends the new address its link, or its owner a word when it has an
// account.
func (s *Service) moveLetters(ctx context.Context, person people.Person) ([]letter, error) {
	var letters []letter
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		token, hash := bearer.New()
		pending, err := people.InsertEmailToken(ctx, tx, person.ID, hash)
		if postgres.NoRows(err) {
			return nil // done, or given up
		}
		if err != nil {
			return err
		}
		l, err := s.moveLetter(ctx, tx, person, pending, token)
		letters = []letter{l}
		return err
	})
	return letters, err
}

func (s *Service) moveLetter(ctx context.Context, tx postgres.Tx, person people.Person, pending, token string) (letter, error) {
	owner, err := people.ReadHolder(ctx, tx, pending)
	if postgres.NoRows(err) || err == nil && (owner.ID == person.ID || owner.Waiting) {
		return letter{to: pending, notice: noticeMove, FirstName: person.FirstName, Token: token}, nil
	}
	if err != nil {
		return letter{}, err
	}
	return s.takenLetter(ctx, tx, owner.ID)
}

func (s *Service) takenLetter(ctx context.Context, tx postgres.Tx, owner uuid.UUID) (letter, error) {
	person, err := people.Read(ctx, tx, owner)
	return letter{to: person.Email, notice: noticeTaken, FirstName: person.FirstName}, err
}

// movedLetters tells the address that the account had.
func (s *Service) movedLetters(ctx context.Context, person people.Person) ([]letter, error) {
	replaced, err := people.ReadReplaced(ctx, s.db.Pool, person.ID)
	if postgres.NoRows(err) {
		return nil, nil // swept by now
	}
	return []letter{{to: replaced, notice: noticeMoved, FirstName: person.FirstName}}, err
}
