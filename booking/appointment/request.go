package appointment

import (
	"context"
	"time"

	"socialdirect/booking/slot"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Request is an hour that a beneficiary asks for.
type Request struct {
	SocialWorkerID uuid.UUID
	StartsAt       time.Time
	Mode           slot.Mode
	Reason         string // a slug
	Note           string // what the person wants to say beforehand; may be empty
	Needs
	Anybody bool      // it does not matter with whom: where the hour is lost, anybody's are proposed
	For     uuid.UUID // whom the viewer books for; zero for oneself

	Instead uuid.UUID // the appointment, cancelled by its worker, whose place it takes
}

// MaxNote is how many characters a note may have.
const MaxNote = 1000

var (
	errNotBeneficiary = fault.New(fault.Forbidden, "Seule une personne bénéficiaire peut prendre rendez-vous ici.")
)

// Person is for whom v books.
func (r Request) Person(v *viewer.Viewer) uuid.UUID {
	if r.For == uuid.Nil {
		return v.ID
	}
	return r.For
}

// Booked is what a booking became: Confirmed, or Requested (R19).
type Booked struct {
	ID     uuid.UUID
	Status Status
}

func aboutNote(id uuid.UUID) string { return "appointment-note/" + id.String() }

// SealNote seals what a person writes when booking with that person's key; nil for nothing.
func (s *Service) SealNote(ctx context.Context, tx postgres.Tx, person, id uuid.UUID, note string) ([]byte, error) {
	if note == "" {
		return nil, nil
	}
	return s.vault.Seal(ctx, tx, person, aboutNote(id), []byte(note))
}

// MaxExplanation is how many characters may be said when cancelling.
const MaxExplanation = 500

// CancelledAlike reports whether it is what cancelling, by the person or by the worker,
// leads to.
func (s Status) CancelledAlike(persons bool) bool {
	if persons {
		return s == Cancelled || s == CancelledLate
	}
	return s == CancelledByWorker
}

func aboutReply(id uuid.UUID) string { return "appointment-reply/" + id.String() }

// SealReply seals what is said with a cancellation with the person's key; nil for nothing.
func (s *Service) SealReply(ctx context.Context, tx postgres.Tx, a Appointment, text string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	return s.vault.Seal(ctx, tx, a.BeneficiaryID, aboutReply(a.ID), []byte(text))
}

// How long a request holds its hour: so long after it was made, and until so long
// before the hour, whichever comes first (R19).
const (
	answerWithin = 24 * time.Hour
	answerBefore = time.Hour
)

// AnswerBy is until when a request that is made at now may be answered; that
// instant still counts.
func AnswerBy(startsAt, now time.Time) time.Time {
	deadline, latest := now.Add(answerWithin), startsAt.Add(-answerBefore)
	if latest.Before(deadline) {
		return latest
	}
	return deadline
}

// Marked is since when the person's bookings with the worker are requests, the zero
// time when they are not. It is told to the two alone, and to whoever books for them.
func (s *Service) Marked(ctx context.Context, v *viewer.Viewer, worker, person uuid.UUID) (time.Time, error) {
	if v.ID != worker && v.ID != person && v.Role != viewer.Switchboard {
		return time.Time{}, ErrNotFound
	}
	return ReadMark(ctx, s.db.Pool, worker, person)
}

// RemoveLateMark ends it, by the worker of one of the person's appointments; journaled. One
// that has ended stays so.
func (s *Service) RemoveLateMark(ctx context.Context, v *viewer.Viewer, id uuid.UUID) error {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		row, err := Lock(ctx, tx, v.ID, id)
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
	return s.WithNames(ctx, rows)
}

// Answered reports whether it is a request that was accepted, or declined, and stands
// as it was Answered.
func (a Appointment) Answered(accept bool) bool {
	if accept {
		return a.Status == Confirmed && !a.AnswerBy.IsZero()
	}
	return a.Status == Declined
}
