package account

import (
	"context"
	"errors"

	"socialdirect/internal/audit"
	"socialdirect/internal/viewer"
)

// Journal is what a data-protection officer sees of the journal (R39).
type Journal struct {
	Holds bool   // whether the whole chain is intact
	Lines int64  // number of intact lines, from the first
	Hash  []byte // of the last intact line, to be noted down and compared later
	Last  []audit.Line
}

// journalShown is how many lines the page shows.
const journalShown = 100

// Journal verifies the whole journal and returns the result with the latest lines. The
// viewer must be a data-protection officer.
func (s *Service) Journal(ctx context.Context, v *viewer.Viewer) (Journal, error) {
	if err := viewer.Require(v, viewer.DPO); err != nil {
		return Journal{}, err
	}
	lines, hash, err := audit.Verify(ctx, s.db.Pool)
	if err != nil && !errors.Is(err, audit.ErrBroken) {
		return Journal{}, err
	}
	last, failed := audit.Latest(ctx, s.db.Pool, journalShown)
	return Journal{Holds: err == nil, Lines: lines, Hash: hash, Last: last}, failed
}
