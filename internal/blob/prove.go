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

// ErrUnfaithful says that the store does not give back what it took: nothing may be
// trusted to it.
var ErrUnfaithful = errors.New("the object store does not give back what it took")

// proofSize is that of the object that the store is tried with; the range is inside it.
const (
	proofSize  = 64 << 10
	rangeFrom  = 1_000
	rangeUntil = 5_000
)

// Prove tries the store with an object of its own: put, read whole and in part, removed.
// It makes the bucket when that is missing. ErrUnfaithful tells a store that answers
// with something else from one that does not answer.
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

// fetched reads what the store says to have, which must be of the given size.
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

// removed deletes the object and looks whether it is gone.
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

// Refuse has every later Put and Open fail with why: a store that was away at the start
// may come back as one that nothing may be trusted to.
func (s *Store) Refuse(why error) { s.refused.Store(&why) }

// Trust takes a refusal back.
func (s *Store) Trust() { s.refused.Store(nil) }

// refusal is why the store is not used, nil when it is.
func (s *Store) refusal() error {
	if why := s.refused.Load(); why != nil {
		return *why
	}
	return nil
}
