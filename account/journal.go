package account

import (
	"context"
	"errors"

	"socialdirect/internal/audit"
	"socialdirect/internal/viewer"
)

// Journal is what the data-protection officer sees of the journal (R39).
type Journal struct {
	Holds bool
	Lines int64  // as far as it holds
	Hash  []byte // of the last of them, to be noted down and compared later
	Last  []audit.Line
}

// journalShown is how many lines the page holds.
const journalShown = 100

// Journal walks the whole journal and returns whether it is what was written,
// with its latest lines, for the data-protection officer.
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
