package account

import (
	"context"
	"time"

	"socialdirect/account/limit"

	"socialdirect/internal/bearer"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

type purpose string

const (
	purposeValidation purpose = "validation"
	purposeInvitation purpose = "invitation"
	purposePassword   purpose = "password"
	purposeEmail      purpose = "email"
)

var tokenPurposes = map[string]purpose{
	noticeInvitation: purposeInvitation, noticeAssisted: purposeInvitation, noticeReset: purposePassword,
}

var lifetimes = map[purpose]time.Duration{
	purposeValidation: ValidationLifetime, purposeInvitation: InvitationLifetime, purposePassword: ResetLifetime, purposeEmail: EmailLifetime,
}

// issueToken makes a link's token; only its hash is kept.
func (s *Service) issueToken(ctx context.Context, id uuid.UUID, p purpose) (string, error) {
	var token string
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		var hash []byte
		token, hash = bearer.New()
		return insertToken(ctx, tx, id, p, hash)
	})
	return token, err
}

// CheckToken reports, without consuming it, whether a link still works: nil or Gone.
func (s *Service) CheckToken(ctx context.Context, token string, invitation bool) error {
	p := purposeValidation
	if invitation {
		p = purposeInvitation
	}
	_, err := readToken(ctx, s.db.Pool, bearer.Hash(token), p, s.db.Now())
	return err
}

// Waiting is whose address a validation link proves, without consuming it; Gone
// when the link no longer works.
func (s *Service) Waiting(ctx context.Context, token string) (Person, error) {
	id, err := readToken(ctx, s.db.Pool, bearer.Hash(token), purposeValidation, s.db.Now())
	if err != nil {
		return Person{}, err
	}
	return readPerson(ctx, s.db.Pool, id)
}

// Validate consumes a validation link: the address is proved (R3), and whoever else
// waited with it waits no more. Gone when the link was used, has expired or was
// altered, or when another account has the address by now.
func (s *Service) Validate(ctx context.Context, token string) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		id, err := consumeToken(ctx, tx, bearer.Hash(token), purposeValidation)
		if err != nil {
			return err
		}
		return s.prove(ctx, tx, id)
	})
}

// ResendValidation sends everybody who waits for the proof of the address another
// link of their own, all in one mail; the caller cannot tell whether anybody does (R5),
// nor whether a mail goes out (R47). Throttled when its place asks for too many.
func (s *Service) ResendValidation(ctx context.Context, email, place string) error {
	if err := s.Limits.SpendAsking(ctx, place); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		owner, err := readHolder(ctx, tx, email)
		if postgres.NoRows(err) || err == nil && !owner.Waiting {
			owner, err = holder{ID: s.idOfNobody(email)}, nil
		}
		if err != nil {
			return err
		}
		return s.mailAsked(ctx, tx, owner.ID, noticeWaiting, limit.MailSignUp)
	})
}

func ignoreNotFound(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}
