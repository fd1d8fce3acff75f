package rebooking

import (
	"context"
	"errors"
	"slices"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/notify"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/notification"

	"github.com/google/uuid"
)

// Journal acts of the switchboard's calls.
const (
	actRecallShown   = "recall.shown"
	actRecallReached = "recall.reached"
	actRecallMissed  = "recall.missed"
)

// Recall is a person to call whose worker cancelled and who has not answered.
type Recall struct {
	people.Reachable
	AppointmentID    uuid.UUID // the cancelled one
	StartsAt         time.Time // of the cancelled one
	SocialWorkerName string
	Delivery         notify.Delivery // of the latest notification of it
	Tries            int             // unsuccessful calls
	TriedAt          time.Time
	CallNow          bool // it is within the person's call hours
}

// How many people are shown on a page, and how many are read at a time and to count them.
const (
	recallsShown   = 50
	recallsScanned = 500
)

var errRecalled = fault.New(fault.Conflict, "Cette personne n’attend plus d’appel : elle a répondu, ou quelqu’un l’a jointe.")

// Recalls lists the people whom the switchboard has to call: those who neither booked nor
// declined within a day, earlier if the cancelled appointment was near, and at once those
// whom no mail reaches. It shows when and with whom the appointment was, never why. Each
// person shown is journaled. People whose account is not open are left out until it is.
// more reports that the viewer's daily limit leaves out others (R47).
func (s *Service) Recalls(ctx context.Context, v *viewer.Viewer) (all []Recall, more bool, err error) {
	if err := viewer.Require(v, viewer.Switchboard); err != nil {
		return nil, false, err
	}
	err = s.DB.InTx(postgres.Counting(ctx), func(tx postgres.Tx) error {
		waiting, err := s.firstRecalls(ctx, tx, tx.Now, recallsShown)
		if err != nil {
			return err
		}
		ids := make([]uuid.UUID, len(waiting))
		for i, r := range waiting {
			ids[i] = r.ID
		}
		shown, _, err := s.Accounts.Lookups.ShowFirst(ctx, tx, v, ids...)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(waiting, func(r Recall) bool { return !shown[r.ID] })
		more = len(all) < len(ids)
		return noteRecallsShown(ctx, tx, v, all)
	})
	return all, more, err
}

func noteRecallsShown(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, all []Recall) error {
	for _, r := range all {
		if err := audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: actRecallShown, SubjectID: r.ID, ObjectID: r.AppointmentID}); err != nil {
			return err
		}
	}
	return nil
}

// firstRecalls returns the first so many. People whose account is not open do not count,
// so that they hide nobody.
func (s *Service) firstRecalls(ctx context.Context, q postgres.Querier, now time.Time, most int) (all []Recall, err error) {
	for scanned := 0; len(all) < most; scanned += recallsScanned {
		rows, err := readRecalls(ctx, q, now, recallsScanned, scanned)
		if err != nil || len(rows) == 0 {
			return all, err
		}
		found, err := s.recalls(ctx, q, rows, now)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all[:min(most, len(all))], nil
}

func (s *Service) recalls(ctx context.Context, q postgres.Querier, rows []recallRow, now time.Time) (all []Recall, err error) {
	ids := make([]uuid.UUID, 0, 2*len(rows))
	for _, row := range rows {
		ids = append(ids, row.BeneficiaryID, row.SocialWorkerID)
	}
	known, err := s.Accounts.People.Reachable(ctx, q, ids)
	for _, row := range rows {
		person := known[row.BeneficiaryID]
		if !person.Active {
			continue
		}
		r := Recall{
			Reachable: person, AppointmentID: row.AppointmentID, StartsAt: row.StartsAt.UTC(), SocialWorkerName: known[row.SocialWorkerID].Name(),
			Delivery: notify.Delivery{Notification: notification.Notification{Channel: row.Channel, State: row.DeliveryState, Cause: row.Cause}},
			Tries:    row.Tries, CallNow: person.Contact.Callable(now, person.Zone),
		}
		if row.TriedAt != nil {
			r.TriedAt = *row.TriedAt
		}
		all = append(all, r)
	}
	return all, err
}

// CountRecalls returns the number of people to call, for the switchboard's home page.
func (s *Service) CountRecalls(ctx context.Context) (int, error) {
	all, err := s.firstRecalls(ctx, s.DB.Pool, s.DB.Now(), recallsScanned)
	return len(all), err
}

// NoteRecall records the result of a call by the switchboard: whether the person was
// reached, who is not called again then. It is journaled. It fails with Conflict if the
// person does not have to be called any longer.
func (s *Service) NoteRecall(ctx context.Context, v *viewer.Viewer, id uuid.UUID, reached bool) error {
	if err := viewer.Require(v, viewer.Switchboard); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx postgres.Tx) error {
		kept, err := lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if kept.State != Open {
			return errRecalled
		}
		act, note := actRecallMissed, noteTry
		if reached {
			act, note = actRecallReached, settleReached
		}
		if err := note(ctx, tx, kept); err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: act, SubjectID: kept.BeneficiaryID, ObjectID: id})
	})
}

// settleReached records that the person was reached by phone, and so knows of the
// cancellation.
func settleReached(ctx context.Context, tx postgres.Tx, r row) error {
	return errors.Join(setState(ctx, tx, r.AppointmentID, Reached), notification.MarkCalledAbout(ctx, tx, r.AppointmentID, r.BeneficiaryID))
}
