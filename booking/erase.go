package booking

import (
	"context"

	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/calendar"
	"socialdirect/booking/interpreter"
	"socialdirect/booking/notify"
	"socialdirect/booking/rebooking"
	"socialdirect/booking/search"
	"socialdirect/booking/viewlimit"
	"socialdirect/booking/waitlist"
	"socialdirect/booking/worker"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// LockForErasure locks the agenda of a person who is about to be erased, and those of workers
// with a request of that person. The caller locks the account afterwards: bookings use the same order.
func (s *Service) LockForErasure(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	return worker.LockAgendas(ctx, tx, person)
}

// Erase cancels a person's upcoming appointments, notifies the other people, and has each
// package of booking erase its own rows.
//
// It is a step of the caller's erasure, which has checked that it is allowed and called
// LockForErasure first.
func (s *Service) Erase(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	cancelled, err := appointment.CancelComing(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, c := range cancelled {
		if err := rebooking.Add(ctx, tx, c.ID); err != nil {
			return err
		}
		if err := s.Notify.About(ctx, tx, c.ID, notify.Cancellation, c.OtherID); err != nil {
			return err
		}
	}
	for _, erase := range []func(context.Context, postgres.Tx, uuid.UUID) error{
		rebooking.Erase, interpreter.Erase, waitlist.Erase, appointment.Erase, search.Erase, calendar.Erase, agenda.Erase, worker.Erase, viewlimit.Erase,
	} {
		if err := erase(ctx, tx, person); err != nil {
			return err
		}
	}
	return nil
}
