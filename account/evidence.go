package account

import (
	"context"
	"errors"
	"time"

	"socialdirect/account/age"
	"socialdirect/account/decision"
	"socialdirect/account/report"
	"socialdirect/account/signup"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Evidence is what an officer sees of disputes with a person before an erasure, without a reason
// or a text.
type Evidence struct {
	Reports      []report.Report
	Decisions    []decision.Decided
	AgeDue       *time.Time // until when a proof of age is asked for; nil if none is
	RefusedUntil *time.Time // until when sign-up is refused to the person; nil if it is not
}

// Any reports whether there is anything to be seen first.
func (e Evidence) Any() bool {
	return len(e.Reports) > 0 || len(e.Decisions) > 0 || e.AgeDue != nil || e.RefusedUntil != nil
}

// Evidence returns what is open or decided about an account. The viewer must be a data-protection
// officer.
func (s *Service) Evidence(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (e Evidence, err error) {
	if err := viewer.Require(v, viewer.DPO); err != nil {
		return Evidence{}, err
	}
	if e.Reports, err = s.Reports.Made(ctx, s.db.Pool, id); err != nil {
		return Evidence{}, err
	}
	if e.Decisions, err = s.Decisions.Taken(ctx, s.db.Pool, id); err != nil {
		return Evidence{}, err
	}
	if e.AgeDue, err = age.ReadOpen(ctx, s.db.Pool, id); err != nil {
		return Evidence{}, err
	}
	e.RefusedUntil, err = signup.RefusedUntil(ctx, s.db.Pool, id, s.db.Now())
	return e, err
}

// ArchiveEvidence seals the reasons of decisions and the reports about a person with the key of
// their archive. An erasure calls it after it made the archive and before it destroys the
// person's own key.
func (s *Service) ArchiveEvidence(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	return errors.Join(s.Decisions.Archive(ctx, tx, person), s.Reports.Archive(ctx, tx, person))
}
