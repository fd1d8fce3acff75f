package blob

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"

	"github.com/minio/minio-go/v7"
)

// ErrUnfaithful means that the store does not return what was stored: it must not be used.
var ErrUnfaithful = errors.New("the object store does not give back what it took")

// proofSize is the size of the test object; the range is inside it.
const (
	proofSize  = 64 << 10
	rangeFrom  = 1_000
	rangeUntil = 5_000
)

// Prove checks the store with a test object: it stores it, reads it whole and in part, and
// removes it. It creates the bucket if it is missing. It fails with ErrUnfaithful if the store
// returns something else, and with another error if it does not answer.
func (s *Store) Prove(ctx context.Context) error {
	if err := s.EnsureBucket(ctx); err != nil {
		return err
	}
	key, content := "checks/"+rand.Text(), make([]byte, proofSize)
	_, _ = rand.Read(content) // never fails (crypto/rand)
	if _, err := s.put(ctx, key, bytes.NewReader(content)); err != nil {
		return err
	}
	err, left := s.compare(ctx, key, content), s.removed(ctx, key)
	return cmp.Or(err, left)
}

func (s *Store) compare(ctx context.Context, key string, content []byte) error {
	whole, err := s.fetched(ctx, key, minio.GetObjectOptions{}, proofSize)
	if err == nil && !bytes.Equal(whole, content) {
		err = fmt.Errorf("%w: an object comes back changed", ErrUnfaithful)
	}
	if err != nil {
		return err
	}
	var options minio.GetObjectOptions
	if err := options.SetRange(rangeFrom, rangeUntil-1); err != nil {
		return err
	}
	part, err := s.fetched(ctx, key, options, rangeUntil-rangeFrom)
	if err == nil && !bytes.Equal(part, content[rangeFrom:rangeUntil]) {
		err = fmt.Errorf("%w: a part of an object is another one", ErrUnfaithful)
	}
	return err
}

// fetched reads what the store returns, which must have the given size.
func (s *Store) fetched(ctx context.Context, key string, options minio.GetObjectOptions, size int64) ([]byte, error) {
	body, info, _, err := s.core.GetObject(ctx, s.bucket, key, options)
	switch err = s.named(err, "read", key); {
	case errors.Is(err, ErrNotFound):
		return nil, fmt.Errorf("%w: an object is gone at once", ErrUnfaithful)
	case err != nil:
		return nil, err
	}
	defer body.Close()
	if info.Size != size {
		return nil, fmt.Errorf("%w: %d bytes where %d were asked for", ErrUnfaithful, info.Size, size)
	}
	content, err := io.ReadAll(io.LimitReader(body, size))
	return content, s.named(err, "read", key)
}

// removed deletes the object, and checks that it is gone.
func (s *Store) removed(ctx context.Context, key string) error {
	if err := s.Delete(ctx, key); err != nil {
		return err
	}
	_, err := s.core.StatObject(ctx, s.bucket, key, minio.StatObjectOptions{})
	switch err = s.named(err, "look for", key); {
	case errors.Is(err, ErrNotFound):
		return nil
	case err == nil:
		return fmt.Errorf("%w: a removed object is still there", ErrUnfaithful)
	}
	return err
}

// Refuse makes every later Put and Open fail with why: a store that was down at the start may
// come back unfaithful.
func (s *Store) Refuse(why error) { s.refused.Store(&why) }

// Trust ends a refusal.
func (s *Store) Trust() { s.refused.Store(nil) }

// refusal returns why the store must not be used, or nil.
func (s *Store) refusal() error {
	if why := s.refused.Load(); why != nil {
		return *why
	}
	return nil
}
