package account

import (
	"context"

	"socialdirect/internal/bearer"
	"socialdirect/internal/postgres"
)

// Whoever signs up waits for the proof of their address, beside whoever else signed
// up with it: each with a password, a name, a number and a code of their own. The
// first whose link is used becomes the account; the others vanish. So nobody takes
// another's place, be it by coming first or by coming last (R5).

// maxWaiting bounds how many wait with one address: beyond it the oldest makes room,
// so that nobody shuts an address by signing up with it.
const maxWaiting = 5

// vanish takes away those who wait with an address, but for the latest that are
// kept, keys included.
func (s *Service) vanish(ctx context.Context, tx postgres.Tx, email string, keep int) error {
	gone, err := deleteWaiting(ctx, tx, email, keep)
	if err != nil {
		return err
	}
	for _, id := range gone {
		if err := s.vault.Destroy(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}

// waitingLine is one of those who wait with an address, as the mail names them.
type waitingLine struct{ Name, Digits, Token string }

// waitingLetters is one mail with a link for each of those who wait with an address;
// whoever opens one is told whose it is.
func (s *Service) waitingLetters(ctx context.Context, email string) ([]letter, error) {
	people, lines, err := s.waitingLines(ctx, email)
	if err != nil || len(people) == 0 {
		return nil, err
	}
	l := letter{to: people[0].Email, notice: noticeWaiting, Waiting: lines}
	if len(people) == 1 {
		l.notice, l.FirstName, l.Token = noticeValidation, people[0].FirstName, lines[0].Token
	}
	return []letter{l}, nil
}

// waitingLines makes their links in the turn of the address, so that nobody among them
// vanishes meanwhile.
func (s *Service) waitingLines(ctx context.Context, email string) (people []Person, lines []waitingLine, err error) {
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := lockAddress(ctx, tx, email); err != nil {
			return err
		}
		if people, err = readWaiting(ctx, tx, email); err != nil {
			return err
		}
		for _, person := range people {
			token, hash := bearer.New()
			if err := insertToken(ctx, tx, person.ID, purposeValidation, hash); err != nil {
				return err
			}
			lines = append(lines, waitingLine{person.Name(), person.Digits(), token})
		}
		return nil
	})
	return people, lines, err
}
