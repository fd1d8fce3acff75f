package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"math/big"
	"strings"
	"time"

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
)

const tooManyCodes = "Trop de codes ont été demandés. Attendez un peu, puis recommencez. Le standard peut aussi vous aider."

var (
	errTextCode = fault.New(fault.Invalid, "Ce code n’est pas le bon. Vérifiez les 6 chiffres du dernier SMS reçu.")
	errTextGone = fault.New(fault.Gone, "Ce code a expiré, ou a été essayé trop de fois. Demandez-en un autre.")
)

// RequestCode sends a code to a mobile number by SMS, when the number is that of
// somebody without an e-mail address, and returns the token with which the same
// browser gives the code back. The caller cannot tell whether anything was sent
// (R5). ErrNoSMS without a gateway, Throttled after too many.
func (s *Service) RequestCode(ctx context.Context, mobile, place string) (token string, err error) {
	if !s.texting {
		return "", ErrNoSMS
	}
	err = s.spend(ctx, tooManyCodes,
		quota{"code-place", network(place), codesByPlace, time.Hour},
		quota{"code-number-place", mobile + " " + network(place), codesByNumberAndPlace, time.Hour},
		quota{"code-number", mobile, codesByNumber, 24 * time.Hour})
	if err != nil {
		return "", err
	}
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		account, err := readTexted(ctx, tx, mobile)
		if err != nil {
			return err
		}
		var hash []byte
		token, hash = newToken()
		challenge, err := insertChallenge(ctx, tx, hash, account)
		if err != nil {
			return err
		}
		return s.enqueueText(ctx, tx, textArgs{ChallengeID: challenge, Text: textCode})
	})
	return token, err
}

// SignInByCode opens a session for the code that was sent for token: Invalid for a
// wrong one, in the same words whether a code was sent or not, and Gone once the
// request was used, has expired or was tried codeTries times.
func (s *Service) SignInByCode(ctx context.Context, token, code string, from Device) (SignedIn, error) {
	var in SignedIn
	var refused error
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		c, err := lockChallenge(ctx, tx, hashToken(token))
		if postgres.NoRows(err) || err == nil && c.Tries >= codeTries {
			refused = errTextGone
			return nil // what was counted before stays counted
		}
		if err != nil {
			return err
		}
		if !s.rightCode(ctx, tx, c, code) {
			refused = errTextCode
			return countCodeTry(ctx, tx, c.ID)
		}
		if err := useChallenge(ctx, tx, c.ID); err != nil {
			return err
		}
		if err := s.prove(ctx, tx, c.AccountID); err != nil {
			return err
		}
		if err := endTokens(ctx, tx, c.AccountID, purposeInvitation); err != nil {
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
func (s *Service) codeFor(ctx context.Context, challenge uuid.UUID) (person Person, code string, err error) {
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
		person, err = readPerson(ctx, tx, c.AccountID)
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
