package signup

import (
	"context"

	"socialdirect/account/limit"
	"socialdirect/account/outbox"
	"socialdirect/account/people"
	"socialdirect/internal/bearer"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// CheckToken returns nil when a link works, and Gone when it no longer does. It does not
// consume it.
func (s *Service) CheckToken(ctx context.Context, token string, invitation bool) error {
	p := people.PurposeValidation
	if invitation {
		p = people.PurposeInvitation
	}
	_, err := people.ReadToken(ctx, s.db.Pool, bearer.Hash(token), p, s.db.Now())
	return err
}

// Waiting returns whose address a validation link proves, without consuming it. It fails
// with Gone when the link no longer works.
func (s *Service) Waiting(ctx context.Context, token string) (people.Person, error) {
	id, err := people.ReadToken(ctx, s.db.Pool, bearer.Hash(token), people.PurposeValidation, s.db.Now())
	if err != nil {
		return people.Person{}, err
	}
	return people.Read(ctx, s.db.Pool, id)
}

// Validate consumes a validation link: the address is proved (R3), and other pending
// registrations with it are removed. It fails with Gone when the link was used, has expired
// or was altered, or when another account has the address by now.
func (s *Service) Validate(ctx context.Context, token string) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		_, err := validate(ctx, tx, s.People, token)
		return err
	})
}

func validate(ctx context.Context, tx postgres.Tx, persons *people.Service, token string) (uuid.UUID, error) {
	id, err := people.ConsumeToken(ctx, tx, bearer.Hash(token), people.PurposeValidation)
	if err != nil {
		return id, err
	}
	return id, persons.Prove(ctx, tx, id)
}

// ResendValidation sends one mail to the address, with a new link for each pending
// registration. The result does not reveal whether there is one (R5), nor whether a mail is
// sent (R47). It fails with Throttled when the place requests too many.
func (s *Service) ResendValidation(ctx context.Context, email, place string) error {
	if err := s.Limits.SpendAsking(ctx, place); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		owner, err := people.ReadHolder(ctx, tx, email)
		if postgres.NoRows(err) || err == nil && !owner.Waiting {
			owner, err = people.Holder{ID: s.People.IDOfNobody(email)}, nil
		}
		if err != nil {
			return err
		}
		return s.Outbox.SendAsked(ctx, tx, owner.ID, outbox.Waiting, limit.MailSignUp)
	})
}
