package session

import (
	"cmp"
	"context"
	"time"

	"socialdirect/account/event"
	"socialdirect/account/limit"
	"socialdirect/account/outbox"
	"socialdirect/account/people"
	"socialdirect/account/smscode"
	"socialdirect/internal/bearer"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// How often a code may be requested. SMS cost money, and nobody may flood a person's phone
// through the platform. A place is an IP address, which many people may share.
const (
	codesByPlace          = 30 // an hour
	codesByNumberAndPlace = 5  // an hour
	codesByNumber         = 20 // a day
	codesByDevice         = 5  // an hour
)

const tooManyCodes = "Trop de codes ont été demandés. Le standard peut aussi vous aider."

// RequestCode sends a code to a mobile number by SMS if the number belongs to somebody
// without an e-mail address. It returns the token that the same browser must send with the
// code. The result does not reveal whether anything was sent (R5). It fails with ErrNoSMS
// without a gateway, and with Throttled after too many requests. A known device has its own
// limit, which requests of others do not use up.
func (s *Service) RequestCode(ctx context.Context, mobile string, from Device) (token string, err error) {
	if !s.people.SMS {
		return "", smscode.ErrNoSMS
	}
	account, err := readTexted(ctx, s.db.Pool, mobile)
	if err != nil {
		return "", err
	}
	quotas, err := s.codesFor(ctx, s.db.Pool, account, mobile, from)
	if err != nil {
		return "", err
	}
	if err := s.limits.Spend(ctx, tooManyCodes, quotas...); err != nil {
		return "", err
	}
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		var hash []byte
		token, hash = bearer.New()
		challenge, err := smscode.Insert(ctx, tx, hash, account, s.codes.ByNumber(mobile))
		if err != nil {
			return err
		}
		return s.outbox.SendText(ctx, tx, outbox.SMS{ChallengeID: challenge, Text: outbox.TextCode})
	})
	return token, err
}

// codesFor returns the quotas of a request for a code.
func (s *Service) codesFor(ctx context.Context, q postgres.Querier, account uuid.UUID, mobile string, from Device) ([]limit.Quota, error) {
	known, err := s.knownTo(ctx, q, account, from)
	if err != nil || known {
		return []limit.Quota{{Kind: "code-device", Value: from.Mark, Most: codesByDevice, Window: time.Hour}}, err
	}
	return append(limit.FromPlace("code-place", "", from.Place, codesByPlace, time.Hour), append(
		limit.FromPlace("code-number-place", mobile, from.Place, codesByNumberAndPlace, time.Hour),
		limit.Quota{Kind: "code-number", Value: mobile, Most: codesByNumber, Window: 24 * time.Hour})...), nil
}

// wrongCodesFor returns the throttle of a typed code: the device's when the account knows
// it, else the number's.
func (s *Service) wrongCodesFor(ctx context.Context, tx postgres.Tx, c smscode.Challenge, from Device) (limit.Throttle, error) {
	known, err := s.knownTo(ctx, tx, c.AccountID, from)
	if known {
		return s.limits.ByDevice(from.Mark), err
	}
	return limit.ByNumber(c.Counted), err
}

// SignInByCode opens a session for the code that was requested with token. It fails with
// Invalid for a wrong code, in the same words whether a code was sent or not, and with Gone
// when the code was used, has expired or was tried smscode.MaxTries times. It fails with
// Throttled after too many wrong codes for the number, over all requests; for a known
// device, only its own count.
func (s *Service) SignInByCode(ctx context.Context, token, code string, from Device) (SignedIn, error) {
	var in SignedIn
	var refused error
	var c smscode.Challenge
	err := s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		c, err = smscode.Lock(ctx, tx, bearer.Hash(token))
		if postgres.NoRows(err) || err == nil && c.Tries >= smscode.MaxTries {
			refused = smscode.ErrGone
			return nil // no error, so that the transaction commits
		}
		if err != nil {
			return err
		}
		counts, err := s.wrongCodesFor(ctx, tx, c, from)
		if err != nil {
			return err
		}
		if err := limit.AdmitIn(ctx, tx, counts); err != nil {
			return err
		}
		if !s.codes.Right(ctx, tx, c, code) {
			refused = smscode.ErrWrong
			return smscode.CountTry(ctx, tx, c.ID)
		}
		if err := limit.Forget(ctx, tx, counts); err != nil {
			return err
		}
		if err := smscode.Use(ctx, tx, c.ID); err != nil {
			return err
		}
		if err := s.people.Prove(ctx, tx, c.AccountID); err != nil {
			return err
		}
		if err := people.EndTokens(ctx, tx, c.AccountID, people.PurposeInvitation); err != nil {
			return err // the link of the invitation is no longer needed
		}
		in, err = Open(ctx, tx, c.AccountID, false, from)
		return err
	})
	if err = cmp.Or(err, refused); err != nil {
		return SignedIn{}, s.watch.Failed(ctx, event.Try{
			Failed: event.SignInFailed, Slowed: event.SignInSlowed, Who: event.Who{ID: c.AccountID, Role: viewer.Beneficiary}, Key: c.Counted,
		}, err)
	}
	return in, nil
}
