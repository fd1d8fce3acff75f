package smscode

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
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Bounds of a code by SMS (R4).
const (
	Lifetime   = 10 * time.Minute
	MaxTries   = 5
	codeDigits = 6
)

// The faults of codes.
var (
	ErrWrong = fault.New(fault.Invalid, "Ce code n’est pas le bon. Vérifiez les 6 chiffres du dernier SMS reçu.")
	ErrGone  = fault.New(fault.Gone, "Ce code a expiré, ou a été essayé trop de fois. Demandez-en un autre.")
)

// ByNumber returns the throttle that counts wrong codes for a number, whether or not it
// has an account. Requesting another code gives no more tries.
func (s *Service) ByNumber(mobile string) limit.Throttle {
	return s.limits.Throttle("number", mobile, limit.FreeTries)
}

// Right reports whether code is the challenge's. It asks the vault for a key even when
// no account has the number, so that the answer takes the same time.
func (s *Service) Right(ctx context.Context, tx postgres.Tx, c Challenge, code string) bool {
	plain, err := s.vault.Unseal(ctx, tx, c.AccountID, aboutCode(c.ID), c.SealedCode)
	return err == nil && subtle.ConstantTimeCompare(plain, []byte(Digits(code))) == 1
}

// Digits returns the digits of a typed code.
func Digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

func aboutCode(challenge uuid.UUID) string { return "sms:" + challenge.String() }

// Make returns the code of a challenge and the person it goes to. The code is created at
// the first attempt to send it and stays the same at the following ones. The person is
// zero when there is nothing to send: the code was used or has expired, or no account
// has the number.
func (s *Service) Make(ctx context.Context, challenge uuid.UUID) (person people.Person, code string, err error) {
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

func (s *Service) sealedCode(ctx context.Context, tx postgres.Tx, c Challenge) (string, error) {
	if c.SealedCode != nil {
		plain, err := s.vault.Unseal(ctx, tx, c.AccountID, aboutCode(c.ID), c.SealedCode)
		return string(plain), err
	}
	code, err := NewCode()
	if err != nil {
		return "", err
	}
	sealed, err := s.vault.Seal(ctx, tx, c.AccountID, aboutCode(c.ID), []byte(code))
	if err != nil {
		return "", err
	}
	return code, setCode(ctx, tx, c.ID, sealed)
}

// NewCode returns a random code.
func NewCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	return fmt.Sprintf("%0*d", codeDigits, n), err
}

var (
	ErrNoSMS = fault.New(fault.Invalid, "Sans adresse e-mail, il faut un envoi de SMS, et cette plateforme n’en a pas. Demandez une adresse e-mail à la personne.")
)
