package factor

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/base32"
	"time"

	"socialdirect/account/limit"
	"socialdirect/account/session"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

// period is how long a one-time code stands (RFC 6238); one period before and
// one after are accepted too, for clocks that drift.
const period = 30

var errCode = fault.New(fault.Invalid, "Ce code n’est pas le bon, ou a déjà servi. Attendez le suivant sur votre téléphone, puis tapez ses 6 chiffres.")

// Enrolment is a second factor to be: what the phone's application scans.
type Enrolment struct {
	Secret string // base32
	Key    *otp.Key
}

// Enrol returns the secret that the viewer's application is to keep, the same
// within a session until a code has confirmed it: whoever looked at it in another
// session confirms nothing with it. Forbidden once one is confirmed: a password
// alone never replaces a second factor (R8).
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

// mayEnrol lets somebody set up a further second factor only once they have given
// the one they have.
func (s *Service) mayEnrol(ctx context.Context, tx postgres.Tx, v *viewer.Viewer) error {
	has, err := lockSecondFactors(ctx, tx, v.ID)
	if err == nil && !v.Complete && has.Any() {
		return errEnrolled
	}
	return err
}

// errStaffFactor keeps applications to staff: a beneficiary who lost the phone would
// have no way back, and has passkeys.
var errStaffFactor = fault.New(fault.Forbidden, "Les codes d’une application sont réservés aux comptes professionnels. Vous pouvez ajouter une clé d’accès.")

const aboutTOTP = "totp"

// shownTo reports that the secret was made for the viewer's session.
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

// ConfirmSecondFactor checks a one-time code, confirming the enrolment when it
// is the first, or a recovery code, and replaces the viewer's session by a
// complete one. Invalid for a wrong or replayed code, Throttled after too many,
// Unauthenticated when the session ended meanwhile.
func (s *Service) ConfirmSecondFactor(ctx context.Context, v *viewer.Viewer, code string) (session.SignedIn, error) {
	if err := s.limits.Admit(ctx, s.limits.ByCode(v.ID)); err != nil {
		return session.SignedIn{}, err
	}
	var in session.SignedIn
	err := s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		if code = plainDigits.Replace(code); isRecoveryCode(code) {
			err = s.spendRecoveryCode(ctx, tx, v.ID, code)
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

// completeSession replaces the viewer's session by a complete one. Whoever has
// just got their first second factor gets recovery codes with it.
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

// confirmCode checks an application's code, which may be the one that puts the
// application in place.
func (s *Service) confirmCode(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, code string) error {
	has, err := lockSecondFactors(ctx, tx, v.ID)
	if err != nil {
		return err
	}
	if !has.Application && has.Any() && !v.Complete {
		return errCode // a key was made here, but only a password was given since
	}
	if err := checkReset(ctx, tx, v); err != nil {
		return err
	}
	return s.checkSecret(ctx, tx, v, code)
}

// checkCode checks a code of an application that is in place.
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
	return useCode(ctx, tx, v.ID, counter)
}

// matchCode finds at an instant of the machine's clock, as the phone's is, the counter of a code that is newer than the last one used.
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
