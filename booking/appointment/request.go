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

// Request is a booking that a person asks for.
type Request struct {
	SocialWorkerID uuid.UUID
	StartsAt       time.Time
	Mode           slot.Mode
	Reason         string // a slug
	Note           string // a message to the worker; may be empty
	Needs
	Voicemail bool      // the worker may leave a voice message
	Anybody   bool      // any worker will do: if the slot is lost, slots of others are proposed
	For       uuid.UUID // the person for whom the viewer books; zero for oneself

	Instead uuid.UUID // the appointment, cancelled by its worker, that it replaces
}

// MaxNote is the maximum length of a note, in characters.
const MaxNote = 1000

var (
	errNotBeneficiary = fault.New(fault.Forbidden, "Seule une personne bénéficiaire peut prendre rendez-vous ici.")
)

// Person is the person for whom v books.
func (r Request) Person(v *viewer.Viewer) uuid.UUID {
	if r.For == uuid.Nil {
		return v.ID
	}
	return r.For
}

// Booked is the result of a booking: Confirmed, or Requested (R19).
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

// MaxExplanation is the maximum length of the message of a cancellation, in characters.
const MaxExplanation = 500

// CancelledAlike reports whether it is already in the state that cancelling, by the person
// or by the worker, leads to.
func (s Status) CancelledAlike(persons bool) bool {
	if persons {
		return s == Cancelled || s == CancelledLate
	}
	return s == CancelledByWorker
}

func aboutReply(id uuid.UUID) string { return "appointment-reply/" + id.String() }

// SealReply seals the message of a cancellation with the person's key; nil if it is empty.
func (s *Service) SealReply(ctx context.Context, tx postgres.Tx, a Appointment, text string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	return s.vault.Seal(ctx, tx, a.BeneficiaryID, aboutReply(a.ID), []byte(text))
}

// The deadline of a request: this long after it was made, or this long before the start,
// whichever is first (R19).
const (
	answerWithin = 24 * time.Hour
	answerBefore = time.Hour
)

// AnswerBy is the deadline of a request made at now, that instant included.
func AnswerBy(startsAt, now time.Time) time.Time {
	deadline, latest := now.Add(answerWithin), startsAt.Add(-answerBefore)
	if latest.Before(deadline) {
		return latest
	}
	return deadline
}

// Marked returns since when the person's bookings with the worker are requests, zero if
// they are not. Only the two people, and those who book on behalf of the person, may see it.
func (s *Service) Marked(ctx context.Context, v *viewer.Viewer, worker, person uuid.UUID) (time.Time, error) {
	if v.ID != worker && v.ID != person && v.Role != viewer.Switchboard {
		return time.Time{}, ErrNotFound
	}
	return ReadMark(ctx, s.db.Pool, worker, person)
}

// RemoveLateMark removes the mark of a late cancellation, by the worker of one of the
// person's appointments; journaled. Nothing happens if there is none.
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

// Requests lists the requests that the viewer has to answer, the earliest deadline first.
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

// Answered reports whether it is a request that was accepted, or declined, and is still in
// that state.
func (a Appointment) Answered(accept bool) bool {
	if accept {
		return a.Status == Confirmed && !a.AnswerBy.IsZero()
	}
	return a.Status == Declined
}
