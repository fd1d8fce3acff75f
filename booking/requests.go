package booking

import (
	"context"
	"errors"
	"time"

	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// How long a request holds its hour: so long after it was made, and until so long
// before the hour, whichever comes first (R19).
const (
	answerWithin = 24 * time.Hour
	answerBefore = time.Hour
)

// answerBy is until when a request that is made at now may be answered; that
// instant still counts.
func answerBy(startsAt, now time.Time) time.Time {
	deadline, latest := now.Add(answerWithin), startsAt.Add(-answerBefore)
	if latest.Before(deadline) {
		return latest
	}
	return deadline
}

var (
	errTooSoon  = fault.New(fault.Invalid, "Cette heure est trop proche pour une demande : elle doit pouvoir être acceptée une heure avant. Choisissez-en une plus tardive.")
	errAnswered = fault.New(fault.Conflict, "Cette demande n’attend plus de réponse : elle a été annulée, a déjà sa réponse, ou son délai est passé.")
)

// terms are how an hour is had: at once, or as a request that is to be answered.
type terms struct {
	Status   Status
	AnswerBy *time.Time // of a request
}

// terms decides it: while the person is marked with the worker, what they take is
// a request. What the worker gives is given.
func (s *Service) terms(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, worker, person uuid.UUID, startsAt time.Time) (terms, error) {
	marked, err := readMark(ctx, tx, worker, person)
	if err != nil || marked.IsZero() || v.ID == worker {
		return terms{Status: Confirmed}, err
	}
	return request(startsAt, tx.Now)
}

func request(startsAt, now time.Time) (terms, error) {
	by := answerBy(startsAt, now)
	if !by.After(now) {
		return terms{}, errTooSoon
	}
	return terms{Requested, &by}, nil
}

// Marked is since when the person's bookings with the worker are requests, the zero
// time when they are not. It is told to the two alone, and to whoever books for them.
func (s *Service) Marked(ctx context.Context, v *viewer.Viewer, worker, person uuid.UUID) (time.Time, error) {
	if v.ID != worker && v.ID != person && v.Role != viewer.Switchboard {
		return time.Time{}, errNotFound
	}
	return readMark(ctx, s.db.Pool, worker, person)
}

// ClearMark ends it, by the worker of one of the person's appointments; journaled. One
// that has ended stays so.
func (s *Service) ClearMark(ctx context.Context, v *viewer.Viewer, id uuid.UUID) error {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		row, err := lockAppointment(ctx, tx, v.ID, id)
		if err != nil {
			return err
		}
		found, err := deleteMark(ctx, tx, v.ID, row.BeneficiaryID)
		if err != nil || !found {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: actUnmarked, SubjectID: row.BeneficiaryID})
	})
}

// Requests lists what waits for the viewer's answer, the most pressing first.
func (s *Service) Requests(ctx context.Context, v *viewer.Viewer) ([]Appointment, error) {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return nil, err
	}
	rows, err := readRequests(ctx, s.db.Pool, v.ID, s.db.Now())
	if err != nil {
		return nil, err
	}
	return s.named(ctx, rows)
}

// Answer accepts or declines a request, by its worker, until its deadline; Conflict
// when it waits no more, unless it has that very answer. The person is told either way, with a word if there is one.
func (s *Service) Answer(ctx context.Context, v *viewer.Viewer, id uuid.UUID, accept bool, explanation string) error {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		h, err := s.hold(ctx, tx, v, id)
		if err != nil {
			return err
		}
		if h.answered(accept) {
			return nil
		}
		if h.Status != Requested {
			return errAnswered
		}
		if accept {
			return s.accept(ctx, tx, h.Appointment)
		}
		reply, err := s.sealReply(ctx, tx, h.Appointment, explanation)
		if err != nil {
			return err
		}
		if err := markCancelled(ctx, tx, id, Declined, reply); err != nil {
			return err
		}
		if err := reopenRebooking(ctx, tx, id); err != nil {
			return err
		}
		return s.tellClosed(ctx, tx, noticeDeclined, freedRow{id, h.BeneficiaryID, h.SocialWorkerID})
	})
}

// answered reports whether it is a request that was accepted, or declined, and stands
// as it was answered.
func (a Appointment) answered(accept bool) bool {
	if accept {
		return a.Status == Confirmed && !a.AnswerBy.IsZero()
	}
	return a.Status == Declined
}

func (s *Service) accept(ctx context.Context, tx postgres.Tx, a Appointment) error {
	if err := markAccepted(ctx, tx, a.ID); err != nil {
		return err
	}
	if err := s.notify(ctx, tx, a.ID, noticeAccepted, a.BeneficiaryID); err != nil {
		return err
	}
	return s.notify(ctx, tx, a.ID, noticeConfirmation, a.SocialWorkerID)
}

// release frees the hours that overdue requests of the worker and of the person
// still hold, before an act looks at what is free.
func (s *Service) release(ctx context.Context, tx postgres.Tx, worker, person uuid.UUID) error {
	freed, err := expireRequests(ctx, tx, worker, person)
	if err != nil {
		return err
	}
	for _, f := range freed {
		if err := reopenRebooking(ctx, tx, f.ID); err != nil {
			return err
		}
		if err := s.tellClosed(ctx, tx, noticeExpired, f); err != nil {
			return err
		}
	}
	return nil
}

// tellClosed tells the person how a request ended, and the worker, whose calendar
// holds it, that it did.
func (s *Service) tellClosed(ctx context.Context, tx postgres.Tx, how string, r freedRow) error {
	if err := s.notify(ctx, tx, r.ID, how, r.BeneficiaryID); err != nil {
		return err
	}
	return s.notify(ctx, tx, r.ID, noticeClosed, r.SocialWorkerID)
}

// releasedAtOnce bounds one round of ReleaseOverdue; the next is a minute away.
const releasedAtOnce = 500

// ReleaseOverdue frees every hour that a request held for too long. One that fails
// keeps back no other.
func (s *Service) ReleaseOverdue(ctx context.Context) error {
	overdue, err := readOverdue(ctx, s.db.Pool, s.db.Now(), releasedAtOnce)
	if err != nil {
		return err
	}
	var failed error
	for _, o := range overdue {
		failed = errors.Join(failed, s.db.InTx(ctx, func(tx postgres.Tx) error {
			if _, err := lockWorker(ctx, tx, o.SocialWorkerID); err != nil {
				return err
			}
			return s.release(ctx, tx, o.SocialWorkerID, o.BeneficiaryID)
		}))
	}
	return failed
}
