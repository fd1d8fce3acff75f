package factor

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"math/big"
	"strings"
	"time"

	"socialdirect/account/event"
	"socialdirect/account/limit"
	"socialdirect/account/outbox"
	"socialdirect/account/session"
	"socialdirect/internal/fault"
	"socialdirect/internal/passhash"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Recovery codes replace the second factor when the phone is lost. Each has 16 digits,
// which is 53 bits, and can be read aloud and typed on any keyboard.
const (
	recoveryCodes  = 10
	recoveryDigits = 16
)

// sheetLifetime is how long new codes can be shown, and freshPasskey how long a passkey
// proof replaces a code.
const (
	sheetLifetime = 10 * time.Minute
	freshPasskey  = 5 * time.Minute
)

const (
	aboutRecoveryKey   = "recovery key"
	aboutRecoverySheet = "recovery sheet"
)

// Recovery is the state of a person's recovery codes.
type Recovery struct {
	Left  int
	Fresh bool // a passkey was used recently: RenewRecoveryCodes needs no code
}

// Recovery returns the state of the viewer's codes.
func (s *Service) Recovery(ctx context.Context, v *viewer.Viewer) (Recovery, error) {
	left, err := countRecoveryCodes(ctx, s.db.Pool, v.ID)
	if err != nil {
		return Recovery{}, err
	}
	fresh, err := session.ReadPasskeyMark(ctx, s.db.Pool, v.Session, s.db.Now().Add(-freshPasskey))
	return Recovery{Left: left, Fresh: fresh}, err
}

// TakeRecoverySheet returns the viewer's new codes. They can be read once, within ten
// minutes; afterwards the result is nil. It fails with Forbidden in an incomplete session.
func (s *Service) TakeRecoverySheet(ctx context.Context, v *viewer.Viewer) (codes []string, err error) {
	if !v.Complete {
		return nil, errIncomplete
	}
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		sealed, err := takeSheet(ctx, tx, v.ID)
		if err != nil || sealed == nil {
			return err
		}
		sheet, err := s.vault.Unseal(ctx, tx, v.ID, aboutRecoverySheet, sealed)
		codes = strings.Fields(string(sheet))
		return err
	})
	return codes, err
}

// RenewRecoveryCodes replaces the viewer's codes by new ones, which TakeRecoverySheet
// returns. It needs a code of the authenticator application or, if code is empty, a
// passkey proof in this session within the last five minutes. It fails with Invalid
// without either, and with Throttled after too many wrong codes.
func (s *Service) RenewRecoveryCodes(ctx context.Context, v *viewer.Viewer, code string) error {
	if !v.Complete || !v.Role.Staff() {
		return fault.New(fault.Forbidden, "Les codes de secours vont avec une double vérification.")
	}
	if err := s.limits.Admit(ctx, s.limits.ByCode(v.ID)); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := s.reauthenticate(ctx, tx, v, code); err != nil {
			return err
		}
		if err := limit.Forget(ctx, tx, s.limits.ByCode(v.ID)); err != nil {
			return err
		}
		if err := event.Note(ctx, tx, event.CodesRenewed, event.Of(v)); err != nil {
			return err
		}
		return s.makeRecoveryCodes(ctx, tx, v.ID)
	})
}

var errProof = fault.New(fault.Invalid, "Tapez le code que montre votre application, ou confirmez avec une clé d’accès.")

func (s *Service) reauthenticate(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, code string) error {
	if code != "" {
		return s.checkCode(ctx, tx, v, code)
	}
	fresh, err := session.TakePasskeyMark(ctx, tx, v.Session, tx.Now.Add(-freshPasskey))
	if err == nil && !fresh {
		return errProof
	}
	return err
}

// firstRecoveryCodes creates codes for a member of staff who never had any, and reports
// whether it did.
func (s *Service) firstRecoveryCodes(ctx context.Context, tx postgres.Tx, v *viewer.Viewer) (bool, error) {
	if !v.Role.Staff() {
		return false, nil
	}
	has, err := hasRecoverySet(ctx, tx, v.ID)
	if err != nil || has {
		return false, err
	}
	return true, s.makeRecoveryCodes(ctx, tx, v.ID)
}

func (s *Service) makeRecoveryCodes(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // never fails: crypto/rand
	var codes []string
	var hashes [][]byte
	for range recoveryCodes {
		code := newRecoveryCode()
		codes, hashes = append(codes, code), append(hashes, hashRecoveryCode(key, code))
	}
	sealedKey, err := s.vault.Seal(ctx, tx, id, aboutRecoveryKey, key)
	if err != nil {
		return err
	}
	sheet, err := s.vault.Seal(ctx, tx, id, aboutRecoverySheet, []byte(strings.Join(codes, " ")))
	if err != nil {
		return err
	}
	return replaceRecoverySet(ctx, tx, id, sealedKey, sheet, hashes)
}

var recoveryBound = new(big.Int).Exp(big.NewInt(10), big.NewInt(recoveryDigits), nil)

func newRecoveryCode() string {
	n, _ := rand.Int(rand.Reader, recoveryBound) // never fails: crypto/rand
	return fmt.Sprintf("%0*d", recoveryDigits, n)
}

// hashRecoveryCode hashes a code with Argon2id and the account's own key as salt. The key is
// sealed, so that somebody who has only a copy of the database cannot guess codes.
func hashRecoveryCode(key []byte, code string) []byte { return passhash.WithSalt(code, key) }

// plainDigits removes the spaces, hyphens and dots with which people type codes.
var plainDigits = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "-", "", ".", "")

// isRecoveryCode distinguishes a recovery code from an application's code by its length.
func isRecoveryCode(code string) bool { return len(code) == recoveryDigits }

var errRecoveryCode = fault.New(fault.Invalid, "Ce code de secours n’est pas le bon, ou a déjà servi. Prenez-en un autre, ou tapez les 6 chiffres de votre application.")

// spendRecoveryCode marks one code as used and sends its owner a mail with the number of
// codes left. It fails with Invalid for a wrong or used code.
func (s *Service) spendRecoveryCode(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, code string) error {
	id := v.ID
	sealed, err := lockRecoveryKey(ctx, tx, id)
	if postgres.NoRows(err) {
		return errRecoveryCode
	}
	if err != nil {
		return err
	}
	key, err := s.vault.Unseal(ctx, tx, id, aboutRecoveryKey, sealed)
	if err != nil {
		return err
	}
	used, err := useRecoveryCode(ctx, tx, id, hashRecoveryCode(key, code))
	if err != nil {
		return err
	}
	if !used {
		return errRecoveryCode
	}
	left, err := countRecoveryCodes(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := event.Note(ctx, tx, event.CodeSpent, event.Of(v)); err != nil {
		return err
	}
	return s.outbox.Queue(ctx, tx, outbox.Mail{AccountID: id, Template: outbox.RecoveryUsed, Left: left})
}
