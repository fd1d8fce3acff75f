package factor

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/base32"
	"time"

	"socialdirect/account/event"
	"socialdirect/account/limit"
	"socialdirect/account/session"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

// period is the time step of one-time codes in seconds (RFC 6238). The codes of one step
// before and one after are accepted too, as clocks drift.
const period = 30

var errCode = fault.New(fault.Invalid, "Ce code n’est pas le bon, ou a déjà servi. Attendez le suivant sur votre téléphone, puis tapez ses 6 chiffres.")

// Enrolment is what an authenticator application scans.
type Enrolment struct {
	Secret string // base32
	Key    *otp.Key
}

// Enrol returns the secret for the viewer's application. It stays the same within a
// session until a code confirms it. Another session gets another secret, as somebody else
// with the password may have seen the first one. It fails with Forbidden once a secret is
// confirmed: a password alone never replaces a second factor (R8).
func (s *Service) Enrol(ctx context.Context, v *viewer.Viewer) (Enrolment, error) {
	if !v.Role.Staff() {
		return Enrolment{}, errStaffFactor
	}
	var secret []byte
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := s.mayEnrol(ctx, tx, v); err != nil {
			return err
		}
		row, err := lockTOTP(ctx, tx, v.ID)
		switch {
		case err != nil && !postgres.NoRows(err):
		case row.Confirmed:
			err = errEnrolled
		case row.shownTo(v):
			secret, err = s.vault.Unseal(ctx, tx, v.ID, aboutTOTP, row.SealedSecret)
		default:
			secret, err = s.newSecret(ctx, tx, v)
		}
		return err
	})
	if err != nil {
		return Enrolment{}, err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Social Direct", AccountName: v.Name, Secret: secret, Period: period})
	if err != nil {
		return Enrolment{}, err
	}
	return Enrolment{Secret: key.Secret(), Key: key}, nil
}

var errEnrolled = fault.New(fault.Forbidden, "Une double vérification est déjà en place pour ce compte.")

// mayEnrol fails with Forbidden when the account has a second factor and it was not given
// in this session.
func (s *Service) mayEnrol(ctx context.Context, tx postgres.Tx, v *viewer.Viewer) error {
	has, err := lockSecondFactors(ctx, tx, v.ID)
	if err == nil && !v.Complete && has.Any() {
		return errEnrolled
	}
	return err
}

// errStaffFactor restricts authenticator applications to staff. A beneficiary who lost the
// phone could not sign in any more; beneficiaries use passkeys.
var errStaffFactor = fault.New(fault.Forbidden, "Les codes d’une application sont réservés aux comptes professionnels. Vous pouvez ajouter une clé d’accès.")

const aboutTOTP = "totp"

// shownTo reports whether the secret was created for the viewer's session.
func (r totpRow) shownTo(v *viewer.Viewer) bool {
	return len(r.Session) > 0 && bytes.Equal(r.Session, v.Session)
}

func (s *Service) newSecret(ctx context.Context, tx postgres.Tx, v *viewer.Viewer) ([]byte, error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "x", AccountName: "x"})
	if err != nil {
		return nil, err
	}
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(key.Secret())
	if err != nil {
		return nil, err
	}
	sealed, err := s.vault.Seal(ctx, tx, v.ID, aboutTOTP, secret)
	if err != nil {
		return nil, err
	}
	return secret, putTOTP(ctx, tx, v.ID, sealed, v.Session)
}

// ConfirmSecondFactor checks a one-time code or a recovery code, and replaces the viewer's
// session by a complete one. The first one-time code confirms the enrolment. It fails with
// Invalid for a wrong or used code, Throttled after too many, and Unauthenticated when the
// session ended meanwhile.
func (s *Service) ConfirmSecondFactor(ctx context.Context, v *viewer.Viewer, code string) (in session.SignedIn, err error) {
	defer s.noteFailure(ctx, v, &err)
	if err := s.limits.Admit(ctx, s.limits.ByCode(v.ID)); err != nil {
		return session.SignedIn{}, err
	}
	err = s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		if code = plainDigits.Replace(code); isRecoveryCode(code) {
			err = s.spendRecoveryCode(ctx, tx, v, code)
		} else {
			err = s.confirmCode(ctx, tx, v, code)
		}
		if err == nil {
			in, err = s.completeSession(ctx, tx, v)
		}
		return err
	})
	return in, err
}

// noteFailure logs a second factor that was refused. err is the act's result.
func (s *Service) noteFailure(ctx context.Context, v *viewer.Viewer, err *error) {
	if *err != nil {
		*err = s.watch.Failed(ctx, event.Try{Failed: event.CodeFailed, Slowed: event.CodeSlowed, Who: event.Of(v), Key: s.limits.ByCode(v.ID).Key}, *err)
	}
}

// completeSession replaces the viewer's session by a complete one. With the first second
// factor, it creates recovery codes.
func (s *Service) completeSession(ctx context.Context, tx postgres.Tx, v *viewer.Viewer) (session.SignedIn, error) {
	if err := limit.Forget(ctx, tx, s.limits.ByCode(v.ID)); err != nil {
		return session.SignedIn{}, err
	}
	if err := deleteResetCode(ctx, tx, v.ID); err != nil {
		return session.SignedIn{}, err
	}
	from, err := session.Take(ctx, tx, v.Session)
	if err != nil {
		return session.SignedIn{}, err
	}
	in, err := session.Open(ctx, tx, v.ID, true, from)
	if err != nil {
		return session.SignedIn{}, err
	}
	in.NewCodes, err = s.firstRecoveryCodes(ctx, tx, v)
	return in, err
}

// confirmCode checks an application's code, which may be the first one and confirm the
// enrolment.
func (s *Service) confirmCode(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, code string) error {
	has, err := lockSecondFactors(ctx, tx, v.ID)
	if err != nil {
		return err
	}
	if !has.Application && has.Any() && !v.Complete {
		return errCode // the account has a passkey, and this session gave only the password
	}
	if err := checkReset(ctx, tx, v); err != nil {
		return err
	}
	return s.checkSecret(ctx, tx, v, code)
}

// checkCode checks a code of a confirmed application.
func (s *Service) checkCode(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, code string) error {
	has, err := lockSecondFactors(ctx, tx, v.ID)
	if err != nil {
		return err
	}
	if !has.Application {
		return errCode
	}
	return s.checkSecret(ctx, tx, v, code)
}

func (s *Service) checkSecret(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, code string) error {
	row, err := lockTOTP(ctx, tx, v.ID)
	if postgres.NoRows(err) || err == nil && !row.Confirmed && !row.shownTo(v) {
		return errCode
	}
	if err != nil {
		return err
	}
	secret, err := s.vault.Unseal(ctx, tx, v.ID, aboutTOTP, row.SealedSecret)
	if err != nil {
		return err
	}
	counter, err := matchCode(secret, plainDigits.Replace(code), tx.Machine(tx.Now), row.LastCounter)
	if err != nil {
		return err
	}
	if !row.Confirmed {
		if err := event.Note(ctx, tx, event.FactorSet, event.Of(v)); err != nil {
			return err
		}
	}
	return useCode(ctx, tx, v.ID, counter)
}

// matchCode returns the counter of a code, which must be newer than the last one used. The
// instant is of the real clock, as the phone's is, even in a demonstration.
func matchCode(secret []byte, code string, now time.Time, last int64) (int64, error) {
	encoded := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
	current := now.Unix() / period
	for counter := max(current-1, last+1); counter <= current+1; counter++ {
		want, err := hotp.GenerateCode(encoded, uint64(counter))
		if err != nil {
			return 0, err
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return counter, nil
		}
	}
	return 0, errCode
}
