package account

import (
	"context"

	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// AskEmail begins the move of the viewer's account to another address: the
// present one is told, and the new one gets the link that does it (R6). Where
// the new address is somebody else's, they are told instead, and the caller
// cannot tell (R5). Invalid unless the viewer has signed in a moment ago, Throttled
// after too many.
func (s *Service) AskEmail(ctx context.Context, v *viewer.Viewer, email string) error {
	if err := recent(v, s.db.Now()); err != nil {
		return err
	}
	if err := s.admit(ctx, s.byNewEmail(v.ID)); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := giveUpEmail(ctx, tx, v.ID); err != nil {
			return err
		}
		if err := setPendingEmail(ctx, tx, v.ID, email); err != nil {
			return err
		}
		return s.queue.Add(ctx, tx, noticeArgs{AccountID: v.ID, Notice: noticeMove}, nil)
	})
}

// giveUpEmail ends a move that was asked for, with its links.
func giveUpEmail(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	if err := setPendingEmail(ctx, tx, id, ""); err != nil {
		return err
	}
	return endTokens(ctx, tx, id, purposeEmail)
}

// CheckEmailToken reports, without consuming it, whether a link still moves an
// account: nil or Gone.
func (s *Service) CheckEmailToken(ctx context.Context, token string) error {
	_, err := readToken(ctx, s.db.Pool, hashToken(token), purposeEmail, s.db.Now())
	return err
}

// ChangeEmail consumes a link: the account moves to the address that it was sent
// to, and the one before is told. Gone when the link was used, has expired or was
// altered, when another address was asked for since, or when somebody else has
// taken this one. The sessions of the account end, all but one, which may be nil.
func (s *Service) ChangeEmail(ctx context.Context, token string, but []byte) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		id, err := consumeToken(ctx, tx, hashToken(token), purposeEmail)
		if err != nil {
			return err
		}
		email, err := replaceEmail(ctx, tx, hashToken(token))
		if err != nil {
			return err
		}
		if err := s.vanish(ctx, tx, email, 0); err != nil {
			return err
		}
		if err := endTokens(ctx, tx, id, purposePassword); err != nil {
			return err
		}
		if err := endSessions(ctx, tx, id, but); err != nil {
			return err
		}
		return s.queue.Add(ctx, tx, noticeArgs{AccountID: id, Notice: noticeMoved}, nil)
	})
}

// moveLetters tells the present address that a move was asked for, then sends
// the new one its link, or its owner a word when it has an account.
func (s *Service) moveLetters(ctx context.Context, person Person) ([]letter, error) {
	var letters []letter
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		token, hash := newToken()
		pending, err := insertEmailToken(ctx, tx, person.ID, hash)
		if postgres.NoRows(err) {
			return nil // done, or given up
		}
		if err != nil {
			return err
		}
		second, err := s.secondLetter(ctx, tx, person, pending, token)
		letters = []letter{{to: person.Email, notice: noticeMoveAsked, FirstName: person.FirstName}, second}
		return err
	})
	return letters, err
}

func (s *Service) secondLetter(ctx context.Context, tx postgres.Tx, person Person, pending, token string) (letter, error) {
	owner, err := readHolder(ctx, tx, pending)
	if postgres.NoRows(err) || err == nil && (owner.ID == person.ID || owner.Waiting) {
		return letter{to: pending, notice: noticeMove, FirstName: person.FirstName, Token: token}, nil
	}
	if err != nil {
		return letter{}, err
	}
	return s.takenLetter(ctx, tx, owner.ID)
}

func (s *Service) takenLetter(ctx context.Context, tx postgres.Tx, owner uuid.UUID) (letter, error) {
	person, err := readPerson(ctx, tx, owner)
	return letter{to: person.Email, notice: noticeTaken, FirstName: person.FirstName}, err
}

// movedLetters tells the address that the account had.
func (s *Service) movedLetters(ctx context.Context, person Person) ([]letter, error) {
	replaced, err := readReplaced(ctx, s.db.Pool, person.ID)
	if postgres.NoRows(err) {
		return nil, nil // swept by now
	}
	return []letter{{to: replaced, notice: noticeMoved, FirstName: person.FirstName}}, err
}
