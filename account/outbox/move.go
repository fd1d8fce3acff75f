package outbox

import (
	"context"

	"socialdirect/account/people"
	"socialdirect/internal/bearer"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// moveLetters returns the mail to the new address: the link or, if the address has an
// account, a notification of its owner.
func (s *Service) moveLetters(ctx context.Context, person people.Person) ([]letter, error) {
	var letters []letter
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		token, hash := bearer.New()
		pending, err := people.InsertEmailToken(ctx, tx, person.ID, hash)
		if postgres.NoRows(err) {
			return nil // the move was completed or cancelled
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
		return letter{to: pending, notice: EmailMove, FirstName: person.FirstName, Token: token}, nil
	}
	if err != nil {
		return letter{}, err
	}
	return s.takenLetter(ctx, tx, owner.ID)
}

func (s *Service) takenLetter(ctx context.Context, tx postgres.Tx, owner uuid.UUID) (letter, error) {
	person, err := people.Read(ctx, tx, owner)
	return letter{to: person.Email, notice: emailTaken, FirstName: person.FirstName}, err
}

// movedLetters returns the notification to the account's previous address.
func (s *Service) movedLetters(ctx context.Context, person people.Person) ([]letter, error) {
	replaced, err := people.ReadReplaced(ctx, s.db.Pool, person.ID)
	if postgres.NoRows(err) {
		return nil, nil // the previous address was deleted meanwhile
	}
	return []letter{{to: replaced, notice: EmailMoved, FirstName: person.FirstName}}, err
}
