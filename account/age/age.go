package age

import (
	"context"
	"time"

	"socialdirect/account/decision"
	"socialdirect/account/outbox"
	"socialdirect/account/people"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// ageDays is how many days a person has to prove that they are an adult.
const ageDays = 15

// Outcome is how a requested proof of age was settled.
type Outcome string

// The outcomes.
const (
	Verified Outcome = "verified"
	Closed   Outcome = "closed" // the account was closed, without a proof
)

// Check is a proof of age that the administration requested (R1).
type Check struct {
	ID        uuid.UUID
	Reason    string // empty once the person's key was destroyed
	AskedAt   time.Time
	DueOn     time.Time
	Outcome   Outcome // empty until it is settled
	SettledAt *time.Time
}

// Waits reports whether the request is not settled yet.
func (c Check) Waits() bool { return c.Outcome == "" }

// Overdue reports whether the request is not settled and its last day has passed.
func (c Check) Overdue(now time.Time) bool {
	return c.Waits() && !now.Before(c.DueOn.AddDate(0, 0, 1))
}

var (
	errAgeAsked   = fault.New(fault.Conflict, "Une preuve d’âge est déjà demandée à cette personne.")
	errAgeSettled = fault.New(fault.Conflict, "Cette demande de preuve d’âge est déjà close.")
	errNotAskable = fault.New(fault.Conflict, "Une preuve d’âge ne se demande qu’aux bénéficiaires dont le compte n’est pas fermé.")
	errAgeOutcome = fault.New(fault.Invalid, "Dites si l’âge est vérifié, ou s’il faut fermer le compte.")
)

// ageUnproved is the reason given when an account is closed without a proof.
const ageUnproved = "La preuve d’âge demandée n’a pas été apportée, ou montre que la personne est mineure."

// Ask requests a proof of age from a beneficiary, for a reason that the person reads.
// The viewer must be an administrator. The person is notified by mail, and the request
// is journaled. It fails with Conflict when a request is open already, and for an
// account that is closed or of staff.
func (s *Service) Ask(ctx context.Context, v *viewer.Viewer, id uuid.UUID, reason string) error {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return err
	}
	reason, err := decision.CheckReason(reason)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		found, err := people.LockAccount(ctx, tx, v, id)
		if err != nil {
			return err
		}
		if found.Role != viewer.Beneficiary || found.State == people.Closed || found.State == people.Erased {
			return errNotAskable
		}
		check := uuid.New()
		sealed, err := s.vault.Seal(ctx, tx, id, aboutAge(check), []byte(reason))
		if err != nil {
			return err
		}
		if err := insertAgeCheck(ctx, tx, check, id, v.ID, sealed); err != nil {
			return err
		}
		if err := s.outbox.Send(ctx, tx, id, outbox.AgeAsked); err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "account.age_asked", SubjectID: id, ObjectID: check})
	})
}

// Settle ends a request: the age is verified and the person notified, or the account is
// closed as decision.Service closes one. The viewer must be an administrator.
func (s *Service) Settle(ctx context.Context, v *viewer.Viewer, id uuid.UUID, outcome Outcome) error {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return err
	}
	if outcome != Verified && outcome != Closed {
		return errAgeOutcome
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		found, err := people.LockAccount(ctx, tx, v, id)
		if err != nil {
			return err
		}
		check, err := settleAgeCheck(ctx, tx, id, v.ID, outcome)
		if err != nil {
			return err
		}
		if outcome == Closed && found.State != people.Closed {
			return s.decisions.DecideIn(ctx, tx, v, found, decision.Decision{Act: decision.Close, Reason: ageUnproved})
		}
		if outcome == Closed {
			return nil // closed already, by a decision with its own reason
		}
		if err := s.outbox.Send(ctx, tx, id, outbox.AgeVerified); err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "account.age_verified", SubjectID: id, ObjectID: check})
	})
}

func aboutAge(id uuid.UUID) string { return "age-check/" + id.String() }

// OwnCheck returns the viewer's open request for a proof of age, or nil.
func (s *Service) OwnCheck(ctx context.Context, v *viewer.Viewer) (*Check, error) {
	checks, err := s.checks(ctx, v.ID)
	if err != nil || len(checks) == 0 || !checks[0].Waits() {
		return nil, err
	}
	return &checks[0], nil
}

// ChecksOf lists the requests to an account, latest first. The viewer must be an
// administrator.
func (s *Service) ChecksOf(ctx context.Context, v *viewer.Viewer, id uuid.UUID) ([]Check, error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return nil, err
	}
	return s.checks(ctx, id)
}

func (s *Service) checks(ctx context.Context, id uuid.UUID) ([]Check, error) {
	rows, err := readAgeChecks(ctx, s.db.Pool, id)
	if err != nil {
		return nil, err
	}
	checks := make([]Check, len(rows))
	for i, row := range rows {
		checks[i] = Check{ID: row.ID, AskedAt: row.AskedAt, DueOn: row.DueOn, Outcome: row.Outcome, SettledAt: row.SettledAt}
		if checks[i].Reason, err = s.people.Unseal(ctx, id, aboutAge(row.ID), row.SealedReason); err != nil {
			return nil, err
		}
	}
	return checks, nil
}
