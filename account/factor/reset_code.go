package factor

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"time"

	"socialdirect/account/limit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// ResetCodeLifetime is how long the code works that an administrator reads out to the
// person after a reset, on the phone.
const ResetCodeLifetime = 10 * time.Minute

const (
	aboutResetKey   = "reset key"
	aboutResetSheet = "reset sheet"
)

var errResetCode = fault.New(fault.Invalid, "Tapez le code à 16 chiffres que l’administration vous a donné de vive voix. S’il a déjà servi ou date de plus de dix minutes, demandez-en un autre.")

// makeResetCode creates the code that the person needs to set up a second factor after a
// reset. It replaces the code of an earlier reset.
func (s *Service) makeResetCode(ctx context.Context, tx postgres.Tx, account, author uuid.UUID) error {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // never fails (crypto/rand)
	code := newRecoveryCode()
	sealedKey, err := s.vault.Seal(ctx, tx, account, aboutResetKey, key)
	if err != nil {
		return err
	}
	sheet, err := s.vault.Seal(ctx, tx, account, aboutResetSheet, []byte(code))
	if err != nil {
		return err
	}
	return replaceResetCode(ctx, tx, account, author, sealedKey, sheet, hashRecoveryCode(key, code))
}

// TakeResetCode returns the code of the viewer's latest reset of an account, to be read
// out. It can be read once, within ten minutes of the reset; afterwards the result is
// empty. It fails with Forbidden unless the viewer is an administrator.
func (s *Service) TakeResetCode(ctx context.Context, v *viewer.Viewer, account uuid.UUID) (code string, err error) {
	if v.Role != viewer.Administrator || !v.Complete {
		return "", fault.New(fault.Forbidden, "")
	}
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		sealed, err := takeResetSheet(ctx, tx, account, v.ID)
		if err != nil || sealed == nil {
			return err
		}
		sheet, err := s.vault.Unseal(ctx, tx, account, aboutResetSheet, sealed)
		code = string(sheet)
		return err
	})
	return code, err
}

// OwesResetCode reports whether the viewer's second factor was reset and they have not yet
// typed the reset code in this session.
func (s *Service) OwesResetCode(ctx context.Context, v *viewer.Viewer) (bool, error) {
	return owesResetCode(ctx, s.db.Pool, v)
}

func owesResetCode(ctx context.Context, q postgres.Querier, v *viewer.Viewer) (bool, error) {
	row, err := readResetCode(ctx, q, v.ID)
	if postgres.NoRows(err) {
		return false, nil
	}
	return err == nil && !bytes.Equal(row.Session, v.Session), err
}

// checkReset fails with Invalid while the reset code is owed. Without it, somebody who
// reads the person's mailbox could set a new password and then a second factor.
func checkReset(ctx context.Context, tx postgres.Tx, v *viewer.Viewer) error {
	owed, err := owesResetCode(ctx, tx, v)
	if err == nil && owed {
		return errResetCode
	}
	return err
}

// GiveResetCode consumes the code. The viewer's session, and no other, may then set up a
// second factor. It fails with Invalid for a wrong, used or expired code, and with
// Throttled after too many tries.
func (s *Service) GiveResetCode(ctx context.Context, v *viewer.Viewer, code string) (err error) {
	defer s.noteFailure(ctx, v, &err)
	if err := s.limits.Admit(ctx, s.limits.ByCode(v.ID)); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		row, err := lockResetCode(ctx, tx, v.ID)
		if postgres.NoRows(err) || err == nil && (row.Hash == nil || !row.ExpiresAt.After(tx.Now)) {
			return errResetCode
		}
		if err != nil {
			return err
		}
		key, err := s.vault.Unseal(ctx, tx, v.ID, aboutResetKey, row.SealedKey)
		if err != nil {
			return err
		}
		if !hmac.Equal(row.Hash, hashRecoveryCode(key, plainDigits.Replace(code))) {
			return errResetCode
		}
		if err := useResetCode(ctx, tx, v.ID, v.Session); err != nil {
			return err
		}
		return limit.Forget(ctx, tx, s.limits.ByCode(v.ID))
	})
}
