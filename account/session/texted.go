package session

import (
	"context"
	"time"

	"socialdirect/account/limit"
	"socialdirect/account/outbox"
	"socialdirect/account/people"
	"socialdirect/account/smscode"
	"socialdirect/internal/bearer"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// How often a code may be asked for: SMS cost money, and nobody shall be flooded
// through us. A place is an IP address, which many people may share.
const (
	codesByPlace          = 30 // an hour
	codesByNumberAndPlace = 5  // an hour
	codesByNumber         = 20 // a day
	codesByDevice         = 5  // an hour
)

const tooManyCodes = "Trop de codes ont été demandés. Le standard peut aussi vous aider."

// RequestCode sends a code to a mobile number by SMS, when the number is that of
// somebody without an e-mail address, and returns the token with which the same
// browser gives the code back. The caller cannot tell whether anything was sent
// (R5). ErrNoSMS without a gateway, Throttled after too many; a device that the
// account knows has codes of its own to ask for, whatever others ask for.
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

// codesFor is what a request for a code is counted for.
func (s *Service) codesFor(ctx context.Context, q postgres.Querier, account uuid.UUID, mobile string, from Device) ([]limit.Quota, error) {
	known, err := s.knownTo(ctx, q, account, from)
	if err != nil || known {
		return []limit.Quota{{Kind: "code-device", Value: from.Mark, Most: codesByDevice, Window: time.Hour}}, err
	}
	return append(limit.FromPlace("code-place", "", from.Place, codesByPlace, time.Hour), append(
		limit.FromPlace("code-number-place", mobile, from.Place, codesByNumberAndPlace, time.Hour),
		limit.Quota{Kind: "code-number", Value: mobile, Most: codesByNumber, Window: 24 * time.Hour})...), nil
}

// wrongCodesFor is what a code that is given back is counted for: the device when
// the account knows it, else the number.
func (s *Service) wrongCodesFor(ctx context.Context, tx postgres.Tx, c smscode.Challenge, from Device) (limit.Throttle, error) {
	known, err := s.knownTo(ctx, tx, c.AccountID, from)
	if known {
		return s.limits.ByDevice(from.Mark), err
	}
	return limit.Throttle{Key: c.Counted, Free: limit.FreeTries}, err
}

// SignInByCode opens a session for the code that was sent for token: Invalid for a
// wrong one, in the same words whether a code was sent or not, and Gone once the
// request was used, has expired or was tried codeTries times. Throttled while too
// many wrong ones were given for the number, over all requests; from a device that
// the account knows, its own alone count.
func (s *Service) SignInByCode(ctx context.Context, token, code string, from Device) (SignedIn, error) {
	var in SignedIn
	var refused error
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		c, err := smscode.Lock(ctx, tx, bearer.Hash(token))
		if postgres.NoRows(err) || err == nil && c.Tries >= smscode.MaxTries {
			refused = smscode.ErrGone
			return nil // what was counted before stays counted
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
			return err // the link by SMS has done its work
		}
		in, err = Open(ctx, tx, c.AccountID, false, from)
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	return in, refused
}
