package booking

import (
	"context"
	"slices"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/internal/audit"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Notice is what a person was told, without what it said: for the switchboard.
type Notice struct {
	noticeRow
	Name string // the person's
}

// Label says which notice it was.
func (n Notice) Label() string { return noticeKinds[n.Notice].label }

// Told is all that is known of how a person was told.
type Told struct {
	people.Reachable
	Notices  []Notice // the latest first
	Lost     bool     // whether one did not arrive, and nobody called since
	Callable bool     // whether a call may come now
	At       time.Time
}

// How many lines the switchboard's pages have.
const (
	unreachedShown = 100
	noticesShown   = 100
)

// Unreached lists, for the switchboard, whom the latest about an appointment to come
// did not reach by any channel, and whom nobody called since: the soonest hour first
// (R21). It tells who, and when the hour is; the number is on the person's own page.
// That each was shown is journaled (R39). more reports that others wait whom the
// viewer's day has no room for (R47).
func (s *Service) Unreached(ctx context.Context, v *viewer.Viewer) (notices []Notice, more bool, err error) {
	if err := viewer.Require(v, viewer.Switchboard); err != nil {
		return nil, false, err
	}
	var rows []noticeRow
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		waiting, err := readUnreached(ctx, tx, tx.Now, unreachedShown)
		if err != nil {
			return err
		}
		shown, _, err := s.accounts.ShowFirst(ctx, tx, v, whose(waiting)...)
		if err != nil {
			return err
		}
		rows = slices.DeleteFunc(waiting, func(row noticeRow) bool { return !shown[row.AccountID] })
		more = len(rows) < len(waiting)
		return noteUnreachedShown(ctx, tx, v, rows)
	})
	if err != nil {
		return nil, false, err
	}
	people, err := s.accounts.People.ByIDs(ctx, whose(rows))
	for _, row := range rows {
		notices = append(notices, Notice{row, people[row.AccountID].Name()})
	}
	return notices, more, err
}

// whose are whom notices are for.
func whose(rows []noticeRow) []uuid.UUID {
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.AccountID
	}
	return ids
}

// noteUnreachedShown journals each person once.
func noteUnreachedShown(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, rows []noticeRow) error {
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

// Told returns, for the switchboard, how a beneficiary was told of their appointments:
// what, when, by which channel and what became of it, never the content. It is
// journaled. NotFound for nobody, and for staff.
func (s *Service) Told(ctx context.Context, v *viewer.Viewer, person uuid.UUID) (told Told, err error) {
	if err := viewer.Require(v, viewer.Switchboard); err != nil {
		return Told{}, err
	}
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		if told.Reachable, err = s.beneficiary(ctx, tx, person); err != nil {
			return err
		}
		if err := s.accounts.Show(ctx, tx, v, person); err != nil {
			return err
		}
		rows, err := readNoticesOf(ctx, tx, person, noticesShown)
		if err != nil {
			return err
		}
		for _, row := range rows {
			told.Notices = append(told.Notices, Notice{row, told.Name()})
			told.Lost = told.Lost || row.lost()
		}
		told.At = tx.Now
		told.Callable = told.Contact.Callable(tx.Now, told.Zone)
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "notices.looked_up", SubjectID: person})
	})
	return told, err
}

// lost reports whether the notice did not arrive, and nobody called since.
func (r noticeRow) lost() bool {
	return (r.State == NoticeFailed || r.State == NoticeBounced || r.Cause == causeNoAnswer) && r.CalledAt == nil
}

func (s *Service) beneficiary(ctx context.Context, q postgres.Querier, id uuid.UUID) (people.Reachable, error) {
	known, err := s.accounts.People.Reachable(ctx, q, []uuid.UUID{id})
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
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if _, err := s.beneficiary(ctx, tx, person); err != nil {
			return err
		}
		found, err := markCalled(ctx, tx, person, seen)
		if err != nil || !found {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "notices.called", SubjectID: person})
	})
}
