package booking

import (
	"context"
	"time"

	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/notify"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

var (
	errNotMovable = fault.New(fault.Conflict, "Ce rendez-vous a déjà commencé, ou n’est plus prévu : il ne peut plus être déplacé.")
	errSameHour   = fault.New(fault.Invalid, "C’est déjà l’heure de ce rendez-vous. Choisissez-en une autre.")
	errNoPhone    = fault.New(fault.Conflict, "Ce rendez-vous ne peut pas passer au téléphone : cette heure ne se propose pas par téléphone, ou nous n’avons pas de numéro de portable.")
)

// Move moves an appointment to another slot of the same worker, in one act: the old slot
// is released, the new one must pass every rule of booking, and the appointment stays the
// same. It is penalty-free until the limit, and marked like a late cancellation after it
// (R18), unless the worker moves it. If the person is marked, it becomes a request (R19).
// Both are notified.
//
// Moving it to its current start changes nothing, so that pressing twice is harmless.
// It fails with Conflict if somebody has just booked the slot or the appointment can no
// longer be moved, and with Throttled after too many acts (R47); nothing is changed then.
func (s *Service) Move(ctx context.Context, v *viewer.Viewer, id uuid.UUID, startsAt time.Time) error {
	return s.moveTo(ctx, v, id, startsAt, false)
}

// MovePenaltyFree is Move after a page that said it was penalty-free: after the limit it fails
// with Conflict and changes nothing.
func (s *Service) MovePenaltyFree(ctx context.Context, v *viewer.Viewer, id uuid.UUID, startsAt time.Time) error {
	return s.moveTo(ctx, v, id, startsAt, true)
}

func (s *Service) moveTo(ctx context.Context, v *viewer.Viewer, id uuid.UUID, startsAt time.Time, penaltyFree bool) error {
	var person uuid.UUID
	err := s.DB.InTxRetried(ctx, func(tx postgres.Tx) error {
		h, err := s.lock(ctx, tx, v, id)
		if err != nil {
			return err
		}
		person = h.BeneficiaryID
		if h.Cancellable(tx.Now) && startsAt.Equal(h.StartsAt) {
			return nil
		}
		if penaltyFree && h.late(v, tx.Now) {
			return errLimitPassed
		}
		return s.move(ctx, tx, v, h, startsAt)
	})
	return s.explainOverlap(ctx, v, person, id, startsAt, err)
}

func (s *Service) move(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, h lockedAppointment, startsAt time.Time) error {
	if !h.Cancellable(tx.Now) {
		return errNotMovable
	}
	if err := s.Appointments.Spend(ctx, tx, v, h.BeneficiaryID); err != nil {
		return err
	}
	to := appointment.Request{SocialWorkerID: h.SocialWorkerID, StartsAt: startsAt, Mode: h.Mode}
	if err := s.Workers.Offered(ctx, tx, h.SocialWorkerID); err != nil {
		return err
	}
	if err := appointment.Entitled(ctx, tx, h.client, h.BeneficiaryID, h.ID, to); err != nil {
		return err
	}
	slot, err := bookable(ctx, tx, h.worker, to, slot.Period{From: h.StartsAt, To: h.EndsAt})
	if err != nil {
		return err
	}
	where, err := worker.MeetingPlace(ctx, tx, h.SocialWorkerID, h.Mode, slot.Place)
	if err != nil {
		return err
	}
	next, err := s.termsAfterMove(ctx, tx, v, h.Appointment, startsAt)
	if err != nil {
		return err
	}
	if err := appointment.MoveTo(ctx, tx, h.ID, slot.Period(), where, next.Status, next.AnswerBy); err != nil {
		return err
	}
	if err := s.Interpreters.Again(ctx, tx, h.ID); err != nil {
		return err
	}
	if h.late(v, tx.Now) {
		if err := appointment.InsertMark(ctx, tx, h.SocialWorkerID, h.BeneficiaryID); err != nil {
			return err
		}
	}
	if err := s.Notify.About(ctx, tx, h.ID, notify.Change, h.BeneficiaryID, h.SocialWorkerID); err != nil {
		return err
	}
	return appointment.Journaled(ctx, tx, v, appointment.ActMoved, h.BeneficiaryID, h.ID)
}

// late reports whether moving it now is marked: after the limit, unless the worker moves
// it.
func (h lockedAppointment) late(v *viewer.Viewer, now time.Time) bool {
	return h.Cancellable(now) && !h.PenaltyFree(now) && v.ID != h.SocialWorkerID
}

// termsAfterMove returns the state after a move: a request stays one, with a new deadline;
// what the worker moves is confirmed.
func (s *Service) termsAfterMove(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, a appointment.Appointment, startsAt time.Time) (terms, error) {
	if a.Status == appointment.Requested && v.ID != a.SocialWorkerID {
		return request(startsAt, tx.Now)
	}
	return s.terms(ctx, tx, v, a.SocialWorkerID, a.BeneficiaryID, startsAt)
}

// Phone changes the mode of an appointment to phone at the same hour, by its person or on
// their behalf, until it ends: instead of cancelling late, or if a browser cannot join a
// call. The contract, the worker and the slot must offer it. Both are notified. It does
// nothing for a call by phone. It fails with Throttled after too many acts (R47).
func (s *Service) Phone(ctx context.Context, v *viewer.Viewer, id uuid.UUID) error {
	seen, err := s.Appointments.ActedOn(ctx, v, id)
	if err != nil {
		return err
	}
	if seen.ByPhone(v, s.DB.Now()) {
		return nil
	}
	if able, err := s.callable(ctx, v, seen); err != nil || !able {
		return fault.OrElse(err, errNoPhone)
	}
	return s.DB.InTx(ctx, func(tx postgres.Tx) error {
		h, err := s.lock(ctx, tx, v, id)
		if err != nil {
			return err
		}
		if h.ByPhone(v, tx.Now) {
			return nil
		}
		able, err := offersPhone(ctx, tx, h.worker, h.Appointment)
		if err != nil || !able || !h.Talkable(tx.Now) {
			return fault.OrElse(err, errNoPhone)
		}
		if err := s.Appointments.Spend(ctx, tx, v, h.BeneficiaryID); err != nil {
			return err
		}
		if err := appointment.SetMode(ctx, tx, id, slot.Phone); err != nil {
			return err
		}
		if err := s.Notify.About(ctx, tx, id, notify.Change, h.BeneficiaryID, h.SocialWorkerID); err != nil {
			return err
		}
		return appointment.Journaled(ctx, tx, v, appointment.ActByPhone, h.BeneficiaryID, id)
	})
}

// Phonable reports whether Phone would succeed now.
func (s *Service) Phonable(ctx context.Context, v *viewer.Viewer, a appointment.Appointment) (bool, error) {
	if able, err := s.callable(ctx, v, a); err != nil || !able {
		return false, err
	}
	row, err := worker.Read(ctx, s.DB.Pool, a.SocialWorkerID)
	if err != nil {
		return false, err
	}
	return offersPhone(ctx, s.DB.Pool, row, a)
}

// callable reports whether the mode of the appointment can be changed to phone.
func (s *Service) callable(ctx context.Context, v *viewer.Viewer, a appointment.Appointment) (bool, error) {
	if v.ID == a.SocialWorkerID || a.Mode == slot.Phone || !a.Talkable(s.DB.Now()) {
		return false, nil
	}
	person, err := s.Accounts.People.Person(ctx, a.BeneficiaryID)
	if err != nil || person.Mobile == "" {
		return false, err
	}
	contract, err := s.Accounts.People.Contract(ctx, a.BeneficiaryID)
	return err == nil && contract.Allows(string(slot.Phone)), err
}

// offersPhone reports whether the slot is offered by phone.
func offersPhone(ctx context.Context, q postgres.Querier, worker worker.Row, a appointment.Appointment) (bool, error) {
	agenda, err := agenda.Read(ctx, q, worker, slot.Period{From: a.StartsAt, To: a.EndsAt}, a.StartsAt)
	if err != nil {
		return false, err
	}
	offered, ok := agenda.SlotAt(a.StartsAt)
	return ok && offered.Offers(slot.Phone), nil
}
