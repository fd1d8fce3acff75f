package notify

import (
	"context"
	"slices"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/internal/audit"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/notification"

	"github.com/google/uuid"
)

// Delivery is an entry of the delivery log, without content: for the switchboard.
type Delivery struct {
	notification.Notification
	Label  string // of its kind
	HourAs string // the words before the hour of the appointment
	Name   string // of the person
}

// Deliveries are the delivery log of one person.
type Deliveries struct {
	people.Reachable
	All      []Delivery // latest first
	Lost     bool       // whether one did not arrive and nobody has called since
	Callable bool       // whether it is within the person's call hours
	At       time.Time
}

// The maximum number of lines on the switchboard's pages.
const (
	unreachedShown  = 100
	deliveriesShown = 100
)

// Unreached lists, for the switchboard, the people whom the latest notification of a
// coming appointment did not reach by any channel, and whom nobody has called since,
// soonest appointment first (R21). It shows who and when; the number is on the person's
// page. Each person shown is journaled (R39). more reports that the viewer's daily limit
// leaves out others (R47).
func (s *Service) Unreached(ctx context.Context, v *viewer.Viewer) (all []Delivery, more bool, err error) {
	if err := viewer.Require(v, viewer.Switchboard); err != nil {
		return nil, false, err
	}
	var rows []notification.Notification
	err = s.DB.InTx(postgres.Counting(ctx), func(tx postgres.Tx) error {
		waiting, err := s.Notifications.Unreached(ctx, tx, tx.Now.Add(-slot.Length), unreachedShown)
		if err != nil {
			return err
		}
		shown, _, err := s.Accounts.Lookups.ShowFirst(ctx, tx, v, whose(waiting)...)
		if err != nil {
			return err
		}
		rows = slices.DeleteFunc(waiting, func(row notification.Notification) bool { return !shown[row.AccountID] })
		more = len(rows) < len(waiting)
		return noteUnreachedShown(ctx, tx, v, rows)
	})
	if err != nil {
		return nil, false, err
	}
	known, err := s.Accounts.People.ByIDs(ctx, whose(rows))
	for _, row := range rows {
		all = append(all, s.delivery(row, known[row.AccountID].Name()))
	}
	return all, more, err
}

// whose returns the accounts of notifications.
func whose(rows []notification.Notification) []uuid.UUID {
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.AccountID
	}
	return ids
}

// noteUnreachedShown journals each person once.
func noteUnreachedShown(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, rows []notification.Notification) error {
	shown := map[uuid.UUID]bool{}
	for _, row := range rows {
		if shown[row.AccountID] {
			continue
		}
		shown[row.AccountID] = true
		if err := audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "notices.listed", SubjectID: row.AccountID}); err != nil {
			return err
		}
	}
	return nil
}

// Deliveries returns, for the switchboard, the delivery log of a beneficiary: kind, time,
// channel and state, never the content. It is journaled. It fails with NotFound for an
// unknown account, and for staff.
func (s *Service) Deliveries(ctx context.Context, v *viewer.Viewer, person uuid.UUID) (d Deliveries, err error) {
	if err := viewer.Require(v, viewer.Switchboard); err != nil {
		return Deliveries{}, err
	}
	err = s.DB.InTx(postgres.Counting(ctx), func(tx postgres.Tx) error {
		if d.Reachable, err = s.beneficiary(ctx, tx, person); err != nil {
			return err
		}
		if err := s.Accounts.Lookups.Show(ctx, tx, v, person); err != nil {
			return err
		}
		rows, err := s.Notifications.To(ctx, tx, person, deliveriesShown)
		if err != nil {
			return err
		}
		for _, row := range rows {
			d.All = append(d.All, s.delivery(row, d.Name()))
			d.Lost = d.Lost || row.Lost()
		}
		d.At = tx.Now
		d.Callable = d.Contact.Callable(tx.Now, d.Zone)
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "notices.looked_up", SubjectID: person})
	})
	return d, err
}

func (s *Service) delivery(n notification.Notification, name string) Delivery {
	kind := s.Notifications.KindOf(n)
	return Delivery{Notification: n, Label: kind.Label, HourAs: kind.HourAs, Name: name}
}

func (s *Service) beneficiary(ctx context.Context, q postgres.Querier, id uuid.UUID) (people.Reachable, error) {
	known, err := s.Accounts.People.Reachable(ctx, q, []uuid.UUID{id})
	if err != nil {
		return people.Reachable{}, err
	}
	if person, found := known[id]; found && person.Role == viewer.Beneficiary {
		return person, nil
	}
	return people.Reachable{}, appointment.ErrNobodyThere
}

// MarkCalled records that the switchboard called a beneficiary about the notifications
// that were known to be lost at seen; later ones stay open. It is journaled.
func (s *Service) MarkCalled(ctx context.Context, v *viewer.Viewer, person uuid.UUID, seen time.Time) error {
	if err := viewer.Require(v, viewer.Switchboard); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx postgres.Tx) error {
		if _, err := s.beneficiary(ctx, tx, person); err != nil {
			return err
		}
		found, err := s.Notifications.MarkCalled(ctx, tx, person, seen)
		if err != nil || !found {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "notices.called", SubjectID: person})
	})
}
