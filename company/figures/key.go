package figures

import (
	"bytes"
	"context"
	"errors"

	"socialdirect/internal/postgres"
)

// errKey says that another key than this one was used before: its noise would be a
// second one beside the first, for codes that are in use.
var errKey = errors.New("the key is not the one that this database's noise was drawn from; put that one back")

// CheckKey fails with errKey when the noise was drawn from another key before. The
// first key is remembered, by a digest.
func (s *Service) CheckKey(ctx context.Context) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error { return s.holdKey(ctx, tx) })
}

// holdKey is CheckKey, and keeps whoever else draws waiting until the transaction
// ends.
func (s *Service) holdKey(ctx context.Context, tx postgres.Tx) error {
	first, err := lockNoiseKey(ctx, tx, s.noise.Digest())
	if err == nil && !bytes.Equal(first, s.noise.Digest()) {
		return errKey
	}
	return err
}
