package factor

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"socialdirect/account/limit"
	"socialdirect/account/outbox"
	"socialdirect/account/people"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// MaxResetReason is the longest reason of a reset in characters.
const MaxResetReason = 500

// Reset is an administrator's decision to remove a second factor.
type Reset struct {
	AuthorID  uuid.UUID
	Reason    string
	DecidedAt time.Time
}

// ResetSecondFactor removes the second factors of a member of staff (application, passkeys
// and recovery codes) and ends their sessions. At the next sign-in they set up another
// (R8), with the code that the administrator reads out to them (TakeResetCode). The viewer
// must be an administrator, and the account another person's. The reason is kept, the reset
// is journaled, and the person is notified by mail.
//
// It fails with Forbidden for other viewers, with Invalid when the reason is missing or too
// long or the account is not of staff, and with NotFound for an unknown account.
func (s *Service) ResetSecondFactor(ctx context.Context, v *viewer.Viewer, accountID uuid.UUID, reason string) error {
	if err := mayReset(v, accountID); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n == 0 || n > MaxResetReason {
		return fault.New(fault.Invalid, "Écrivez pourquoi, en 500 caractères au plus : par exemple comment vous avez reconnu la personne.")
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if _, err := lockSecondFactors(ctx, tx, accountID); err != nil {
			return err
		}
		person, err := people.Read(ctx, tx, accountID)
		if err != nil {
			return err
		}
		if !person.Role.Staff() {
			return fault.New(fault.Invalid, "Ce compte n’a pas de double vérification.")
		}
		return s.reset(ctx, tx, v, accountID, reason)
	})
}

func mayReset(v *viewer.Viewer, accountID uuid.UUID) error {
	switch {
	case v.Role != viewer.Administrator || !v.Complete:
		return fault.New(fault.Forbidden, "Seule l’administration peut retirer une double vérification.")
	case v.ID == accountID:
		return fault.New(fault.Forbidden, "Personne ne retire sa propre double vérification : demandez à une autre personne de l’administration.")
	}
	return nil
}

func (s *Service) reset(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, accountID uuid.UUID, reason string) error {
	if err := deleteSecondFactors(ctx, tx, accountID); err != nil {
		return err
	}
	if err := limit.Forget(ctx, tx, s.limits.ByCode(accountID)); err != nil {
		return err
	}
	if err := s.makeResetCode(ctx, tx, accountID, v.ID); err != nil {
		return err
	}
	id, err := insertReset(ctx, tx, accountID, v.ID, reason)
	if err != nil {
		return err
	}
	if err := s.outbox.SendOnce(ctx, tx, accountID, outbox.SecondFactorReset); err != nil {
		return err
	}
	return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "second_factor.reset", SubjectID: accountID, ObjectID: id})
}

// SecondFactorResets lists the resets of an account, latest first. The viewer must be an
// administrator.
func (s *Service) SecondFactorResets(ctx context.Context, v *viewer.Viewer, accountID uuid.UUID) ([]Reset, error) {
	if v.Role != viewer.Administrator || !v.Complete {
		return nil, fault.New(fault.Forbidden, "")
	}
	return readResets(ctx, s.db.Pool, accountID)
}
