// Package bulkcancel cancels many appointments at once: a worker's own, or any worker's
// by the administration.
package bulkcancel

import (
	"context"
	"errors"
	"slices"
	"time"

	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/notify"
	"socialdirect/booking/rebooking"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Acts of the journal about appointments that are cancelled from the worker's side.
const (
	actCancelled     = "appointment.worker_cancelled" // about each person
	actBulkCancelled = "agenda.cleared"               // about the worker, on whose behalf it was done
)

// MaxAppointments is how many appointments one bulk cancel may contain.
const MaxAppointments = 500

// maxReason is the maximum length of an administrator's reason, in characters.
const maxReason = 500

var (
	errNothingChosen = fault.New(fault.Invalid, "Choisissez au moins un rendez-vous à annuler.")
	errTooManyAtOnce = fault.New(fault.Invalid, "Choisissez moins de rendez-vous à la fois, ou une période plus courte.")
	errReason        = fault.New(fault.Invalid, "Écrivez pourquoi, en une ou deux phrases.")
	errClosing       = fault.New(fault.Invalid, "Cette période ne peut pas être fermée : choisissez une fin qui vient après le début, dans les cinq ans.")
)

// mayCancel fails unless v is the worker, or an administrator who acts for a worker who
// cannot (illness, departure, a closed account).
func mayCancel(v *viewer.Viewer, id uuid.UUID) error {
	if v != nil && v.ID == id {
		return viewer.Require(v, viewer.SocialWorker)
	}
	return viewer.Require(v, viewer.Administrator)
}

// Cancellable lists a worker's coming appointments and requests that overlap span, soonest
// first, for those who may cancel them; more reports whether there are others. An
// administrator sees only their hours.
func (s *Service) Cancellable(ctx context.Context, v *viewer.Viewer, id uuid.UUID, span slot.Period) (all []appointment.Appointment, more bool, err error) {
	if err := mayCancel(v, id); err != nil {
		return nil, false, err
	}
	if _, err := worker.Read(ctx, s.DB.Pool, id); err != nil {
		return nil, false, err
	}
	now := s.DB.Now()
	rows, err := appointment.ReadComing(ctx, s.DB.Pool, id, span, now)
	if err != nil {
		return nil, false, err
	}
	rows = slices.DeleteFunc(rows, func(r appointment.Row) bool { return !r.Appointment().Cancellable(now) })
	if more = len(rows) > MaxAppointments; more {
		rows = rows[:MaxAppointments]
	}
	all, err = s.Appointments.WithNames(ctx, rows)
	if v.ID != id {
		for i := range all {
			all[i].BeneficiaryName, all[i].Reason, all[i].ReasonLabel = "", "", ""
		}
	}
	return all, more, err
}

// Batch is the appointments of a worker that one act cancels (R20).
type Batch struct {
	SocialWorkerID uuid.UUID
	Appointments   []uuid.UUID
	Explanation    string      // to each of the people; may be empty
	Closes         slot.Period // also closed in the agenda; zero for nothing
	Reopen         bool        // the hours of the appointments stay open, outside Closes
	Reason         string      // of an administrator, stored for the administration
}

// Cancel cancels the appointments of the batch that can still be cancelled, all or none,
// as the worker. Nobody is marked, no consultation is used up, and each person is notified
// once and offered other slots. The hours are closed in the agenda, unless Reopen is set. It returns how many were cancelled. Each is journaled; an
// administrator's act with the reason.
func (s *Service) Cancel(ctx context.Context, v *viewer.Viewer, c Batch) (cancelled int, err error) {
	if err := mayCancel(v, c.SocialWorkerID); err != nil {
		return 0, err
	}
	switch {
	case len(c.Appointments) == 0:
		return 0, errNothingChosen
	case len(c.Appointments) > MaxAppointments:
		return 0, errTooManyAtOnce
	case v.ID != c.SocialWorkerID && c.Reason == "":
		return 0, errReason
	}
	err = s.DB.InTx(ctx, func(tx postgres.Tx) error {
		cancelled, err = s.cancel(ctx, tx, v, c)
		return err
	})
	return cancelled, err
}

// cancel locks in the order of every act: the worker, the people by id, the appointments
// by id.
func (s *Service) cancel(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, c Batch) (int, error) {
	if _, err := worker.Lock(ctx, tx, c.SocialWorkerID); err != nil {
		return 0, err
	}
	people, err := readPeopleOf(ctx, tx, c.SocialWorkerID, c.Appointments)
	if err != nil {
		return 0, err
	}
	for _, person := range people {
		if _, err := s.Accounts.People.LockClient(ctx, tx, person); err != nil && !fault.Is(err, fault.NotFound) {
			return 0, err
		}
	}
	if err := s.Bookings.Release(ctx, tx, c.SocialWorkerID, uuid.Nil); err != nil {
		return 0, err
	}
	rows, err := lockComing(ctx, tx, c.SocialWorkerID, c.Appointments)
	if err != nil {
		return 0, err
	}
	rows = slices.DeleteFunc(rows, func(r appointment.Row) bool { return !r.Appointment().At(tx.Now).Cancellable(tx.Now) })
	if err := s.cancelEach(ctx, tx, c, rows); err != nil {
		return 0, err
	}
	if err := s.close(ctx, tx, c, rows); err != nil {
		return 0, err
	}
	return len(rows), s.journal(ctx, tx, v, c, rows)
}

// cancelEach cancels the appointments and notifies their people.
func (s *Service) cancelEach(ctx context.Context, tx postgres.Tx, c Batch, rows []appointment.Row) error {
	notified, err := s.Accounts.People.Active(ctx, tx, c.SocialWorkerID)
	if err != nil {
		return err
	}
	for _, row := range rows {
		reply, err := s.Appointments.SealReply(ctx, tx, row.Appointment(), c.Explanation)
		if err != nil {
			return err
		}
		if err := appointment.MarkCancelled(ctx, tx, row.ID, appointment.CancelledByWorker, reply); err != nil {
			return err
		}
		if err := rebooking.Add(ctx, tx, row.ID); err != nil {
			return err
		}
		people := []uuid.UUID{row.BeneficiaryID}
		if notified {
			people = append(people, row.SocialWorkerID) // to update their own calendar
		}
		if err := s.Bookings.Notify.About(ctx, tx, row.ID, notify.Cancellation, people...); err != nil {
			return err
		}
	}
	return nil
}

// close closes the period in the worker's agenda, if one is given, and then the hours of
// the cancelled appointments that are still open.
func (s *Service) close(ctx context.Context, tx postgres.Tx, c Batch, rows []appointment.Row) error {
	if err := closePeriod(ctx, tx, c); err != nil || c.Reopen {
		return err
	}
	for _, row := range rows {
		if err := agenda.CloseCancelled(ctx, tx, c.SocialWorkerID, slot.Period{From: row.StartsAt, To: row.EndsAt}); err != nil {
			return err
		}
	}
	return nil
}

func closePeriod(ctx context.Context, tx postgres.Tx, c Batch) error {
	if c.Closes == (slot.Period{}) {
		return nil
	}
	if !c.Closes.From.Before(c.Closes.To) || !c.Closes.To.After(tx.Now) || c.Closes.To.After(tx.Now.AddDate(5, 0, 1)) {
		return errClosing
	}
	closed, err := agenda.ReadAbsences(ctx, tx, c.SocialWorkerID, c.Closes)
	if err != nil || slices.ContainsFunc(closed, func(a agenda.Absence) bool { return c.Closes.Inside(slot.Period{From: a.From, To: a.To}) }) {
		return err
	}
	return agenda.Close(ctx, tx, c.SocialWorkerID, c.Closes)
}

func (s *Service) journal(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, c Batch, rows []appointment.Row) error {
	if v.ID != c.SocialWorkerID {
		if err := s.storeReason(ctx, tx, v, c, len(rows)); err != nil {
			return err
		}
	}
	for _, row := range rows {
		if err := audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: actCancelled, SubjectID: row.BeneficiaryID, ObjectID: row.ID}); err != nil {
			return err
		}
	}
	return nil
}

func sealContext(id uuid.UUID) string { return "bulk-cancel/" + id.String() }

func (s *Service) storeReason(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, c Batch, cancelled int) error {
	id := uuid.New()
	sealed, err := s.Vault.Seal(ctx, tx, c.SocialWorkerID, sealContext(id), []byte(c.Reason))
	if err != nil {
		return err
	}
	row := decisionRow{ID: id, AuthorID: v.ID, SealedReason: sealed, Cancelled: cancelled, DecidedAt: tx.Now}
	if err := insertDecision(ctx, tx, c.SocialWorkerID, row); err != nil {
		return err
	}
	return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: actBulkCancelled, SubjectID: c.SocialWorkerID, ObjectID: id})
}

// Decision is one bulk cancel by the administration.
type Decision struct {
	Reason    string // empty once the worker is erased
	Author    string
	Cancelled int
	At        time.Time
}

// decisionsShown is the maximum number of decisions on a page.
const decisionsShown = 50

// Decisions lists the bulk cancels of a worker by the administration, latest first, for an
// administrator.
func (s *Service) Decisions(ctx context.Context, v *viewer.Viewer, worker uuid.UUID) ([]Decision, error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return nil, err
	}
	rows, err := readDecisions(ctx, s.DB.Pool, worker, decisionsShown)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.AuthorID
	}
	authors, err := s.Accounts.People.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	all := make([]Decision, len(rows))
	for i, row := range rows {
		reason, err := s.Appointments.Unsealed(ctx, s.DB.Pool, worker, sealContext(row.ID), row.SealedReason)
		if err != nil && !errors.Is(err, vault.ErrDestroyed) {
			return nil, err
		}
		all[i] = Decision{reason, authors[row.AuthorID].Name(), row.Cancelled, row.DecidedAt}
	}
	return all, nil
}
