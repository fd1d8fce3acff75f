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

// Delivery is what a person was told, without what it said: for the switchboard.
type Delivery struct {
	notification.Notification
	Label  string // which notification it was
	HourAs string // the words before the hour that it concerns
	Name   string // the person's
}

// Deliveries are all that is known of how a person was d.
type Deliveries struct {
	people.Reachable
	All      []Delivery // the latest first
	Lost     bool       // whether one did not arrive, and nobody called since
	Callable bool       // whether a call may come now
	At       time.Time
}

// How many lines the switchboard's pages have.
const (
	unreachedShown  = 100
	deliveriesShown = 100
)

// Unreached lists, for the switchboard, whom the latest about an appointment to come
// did not reach by any channel, and whom nobody called since: the soonest hour first
// (R21). It tells who, and when the hour is; the number is on the person's own page.
// That each was shown is journaled (R39). more reports that others wait whom the
// viewer's day has no room for (R47).
func (s *Service) Unreached(ctx context.Context, v *viewer.Viewer) (all []Delivery, more bool, err error) {
	if err := viewer.Require(v, viewer.Switchboard); err != nil {
		return nil, false, err
	}
	var rows []notification.Notification
	err = s.DB.InTx(ctx, func(tx postgres.Tx) error {
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

// whose are whom notifications are for.
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

// Deliveries returns, for the switchboard, how a beneficiary was told of their appointments:
// what, when, by which channel and what became of it, never the content. It is
// journaled. NotFound for nobody, and for staff.
func (s *Service) Deliveries(ctx context.Context, v *viewer.Viewer, person uuid.UUID) (d Deliveries, err error) {
	if err := viewer.Require(v, viewer.Switchboard); err != nil {
		return Deliveries{}, err
	}
	err = s.DB.InTx(ctx, func(tx postgres.Tx) error {
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

// MarkCalled notes that the switchboard told a beneficiary by phone what did not reach
// them otherwise, as it was known at seen: what was lost since, nobody has told them.
// It is journaled.
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
