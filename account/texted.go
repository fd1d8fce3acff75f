package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"math/big"
	"strings"
	"time"

	"socialdirect/account/limit"
	"socialdirect/account/people"
	"socialdirect/internal/bearer"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// A code by SMS (R4): how long it stands and how many tries it allows.
const (
	CodeLifetime = 10 * time.Minute
	codeTries    = 5
	codeDigits   = 6
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

var (
	errTextCode = fault.New(fault.Invalid, "Ce code n’est pas le bon. Vérifiez les 6 chiffres du dernier SMS reçu.")
	errTextGone = fault.New(fault.Gone, "Ce code a expiré, ou a été essayé trop de fois. Demandez-en un autre.")
)

// RequestCode sends a code to a mobile number by SMS, when the number is that of
// somebody without an e-mail address, and returns the token with which the same
// browser gives the code back. The caller cannot tell whether anything was sent
// (R5). ErrNoSMS without a gateway, Throttled after too many; a device that the
// account knows has codes of its own to ask for, whatever others ask for.
func (s *Service) RequestCode(ctx context.Context, mobile string, from Device) (token string, err error) {
	if !s.People.Texts() {
		return "", ErrNoSMS
	}
	account, err := readTexted(ctx, s.db.Pool, mobile)
	if err != nil {
		return "", err
	}
	quotas, err := s.codesFor(ctx, s.db.Pool, account, mobile, from)
	if err != nil {
		return "", err
	}
	if err := s.Limits.Spend(ctx, tooManyCodes, quotas...); err != nil {
		return "", err
	}
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		var hash []byte
		token, hash = bearer.New()
		challenge, err := insertChallenge(ctx, tx, hash, account, s.byNumber(mobile))
		if err != nil {
			return err
		}
		return s.enqueueText(ctx, tx, textArgs{ChallengeID: challenge, Text: textCode})
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

// byNumber counts wrong codes for a number, whoever has it, so that another code
// gives no more tries.
func (s *Service) byNumber(mobile string) limit.Throttle {
	return s.Limits.Throttle("number", mobile, limit.FreeTries)
}

// wrongCodesFor is what a code that is given back is counted for: the device when
// the account knows it, else the number.
func (s *Service) wrongCodesFor(ctx context.Context, tx postgres.Tx, c challengeRow, from Device) (limit.Throttle, error) {
	known, err := s.knownTo(ctx, tx, c.AccountID, from)
	if known {
		return s.Limits.ByDevice(from.Mark), err
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
		c, err := lockChallenge(ctx, tx, bearer.Hash(token))
		if postgres.NoRows(err) || err == nil && c.Tries >= codeTries {
			refused = errTextGone
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
		if !s.rightCode(ctx, tx, c, code) {
			refused = errTextCode
			return countCodeTry(ctx, tx, c.ID)
		}
		if err := limit.Forget(ctx, tx, counts); err != nil {
			return err
		}
		if err := useChallenge(ctx, tx, c.ID); err != nil {
			return err
		}
		if err := s.People.Prove(ctx, tx, c.AccountID); err != nil {
			return err
		}
		if err := people.EndTokens(ctx, tx, c.AccountID, people.PurposeInvitation); err != nil {
			return err // the link by SMS has done its work
		}
		in, err = openSession(ctx, tx, c.AccountID, false, from)
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	return in, refused
}

// rightCode asks for the key of nobody too, so that it takes the same way where
// nobody has the number.
func (s *Service) rightCode(ctx context.Context, tx postgres.Tx, c challengeRow, code string) bool {
	plain, err := s.vault.Unseal(ctx, tx, c.AccountID, aboutCode(c.ID), c.SealedCode)
	return err == nil && subtle.ConstantTimeCompare(plain, []byte(onlyDigits(code))) == 1
}

func onlyDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

func aboutCode(challenge uuid.UUID) string { return "sms:" + challenge.String() }

// codeFor makes the code of a request as it is sent, the same at every try; the
// person is zero when there is nothing to send any more.
func (s *Service) codeFor(ctx context.Context, challenge uuid.UUID) (person people.Person, code string, err error) {
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		c, err := lockChallengeByID(ctx, tx, challenge)
		if postgres.NoRows(err) || err == nil && c.AccountID == uuid.Nil {
			return nil
		}
		if err != nil {
			return err
		}
		if code, err = s.sealedCode(ctx, tx, c); err != nil {
			return err
		}
		person, err = people.Read(ctx, tx, c.AccountID)
		return err
	})
	return person, code, err
}

func (s *Service) sealedCode(ctx context.Context, tx postgres.Tx, c challengeRow) (string, error) {
	if c.SealedCode != nil {
		plain, err := s.vault.Unseal(ctx, tx, c.AccountID, aboutCode(c.ID), c.SealedCode)
		return string(plain), err
	}
	code, err := newCode()
	if err != nil {
		return "", err
	}
	sealed, err := s.vault.Seal(ctx, tx, c.AccountID, aboutCode(c.ID), []byte(code))
	if err != nil {
		return "", err
	}
	return code, setCode(ctx, tx, c.ID, sealed)
}

func newCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	return fmt.Sprintf("%0*d", codeDigits, n), err
}
