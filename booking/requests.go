package booking

import (
	"context"
	"errors"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/notify"
	"socialdirect/booking/rebooking"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

var (
	errTooSoon  = fault.New(fault.Invalid, "Cette heure est trop proche pour une demande : elle doit pouvoir être acceptée une heure avant. Choisissez-en une plus tardive.")
	errAnswered = fault.New(fault.Conflict, "Cette demande n’attend plus de réponse : elle a été annulée, a déjà sa réponse, ou son délai est passé.")
)

// terms are the state of a new booking: confirmed, or a request with a deadline.
type terms struct {
	Status   appointment.Status
	AnswerBy *time.Time // of a request
}

// terms returns a request while the person is marked with the worker. What the worker
// books is confirmed.
func (s *Service) terms(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, worker, person uuid.UUID, startsAt time.Time) (terms, error) {
	marked, err := appointment.ReadMark(ctx, tx, worker, person)
	if err != nil || marked.IsZero() || v.ID == worker {
		return terms{Status: appointment.Confirmed}, err
	}
	return request(startsAt, tx.Now)
}

// request returns the terms of a request. It fails with errTooSoon if the worker would have
// no time to answer.
func request(startsAt, now time.Time) (terms, error) {
	by := appointment.AnswerBy(startsAt, now)
	if !by.After(now) {
		return terms{}, errTooSoon
	}
	return terms{appointment.Requested, &by}, nil
}

// Answer accepts or declines a request, by its worker, until its deadline. It fails with
// Conflict if it is no longer open, unless it has that very answer. The person is
// notified, with a message if there is one.
func (s *Service) Answer(ctx context.Context, v *viewer.Viewer, id uuid.UUID, accept bool, explanation string) error {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx postgres.Tx) error {
		h, err := s.lock(ctx, tx, v, id)
		if err != nil {
			return err
		}
		if h.Answered(accept) {
			return nil
		}
		if h.Status != appointment.Requested {
			return errAnswered
		}
		if accept {
			return s.accept(ctx, tx, h.Appointment)
		}
		reply, err := s.Appointments.SealReply(ctx, tx, h.Appointment, explanation)
		if err != nil {
			return err
		}
		if err := appointment.MarkCancelled(ctx, tx, id, appointment.Declined, reply); err != nil {
			return err
		}
		if err := rebooking.Reopen(ctx, tx, id); err != nil {
			return err
		}
		return s.notifyClosed(ctx, tx, notify.Declined, appointment.ReleasedRow{ID: id, BeneficiaryID: h.BeneficiaryID, SocialWorkerID: h.SocialWorkerID})
	})
}

func (s *Service) accept(ctx context.Context, tx postgres.Tx, a appointment.Appointment) error {
	if err := appointment.MarkAccepted(ctx, tx, a.ID); err != nil {
		return err
	}
	if err := s.Notify.About(ctx, tx, a.ID, notify.Accepted, a.BeneficiaryID); err != nil {
		return err
	}
	return s.Notify.About(ctx, tx, a.ID, notify.Confirmation, a.SocialWorkerID)
}

// Release releases the slots of overdue requests of the worker and of the person, before
// an act reads what is available.
func (s *Service) Release(ctx context.Context, tx postgres.Tx, worker, person uuid.UUID) error {
	released, err := appointment.ExpireRequests(ctx, tx, worker, person)
	if err != nil {
		return err
	}
	for _, f := range released {
		if err := rebooking.Reopen(ctx, tx, f.ID); err != nil {
			return err
		}
		if err := s.notifyClosed(ctx, tx, notify.Expired, f); err != nil {
			return err
		}
	}
	return nil
}

// notifyClosed notifies the person, and the worker (whose calendar contains it), of how a
// request ended.
func (s *Service) notifyClosed(ctx context.Context, tx postgres.Tx, how string, r appointment.ReleasedRow) error {
	if err := s.Notify.About(ctx, tx, r.ID, how, r.BeneficiaryID); err != nil {
		return err
	}
	return s.Notify.About(ctx, tx, r.ID, notify.ClosedRequest, r.SocialWorkerID)
}

// releasedAtOnce is the batch size of ReleaseOverdue; the next run is a minute later.
const releasedAtOnce = 500

// ReleaseOverdue releases the slots of all overdue requests. A failure for one does not
// stop the others.
func (s *Service) ReleaseOverdue(ctx context.Context) error {
	overdue, err := appointment.ReadOverdue(ctx, s.DB.Pool, s.DB.Now(), releasedAtOnce)
	if err != nil {
		return err
	}
	var failed error
	for _, o := range overdue {
		failed = errors.Join(failed, s.DB.InTx(ctx, func(tx postgres.Tx) error {
			if _, err := worker.Lock(ctx, tx, o.SocialWorkerID); err != nil {
				return err
			}
			return s.Release(ctx, tx, o.SocialWorkerID, o.BeneficiaryID)
		}))
	}
	return failed
}
