package figures

import (
	"bytes"
	"context"
	"errors"

	"socialdirect/internal/postgres"
)

// errKey says that another key was used before. With this one, codes in use would get a second
// noise.
var errKey = errors.New("the key is not the one that this database's noise was drawn from; put that one back")

// CheckKey fails with errKey when another key was used before. A digest of the first key is
// stored.
func (s *Service) CheckKey(ctx context.Context) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error { return s.holdKey(ctx, tx) })
}

// holdKey is CheckKey in the caller's transaction. It locks the digest, so that other
// publications wait until the transaction ends.
func (s *Service) holdKey(ctx context.Context, tx postgres.Tx) error {
	first, err := lockNoiseKey(ctx, tx, s.noise.Digest())
	if err == nil && !bytes.Equal(first, s.noise.Digest()) {
		return errKey
	}
	return err
}
