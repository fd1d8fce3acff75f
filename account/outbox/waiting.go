package outbox

import (
	"context"

	"socialdirect/account/people"
	"socialdirect/internal/bearer"
	"socialdirect/internal/postgres"
)

// waitingLine is one pending registration as the mail lists it.
type waitingLine struct{ Name, Digits, Token string }

// waitingLetters returns one mail with a link for each pending registration of an address.
// The page behind each link shows whose it is.
func (s *Service) waitingLetters(ctx context.Context, email string) ([]letter, error) {
	people, lines, err := s.waitingLines(ctx, email)
	if err != nil || len(people) == 0 {
		return nil, err
	}
	l := letter{to: people[0].Email, notice: Waiting, Waiting: lines}
	if len(people) == 1 {
		l.notice, l.FirstName, l.Token = validation, people[0].FirstName, lines[0].Token
	}
	return []letter{l}, nil
}

// waitingLines creates their links. It locks the address, so that none of the registrations
// is removed meanwhile.
func (s *Service) waitingLines(ctx context.Context, email string) (known []people.Person, lines []waitingLine, err error) {
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := people.LockAddress(ctx, tx, email); err != nil {
			return err
		}
		if known, err = people.ReadWaiting(ctx, tx, email); err != nil {
			return err
		}
		for _, person := range known {
			token, hash := bearer.New()
			if err := people.InsertToken(ctx, tx, person.ID, people.PurposeValidation, hash); err != nil {
				return err
			}
			lines = append(lines, waitingLine{person.Name(), person.Digits(), token})
		}
		return nil
	})
	return known, lines, err
}
