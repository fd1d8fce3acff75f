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

// terms are how an hour is had: at once, or as a request that is to be answered.
type terms struct {
	Status   appointment.Status
	AnswerBy *time.Time // of a request
}

// terms decides it: while the person is marked with the worker, what they take is
// a request. What the worker gives is given.
func (s *Service) terms(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, worker, person uuid.UUID, startsAt time.Time) (terms, error) {
	marked, err := appointment.ReadMark(ctx, tx, worker, person)
	if err != nil || marked.IsZero() || v.ID == worker {
		return terms{Status: appointment.Confirmed}, err
	}
	return request(startsAt, tx.Now)
}

func request(startsAt, now time.Time) (terms, error) {
	by := appointment.AnswerBy(startsAt, now)
	if !by.After(now) {
		return terms{}, errTooSoon
	}
	return terms{appointment.Requested, &by}, nil
}

// Answer accepts or declines a request, by its worker, until its deadline; Conflict
// when it waits no more, unless it has that very answer. The person is told either way, with a word if there is one.
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

// Release frees the hours that overdue requests of the worker and of the person
// still hold, before an act looks at what is free.
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

// notifyClosed tells the person how a request ended, and the worker, whose calendar
// holds it, that it did.
func (s *Service) notifyClosed(ctx context.Context, tx postgres.Tx, how string, r appointment.ReleasedRow) error {
	if err := s.Notify.About(ctx, tx, r.ID, how, r.BeneficiaryID); err != nil {
		return err
	}
	return s.Notify.About(ctx, tx, r.ID, notify.ClosedRequest, r.SocialWorkerID)
}

// releasedAtOnce bounds one round of ReleaseOverdue; the next is a minute away.
const releasedAtOnce = 500

// ReleaseOverdue frees every hour that a request held for too long. One that fails
// keeps back no other.
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
