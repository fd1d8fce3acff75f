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

// Acts of the journal of the switchboard's calls.
const (
	actRecallShown   = "recall.shown"
	actRecallReached = "recall.reached"
	actRecallMissed  = "recall.missed"
)

// Recall is somebody to call whose worker cancelled, and who has not answered.
type Recall struct {
	people.Reachable
	AppointmentID    uuid.UUID // the cancelled one
	StartsAt         time.Time // the hour that was lost
	SocialWorkerName string
	Delivery         notify.Delivery // what became of the latest word of it
	Tries            int             // calls that reached nobody
	TriedAt          time.Time
	CallNow          bool // a call may come now
}

// How many people one page shows, and how many are looked at, at a time and to count
// them.
const (
	recallsShown   = 50
	recallsScanned = 500
)

var errRecalled = fault.New(fault.Conflict, "Cette personne n’attend plus d’appel : elle a répondu, ou quelqu’un l’a jointe.")

// Recalls lists, for the switchboard, whom to call: those who took no other hour and
// did not say no within a day, sooner when the lost hour is near, and at once those
// whom no mail tells. It tells when and with whom the hour was, never why. That each
// was shown is journaled. Whose account is not open cannot be helped here, and is
// back on the list once it is. more reports that others wait whom the viewer's day has
// no room for (R47).
func (s *Service) Recalls(ctx context.Context, v *viewer.Viewer) (all []Recall, more bool, err error) {
	if err := viewer.Require(v, viewer.Switchboard); err != nil {
		return nil, false, err
	}
	err = s.DB.InTx(ctx, func(tx postgres.Tx) error {
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

// firstRecalls are the first so many; however many people whose account is not open
// stand before them, nobody is hidden behind those.
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

// CountRecalls is how many people wait for a call, for the switchboard's first page.
func (s *Service) CountRecalls(ctx context.Context) (int, error) {
	all, err := s.firstRecalls(ctx, s.DB.Pool, s.DB.Now(), recallsScanned)
	return len(all), err
}

// NoteRecall notes what came of a call, by the switchboard: the person was reached,
// who is then called no more, or not. It is journaled. Conflict when the person does
// not wait for a call any more.
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

// settleReached notes that the person was told by phone, of the cancelling too.
func settleReached(ctx context.Context, tx postgres.Tx, r row) error {
	return errors.Join(setState(ctx, tx, r.AppointmentID, Reached), notification.MarkCalledAbout(ctx, tx, r.AppointmentID, r.BeneficiaryID))
}
