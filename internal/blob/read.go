package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/minio/minio-go/v7"
)

// window is the size of one read request in bytes: reading an object sequentially takes one
// round trip and the memory of one window per mebibyte.
const window = 1 << 20

// Object is an object opened for reading at any offset. It is safe for concurrent use, but
// serves one reader at a time.
type Object struct {
	store *Store
	ctx   context.Context
	key   string
	size  int64

	mu    sync.Mutex
	start int64  // offset of the window in the object
	bytes []byte // content of the window
}

// Open opens the object at key, of size bytes, for reading until ctx ends. It fails with
// ErrNotFound if it does not exist, and ReadAt does if it is deleted later.
func (s *Store) Open(ctx context.Context, key string, size int64) (*Object, error) {
	if err := s.refusal(); err != nil {
		return nil, err
	}
	o := &Object{store: s, ctx: ctx, key: key, size: size}
	if size == 0 {
		_, err := s.core.StatObject(ctx, s.bucket, key, minio.StatObjectOptions{})
		return o, s.named(err, "open", key)
	}
	if err := o.fetch(0); err != nil {
		return nil, err
	}
	return o, nil
}

// Size returns the object's size in bytes.
func (o *Object) Size() int64 { return o.size }

// Close releases the connection.
func (o *Object) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.bytes = nil
	return nil
}

// ReadAt implements io.ReaderAt.
func (o *Object) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errors.New("object store: negative offset")
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	n := 0
	for n < len(p) && off < o.size {
		if off < o.start || off >= o.start+int64(len(o.bytes)) {
			if err := o.fetch(off); err != nil {
				return n, err
			}
		}
		copied := copy(p[n:], o.bytes[off-o.start:])
		n, off = n+copied, off+int64(copied)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// fetch moves the window to off.
func (o *Object) fetch(off int64) error {
	length := min(window, o.size-off)
	var options minio.GetObjectOptions
	if err := options.SetRange(off, off+length-1); err != nil {
		return fmt.Errorf("object store: %w", err)
	}
	body, _, _, err := o.store.core.GetObject(o.ctx, o.store.bucket, o.key, options)
	if err != nil {
		return o.store.named(err, "read", o.key)
	}
	defer body.Close()
	if int64(cap(o.bytes)) < length {
		o.bytes = make([]byte, length)
	}
	o.start, o.bytes = off, o.bytes[:length]
	if _, err := io.ReadFull(body, o.bytes); err != nil {
		o.bytes = o.bytes[:0] // the window is invalid now
		return o.store.named(err, "read", o.key)
	}
	return nil
}
