package lookup

import (
	"context"

	"socialdirect/account/people"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// DoubleGroup is accounts of beneficiaries that share a mobile number: perhaps one
// person's, perhaps a couple's.
type DoubleGroup struct {
	Mobile   string   // masked
	Accounts []Double // the oldest first
	More     bool     // others share the number too
}

// How much of the likely doubles one page shows, and how many pages there are:
// with them, too, accounts are never listed whole (R45).
const (
	groupsAtOnce = 10
	groupPages   = 20
)

// DoubleGroups lists the accounts that are likely doubles (R5) and are not closed,
// those with the newest account first, for an administrator: one page of them, and
// whether there is another one. Throttled after too many. Whom it shows is
// journaled.
func (s *Service) DoubleGroups(ctx context.Context, v *viewer.Viewer, page int) (groups []DoubleGroup, more bool, err error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return nil, false, err
	}
	if err := s.spendSearch(ctx, v); err != nil {
		return nil, false, err
	}
	page = min(max(page, 1), groupPages)
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		rows, err := readDoubleGroups(ctx, tx, (page-1)*groupsAtOnce, groupsAtOnce+1)
		if err != nil {
			return err
		}
		groups = grouped(rows)
		more = len(groups) > groupsAtOnce
		groups = groups[:min(len(groups), groupsAtOnce)]
		for _, group := range groups {
			if err := noteShown(ctx, tx, v, group.Accounts); err != nil {
				return err
			}
		}
		return nil
	})
	return groups, more && page < groupPages, err
}

// grouped gathers rows that stand in the order of their groups.
func grouped(rows []doubleRow) (groups []DoubleGroup) {
	for i, row := range rows {
		if i == 0 || row.Mobile != rows[i-1].Mobile {
			groups = append(groups, DoubleGroup{Mobile: people.MaskMobile(row.Mobile)})
		}
		group := &groups[len(groups)-1]
		if len(group.Accounts) == resultsShown {
			group.More = true
			continue
		}
		group.Accounts = append(group.Accounts, row.double())
	}
	return groups
}

// DoublesOf lists the accounts that may be the same person's as a beneficiary's
// (R5), for an administrator, the likeliest first; nobody else has any. Whom it
// shows is journaled.
func (s *Service) DoublesOf(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (found []Double, err error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return nil, err
	}
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		person, err := people.Read(ctx, tx, id)
		if err != nil || person.Role != viewer.Beneficiary {
			return err
		}
		probe := Probe{FirstName: person.FirstName, LastName: person.LastName, Email: person.Email, Mobile: person.Mobile}
		if found, err = ReadDoubles(ctx, tx, probe, id); err != nil {
			return err
		}
		return noteShown(ctx, tx, v, found)
	})
	return found, err
}
