package account

import (
	"context"
	"errors"

	"socialdirect/account/people"
	"socialdirect/internal/audit"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Journal is what a data-protection officer sees of the journal (R39).
type Journal struct {
	Holds bool   // whether the whole chain is intact
	Lines int64  // number of intact lines, from the first
	Hash  []byte // of the last intact line, to be noted down and compared later
	Last  []audit.Line
	More  bool // there are earlier lines

	People map[uuid.UUID]people.Person // whom the lines name and who still has an account
}

// journalShown is how many lines the page shows.
const journalShown = 100

// Journal verifies the whole journal and returns the result with the latest lines that a filter
// selects. The viewer must be a data-protection officer.
func (s *Service) Journal(ctx context.Context, v *viewer.Viewer, filter audit.Filter) (Journal, error) {
	if err := viewer.Require(v, viewer.DPO); err != nil {
		return Journal{}, err
	}
	lines, hash, err := audit.Verify(ctx, s.db.Pool)
	if err != nil && !errors.Is(err, audit.ErrBroken) {
		return Journal{}, err
	}
	last, failed := audit.Search(ctx, s.db.Pool, filter, journalShown+1)
	if failed != nil {
		return Journal{}, failed
	}
	j := Journal{Holds: err == nil, Lines: lines, Hash: hash, Last: last}
	if len(last) > journalShown {
		j.Last, j.More = last[:journalShown], true
	}
	j.People, failed = s.People.ByIDs(ctx, peopleIn(j.Last))
	return j, failed
}

// peopleIn returns whom lines are about and who acted.
func peopleIn(lines []audit.Line) (ids []uuid.UUID) {
	for _, line := range lines {
		ids = append(ids, line.ActorID, line.SubjectID)
	}
	return ids
}
