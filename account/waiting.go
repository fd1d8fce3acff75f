package account

import (
	"context"

	"socialdirect/account/age"
	"socialdirect/account/people"
	"socialdirect/account/report"
	"socialdirect/account/signup"
	"socialdirect/internal/viewer"
	"socialdirect/internal/zone"

	"github.com/google/uuid"
)

// Waiting is what waits for an administrator's decision about accounts.
type Waiting struct {
	Reports  int             // reports that nobody has handled
	AgesDue  []people.Person // whose proof of age is overdue
	Refusals []people.Person // whose refusal of sign-up ends within refusalNotice days
}

// refusalNotice is how many days before its end a refusal is to be reviewed, and mostWaiting
// how many people of a kind are listed.
const (
	refusalNotice = 30
	mostWaiting   = 20
)

// Waiting returns what waits. The viewer must be an administrator.
func (s *Service) Waiting(ctx context.Context, v *viewer.Viewer) (w Waiting, err error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return Waiting{}, err
	}
	now := s.db.Now()
	if w.Reports, err = report.CountOpen(ctx, s.db.Pool); err != nil {
		return Waiting{}, err
	}
	due, err := age.ReadOverdue(ctx, s.db.Pool, zone.Day(now), mostWaiting)
	if err != nil {
		return Waiting{}, err
	}
	if w.AgesDue, err = s.inOrder(ctx, due); err != nil {
		return Waiting{}, err
	}
	ending, err := signup.EndingRefusals(ctx, s.db.Pool, now, now.AddDate(0, 0, refusalNotice), mostWaiting)
	if err != nil {
		return Waiting{}, err
	}
	w.Refusals, err = s.inOrder(ctx, ending)
	return w, err
}

// inOrder returns the people with the given IDs, in their order.
func (s *Service) inOrder(ctx context.Context, ids []uuid.UUID) ([]people.Person, error) {
	known, err := s.People.ByIDs(ctx, ids)
	all := make([]people.Person, len(ids))
	for i, id := range ids {
		all[i] = known[id]
	}
	return all, err
}
