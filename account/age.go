package account

import (
	"context"
	"strings"
	"time"

	"socialdirect/account/outbox"
	"socialdirect/account/people"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// ageDays is how many days somebody has to prove that they are an adult.
const ageDays = 15

// AgeOutcome is how a proof of age that was asked for ended.
type AgeOutcome string

// The outcomes.
const (
	AgeVerified AgeOutcome = "verified"
	AgeClosed   AgeOutcome = "closed" // the account was, without proof
)

// AgeCheck is a proof of age that the administration asked somebody for (R1).
type AgeCheck struct {
	ID        uuid.UUID
	Reason    string // empty once the person's key was destroyed
	AskedAt   time.Time
	DueOn     time.Time
	Outcome   AgeOutcome // empty while it waits
	SettledAt *time.Time
}

// Waits reports whether the proof is still to come.
func (c AgeCheck) Waits() bool { return c.Outcome == "" }

// Overdue reports whether the last day for it has passed.
func (c AgeCheck) Overdue(now time.Time) bool {
	return c.Waits() && !now.Before(c.DueOn.AddDate(0, 0, 1))
}

var (
	errAgeAsked   = fault.New(fault.Conflict, "Une preuve d’âge est déjà demandée à cette personne.")
	errAgeStands  = fault.New(fault.Conflict, "Cette demande de preuve d’âge est déjà close.")
	errAgeNobody  = fault.New(fault.Conflict, "Une preuve d’âge ne se demande qu’aux bénéficiaires dont le compte n’est pas fermé.")
	errAgeOutcome = fault.New(fault.Invalid, "Dites si l’âge est vérifié, ou s’il faut fermer le compte.")
)

// ageUnproved is the reason that an account is closed for without a proof.
const ageUnproved = "La preuve d’âge demandée n’a pas été apportée, ou montre que la personne est mineure."

// AskAge asks a beneficiary for a proof of age, by an administrator, for a reason
// that the person reads; told by mail and journaled. Conflict when one is asked for
// already, and for an account that is closed or of staff.
func (s *Service) AskAge(ctx context.Context, v *viewer.Viewer, id uuid.UUID, reason string) error {
	reason = strings.TrimSpace(reason)
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return err
	}
	if reason == "" || len([]rune(reason)) > MaxReason {
		return errReason
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		found, err := s.lockFor(ctx, tx, v, id)
		if err != nil {
			return err
		}
		if found.Role != viewer.Beneficiary || found.State == Closed || found.State == Erased {
			return errAgeNobody
		}
		check := uuid.New()
		sealed, err := s.vault.Seal(ctx, tx, id, aboutAge(check), []byte(reason))
		if err != nil {
			return err
		}
		if err := insertAgeCheck(ctx, tx, check, id, v.ID, sealed); err != nil {
			return err
		}
		if err := s.Outbox.Send(ctx, tx, id, outbox.AgeAsked); err != nil {
			return err
		}
		return journal(ctx, tx, v, "account.age_asked", id, check)
	})
}

// SettleAge ends what AskAge began, by an administrator: the age is verified, of
// which the person is told, or the account is closed as Decide closes one.
func (s *Service) SettleAge(ctx context.Context, v *viewer.Viewer, id uuid.UUID, outcome AgeOutcome) error {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return err
	}
	if outcome != AgeVerified && outcome != AgeClosed {
		return errAgeOutcome
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		found, err := s.lockFor(ctx, tx, v, id)
		if err != nil {
			return err
		}
		check, err := settleAgeCheck(ctx, tx, id, v.ID, outcome)
		if err != nil {
			return err
		}
		if outcome == AgeClosed && found.State != Closed {
			return s.decide(ctx, tx, v, id, Decision{Act: Close, Reason: ageUnproved})
		}
		if outcome == AgeClosed {
			return nil // closed already, by a decision that says why
		}
		if err := s.Outbox.Send(ctx, tx, id, outbox.AgeVerified); err != nil {
			return err
		}
		return journal(ctx, tx, v, "account.age_verified", id, check)
	})
}

// lockFor reads an account that an administrator acts upon, with the accounts of
// both held.
func (s *Service) lockFor(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, id uuid.UUID) (Account, error) {
	if err := people.Lock(ctx, tx, v.ID, id); err != nil {
		return Account{}, err
	}
	if err := people.StillAdministrator(ctx, tx, v); err != nil {
		return Account{}, err
	}
	row, err := readAccount(ctx, tx, id)
	return row.account(), err
}

func aboutAge(id uuid.UUID) string { return "age-check/" + id.String() }

// OwnAgeCheck returns the proof of age that the viewer is waited for; nil when none
// is.
func (s *Service) OwnAgeCheck(ctx context.Context, v *viewer.Viewer) (*AgeCheck, error) {
	checks, err := s.ageChecks(ctx, v.ID)
	if err != nil || len(checks) == 0 || !checks[0].Waits() {
		return nil, err
	}
	return &checks[0], nil
}

// checksOfAccount lists what an account was asked for, latest first, for an administrator.
func (s *Service) checksOfAccount(ctx context.Context, v *viewer.Viewer, id uuid.UUID) ([]AgeCheck, error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return nil, err
	}
	return s.ageChecks(ctx, id)
}

func (s *Service) ageChecks(ctx context.Context, id uuid.UUID) ([]AgeCheck, error) {
	rows, err := readAgeChecks(ctx, s.db.Pool, id)
	if err != nil {
		return nil, err
	}
	checks := make([]AgeCheck, len(rows))
	for i, row := range rows {
		checks[i] = AgeCheck{ID: row.ID, AskedAt: row.AskedAt, DueOn: row.DueOn, Outcome: row.Outcome, SettledAt: row.SettledAt}
		if checks[i].Reason, err = s.People.Unseal(ctx, id, aboutAge(row.ID), row.SealedReason); err != nil {
			return nil, err
		}
	}
	return checks, nil
}
