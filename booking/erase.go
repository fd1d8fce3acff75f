package booking

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Hold keeps every other act from the agenda of somebody who is about to be erased, and
// from those that hold an hour for them. The account is held after it: whoever books
// goes by the same order.
func (s *Service) Hold(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	return holdAgendas(ctx, tx, person)
}

// Erase takes out of a person's appointments what they were about and what was
// written in them, and cancels those to come, of which the other person is told.
// That an hour took place stays, since it is the other person's too. A worker's
// sheet, openings and absences go.
//
// It is a step of the caller's erasure, who has checked that it may be done and called
// Hold before anything else.
func (s *Service) Erase(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	cancelled, err := cancelComing(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, c := range cancelled {
		if err := InsertRebooking(ctx, tx, c.ID); err != nil {
			return err
		}
		if err := s.Notify(ctx, tx, c.ID, NoticeCancellation, c.OtherID); err != nil {
			return err
		}
	}
	return eraseAppointments(ctx, tx, person)
}
