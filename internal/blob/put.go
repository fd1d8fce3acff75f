package blob

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/minio/minio-go/v7"
)

// partSize is the smallest part that S3 allows, and so the least memory that an
// upload of unknown size needs; with 10,000 parts an object holds 48 GiB at most.
const partSize = 5 << 20

// Put writes what r yields to key and returns its size in bytes. It streams:
// memory stays at a few parts whatever the size. When r fails or ctx ends, no
// object and no part of one stays behind. A key is for one object: two uploads
// to it at a time would undo each other.
func (s *Store) Put(ctx context.Context, key string, r io.Reader) (size int64, err error) {
	if err := s.refusal(); err != nil {
		return 0, err
	}
	return s.put(ctx, key, r)
}

// put is Put of a store that is not trusted yet.
func (s *Store) put(ctx context.Context, key string, r io.Reader) (size int64, err error) {
	src := &source{r: r}
	var head bytes.Buffer
	if _, err := head.ReadFrom(io.LimitReader(src, partSize)); err != nil {
		return 0, s.named(err, "read for", key)
	}
	options := minio.PutObjectOptions{ContentType: "application/octet-stream", PartSize: partSize, SendContentMd5: true}
	if head.Len() < partSize { // one request instead of three
		_, err = s.core.Client.PutObject(ctx, s.bucket, key, &head, int64(head.Len()), options)
	} else {
		_, err = s.core.Client.PutObject(ctx, s.bucket, key, io.MultiReader(&head, src), -1, options)
	}
	if err != nil {
		s.discardParts(ctx, key)
		return 0, s.named(err, "put", key)
	}
	return src.size, nil
}

// discardParts removes an upload that was begun though the answer never came, as
// when ctx ends just then: the client library removes only those it knows.
func (s *Store) discardParts(ctx context.Context, key string) {
	ctx, cancel := aside(ctx)
	defer cancel()
	_ = s.core.RemoveIncompleteUpload(ctx, s.bucket, key) // the failure itself is what counts
}

// source counts what is read, and hides from the client library every error but
// io.EOF behind one it cannot mistake for the end: it takes io.ErrUnexpectedEOF,
// which a request cut short yields, for the end of the object.
type source struct {
	r    io.Reader
	size int64
}

// brokenSource is a failure of the reader handed to Put.
type brokenSource struct{ cause error }

func (b brokenSource) Error() string { return "source: " + b.cause.Error() }
func (b brokenSource) Unwrap() error { return b.cause }

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.size += int64(n)
	if err != nil && err != io.EOF {
		err = brokenSource{err}
	}
	if errors.Is(err, io.EOF) {
		return n, io.EOF
	}
	return n, err
}
