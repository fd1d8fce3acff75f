package lookup

import (
	"context"

	"socialdirect/account/people"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// DoubleGroup is a group of beneficiaries' accounts that share a mobile number. They may
// belong to one person, or to a couple.
type DoubleGroup struct {
	Mobile   string   // masked
	Accounts []Double // oldest first
	More     bool     // more accounts share the number
}

// How many likely doubles one page shows, and how many pages there are. The bounds keep
// this list, too, from listing all accounts (R45).
const (
	groupsAtOnce = 10
	groupPages   = 20
)

// DoubleGroups returns one page of the accounts that are likely doubles (R5) and not
// closed, and whether there is another page. Groups with the newest account come first.
// The viewer must be an administrator. The people shown are journaled. It fails with
// Throttled after too many searches.
func (s *Service) DoubleGroups(ctx context.Context, v *viewer.Viewer, page int) (groups []DoubleGroup, more bool, err error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return nil, false, err
	}
	if err := s.spendSearch(ctx, v); err != nil {
		return nil, false, err
	}
	page = min(max(page, 1), groupPages)
	err = s.db.InTx(postgres.Counting(ctx), func(tx postgres.Tx) error {
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

// grouped groups rows, which must be in the order of their groups.
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

// DoublesOf lists the accounts that may belong to the same person as a beneficiary's
// account (R5), likeliest first. Accounts of staff have none. The viewer must be an
// administrator. The people shown are journaled.
func (s *Service) DoublesOf(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (found []Double, err error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return nil, err
	}
	err = s.db.InTx(postgres.Counting(ctx), func(tx postgres.Tx) error {
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
