package blob

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/minio/minio-go/v7"
)

// partSize is the smallest part that S3 allows, which minimises the memory of an upload of
// unknown size. With 10,000 parts, an object has at most 48 GiB.
const partSize = 5 << 20

// Put stores the content of r at key and returns its size in bytes. It streams: memory does
// not depend on the size. If r fails or ctx ends, neither an object nor a part remains. A key
// is for one object: concurrent uploads to it would interfere.
func (s *Store) Put(ctx context.Context, key string, r io.Reader) (size int64, err error) {
	if err := s.refusal(); err != nil {
		return 0, err
	}
	return s.put(ctx, key, r)
}

// put is Put, also for a store that is not trusted yet.
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

// discardParts removes an upload whose start was never confirmed, as when ctx ends at that
// moment: the client library removes only uploads that it knows.
func (s *Store) discardParts(ctx context.Context, key string) {
	ctx, cancel := aside(ctx)
	defer cancel()
	_ = s.core.RemoveIncompleteUpload(ctx, s.bucket, key) // best effort: the caller reports the failure itself
}

// source counts the bytes read, and wraps every error except io.EOF: the client library treats
// io.ErrUnexpectedEOF, which a truncated request yields, as the end of the object.
type source struct {
	r    io.Reader
	size int64
}

// brokenSource is a failure of the reader passed to Put.
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
