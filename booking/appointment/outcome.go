package appointment

import (
	"context"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// OutcomeWithin is how long after its end the worker may record or correct the outcome.
const OutcomeWithin = 7 * 24 * time.Hour

var (
	ErrOutcome      = fault.New(fault.Invalid, "Dites si le rendez-vous a eu lieu ou non.")
	errNotMarkable  = fault.New(fault.Conflict, "Cela se note à partir de l’heure du rendez-vous, et pendant une semaine.")
	ErrNeedsTooLate = fault.New(fault.Conflict, "Ce rendez-vous a déjà commencé, ou n’est plus prévu : ces précisions ne changent plus.")
)

// Concludable reports whether its worker may record the outcome at now.
func (a Appointment) Concludable(now time.Time) bool {
	return a.Status.Agreed() && !now.Before(a.StartsAt) && now.Before(a.EndsAt.Add(OutcomeWithin))
}

// Conclude records the outcome, Attended or NoShow, by the worker, from the start
// until a week after the end. It can be corrected until then. Only the two people see
// it.
func (s *Service) Conclude(ctx context.Context, v *viewer.Viewer, id uuid.UUID, outcome Status) error {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return err
	}
	if outcome != Attended && outcome != NoShow {
		return ErrOutcome
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		row, err := Lock(ctx, tx, v.ID, id)
		if err != nil {
			return err
		}
		if !row.Appointment().Concludable(tx.Now) {
			return errNotMarkable
		}
		return setStatus(ctx, tx, id, outcome)
	})
}
