package interpreter

import (
	"context"

	"socialdirect/booking/appointment"
	"socialdirect/booking/notify"
	"socialdirect/internal/audit"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// The acts of the switchboard, as the journal names them. Their object is the appointment; whose
// it is, the journal does not say either.
var acts = map[State]string{ToFind: "interpreter.sought", Found: "interpreter.found", None: "interpreter.none"}

// actInvited is the making of a link, as the journal names it.
const actInvited = "interpreter.invited"

// Follow begins, repeats or ends the search when what a person asks for has changed from one
// language to another; empty for none. It is a step of the caller's act.
func (s *Service) Follow(ctx context.Context, tx postgres.Tx, id, person uuid.UUID, before, after string) error {
	if before == after {
		return nil
	}
	if err := s.Revoke(ctx, tx, id); err != nil {
		return err
	}
	if after == "" {
		return remove(ctx, tx, id)
	}
	return begin(ctx, tx, id, person)
}

// Again repeats the search, if there is one, for an appointment that has moved to another hour.
// It is a step of the caller's act.
func (s *Service) Again(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	if err := s.Revoke(ctx, tx, id); err != nil {
		return err
	}
	return setState(ctx, tx, id, ToFind)
}

// Set changes how far the search is, and notifies both people. Only the switchboard may. It
// fails with NotFound if no interpreter is asked for, and with Conflict for an appointment that
// is over or does not take place. Doing it twice changes nothing.
func (s *Service) Set(ctx context.Context, v *viewer.Viewer, id uuid.UUID, to State) error {
	return s.DB.InTx(ctx, func(tx postgres.Tx) error {
		found, err := s.lock(ctx, tx, v, id)
		if err != nil || found.State == to {
			return err
		}
		if err := setState(ctx, tx, id, to); err != nil {
			return err
		}
		if err := s.Revoke(ctx, tx, id); err != nil {
			return err
		}
		if err := appointment.MarkChanged(ctx, tx, id); err != nil {
			return err
		}
		if err := s.Notify.About(ctx, tx, id, notify.Detail, found.BeneficiaryID, found.SocialWorkerID); err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: acts[to], ObjectID: id})
	})
}

// lock locks the appointment of a search that goes on.
func (s *Service) lock(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, id uuid.UUID) (row, error) {
	if err := viewer.Require(v, viewer.Switchboard); err != nil {
		return row{}, err
	}
	if _, err := appointment.LockAny(ctx, tx, id); err != nil && !postgres.NoRows(err) {
		return row{}, err
	}
	found, err := read(ctx, tx, id)
	if err == nil && !found.Appointment().At(tx.Now).Talkable(tx.Now) {
		err = errOver
	}
	return found, err
}

// Ready locks and returns the appointment of an interpreter who is found, for whom the
// switchboard makes a link, and journals it. It fails like Set, and with Conflict before.
func (s *Service) Ready(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, id uuid.UUID) (appointment.Appointment, error) {
	found, err := s.lock(ctx, tx, v, id)
	if err == nil && found.State != Found {
		err = errNotFound
	}
	if err != nil {
		return appointment.Appointment{}, err
	}
	return found.Appointment(), audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: actInvited, ObjectID: id})
}
