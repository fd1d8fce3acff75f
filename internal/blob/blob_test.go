package blob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"socialdirect/internal/blob"
	"socialdirect/internal/blobtest"
	"socialdirect/internal/heaptest"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// noise returns n bytes that differ for every seed.
func noise(seed uint64, n int64) io.Reader {
	return io.LimitReader(rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)}), n)
}

func read(t *testing.T, s *blob.Store, key string, size int64) [32]byte {
	t.Helper()
	o, err := s.Open(t.Context(), key, size)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	h := sha256.New()
	if n, err := io.Copy(h, io.NewSectionReader(o, 0, size)); err != nil || n != size {
		t.Fatalf("%d of %d bytes read: %v", n, size, err)
	}
	return [32]byte(h.Sum(nil))
}

func TestObjectsOfEverySizeComeBackUnchanged(t *testing.T) {
	t.Parallel()
	s := blobtest.Store(t)
	for _, size := range []int64{0, 1, 1 << 20, 5<<20 - 1, 5 << 20, 5<<20 + 1, 12<<20 + 7} {
		h := sha256.New()
		got, err := s.Put(t.Context(), "a/b", io.TeeReader(noise(uint64(size), size), h))
		if err != nil || got != size {
			t.Fatalf("%d bytes: put %d, %v", size, got, err)
		}
		if read(t, s, "a/b", size) != [32]byte(h.Sum(nil)) {
			t.Errorf("%d bytes: came back changed", size)
		}
	}
}

func TestRangesMatchTheObject(t *testing.T) {
	t.Parallel()
	s := blobtest.Store(t)
	const size = 3<<20 + 11
	want, err := io.ReadAll(noise(1, size))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Put(t.Context(), "k", bytes.NewReader(want)); err != nil {
		t.Fatal(err)
	}
	o, err := s.Open(t.Context(), "k", size)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	for _, r := range []struct{ off, length int64 }{{0, 1}, {size - 1, 1}, {1<<20 - 3, 7}, {5, 2 << 20}, {0, size}, {7, 0}} {
		got := make([]byte, r.length)
		if n, err := o.ReadAt(got, r.off); int64(n) != r.length || (err != nil && !errors.Is(err, io.EOF)) || !bytes.Equal(got, want[r.off:r.off+r.length]) {
			t.Errorf("%d bytes at %d: %d, %v", r.length, r.off, n, err)
		}
	}
	if n, err := o.ReadAt(make([]byte, 10), size-4); n != 4 || !errors.Is(err, io.EOF) {
		t.Errorf("across the end: %d, %v", n, err)
	}
	if n, err := o.ReadAt(make([]byte, 1), size); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %d, %v", n, err)
	}
	if _, err := o.ReadAt(make([]byte, 1), -1); err == nil {
		t.Error("before the beginning: no error")
	}
}

func TestOneObjectServesSeveralReaders(t *testing.T) {
	t.Parallel()
	s := blobtest.Store(t)
	const size = 3 << 20
	want, err := io.ReadAll(noise(2, size))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Put(t.Context(), "k", bytes.NewReader(want)); err != nil {
		t.Fatal(err)
	}
	o, err := s.Open(t.Context(), "k", size)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	var readers sync.WaitGroup
	for i := range int64(6) {
		readers.Go(func() {
			got := make([]byte, 100<<10)
			if _, err := o.ReadAt(got, i*500_000); err != nil || !bytes.Equal(got, want[i*500_000:i*500_000+100<<10]) {
				t.Errorf("reader %d: %v", i, err)
			}
		})
	}
	readers.Wait()
}

func TestAnObjectShorterThanItsSizeIsAnError(t *testing.T) {
	t.Parallel()
	s := blobtest.Store(t)
	if _, err := s.Put(t.Context(), "k", strings.NewReader("short")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(t.Context(), "k", 50); err == nil {
		t.Error("45 bytes beyond the end were read")
	}
}

func TestAMissingObjectIsReported(t *testing.T) {
	t.Parallel()
	s := blobtest.Store(t)
	for _, size := range []int64{0, 5} {
		if _, err := s.Open(t.Context(), "absent", size); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("opened with size %d: %v", size, err)
		}
	}
	if err := s.Delete(t.Context(), "absent"); err != nil {
		t.Errorf("deleted: %v", err)
	}
	if _, err := s.Put(t.Context(), "k", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Delete(t.Context(), "k"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Open(t.Context(), "k", 1); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("after its deletion: %v", err)
	}
}

// failing yields n bytes, then err.
func failing(n int64, err error) io.Reader {
	return io.MultiReader(noise(3, n), iotestErr{err})
}

type iotestErr struct{ err error }

func (e iotestErr) Read([]byte) (int, error) { return 0, e.err }

// onCancel cancels ctx when it is read, as when a person leaves the page.
type onCancel struct{ cancel context.CancelFunc }

func (c onCancel) Read(p []byte) (int, error) { c.cancel(); return len(p), nil }

// leftovers returns the objects and unfinished uploads in a bucket.
func leftovers(t *testing.T, cfg blob.Config) (found []string) {
	t.Helper()
	c, err := minio.New(strings.TrimPrefix(cfg.Endpoint, "http://"), &minio.Options{Creds: credentials.NewStaticV4(cfg.AccessKey, cfg.SecretKey, ""), Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	for o := range c.ListObjects(t.Context(), cfg.Bucket, minio.ListObjectsOptions{Recursive: true}) {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		found = append(found, "object "+o.Key)
	}
	for u := range c.ListIncompleteUploads(t.Context(), cfg.Bucket, "", true) {
		if u.Err != nil {
			t.Fatal(u.Err)
		}
		found = append(found, "upload "+u.Key)
	}
	return found
}

func TestAFailedPutLeavesNothing(t *testing.T) {
	t.Parallel()
	cfg := blobtest.Config(t)
	s, err := blob.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.EnsureBucket(t.Context()); err != nil {
		t.Fatal(err)
	}
	cause := errors.New("the line went dead")
	for _, size := range []int64{10, 5 << 20, 11 << 20} {
		// A truncated request body ends with io.ErrUnexpectedEOF.
		for _, cause := range []error{cause, io.ErrUnexpectedEOF} {
			if _, err := s.Put(t.Context(), "k", failing(size, cause)); !errors.Is(err, cause) {
				t.Errorf("%d bytes, then %v: %v", size, cause, err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		if _, err := s.Put(ctx, "k", io.MultiReader(noise(4, size), onCancel{cancel})); !errors.Is(err, context.Canceled) {
			t.Errorf("%d bytes, then cancelled: %v", size, err)
		}
	}
	if found := leftovers(t, cfg); len(found) != 0 {
		t.Errorf("left behind: %q", found)
	}
}

func TestALargeObjectIsStreamed(t *testing.T) { // not parallel: it measures the heap
	s := blobtest.Store(t)
	const size = 64 << 20
	meter := heaptest.New()
	n, err := s.Put(t.Context(), "large", meter.Reader(noise(5, size)))
	if err != nil || n != size {
		t.Fatalf("put %d, %v", n, err)
	}
	o, err := s.Open(t.Context(), "large", size)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	if n, err := io.Copy(meter, io.NewSectionReader(o, 0, size)); n != size || err != nil {
		t.Fatalf("%d bytes came back, %v", n, err)
	}
	if grown := meter.Growth(); grown > 32<<20 {
		t.Errorf("64 MiB went through with %d MiB of heap", grown>>20)
	}
}

func TestPingDistinguishesBucketSecretAndServer(t *testing.T) {
	t.Parallel()
	good := blobtest.Config(t)
	ping := func(cfg blob.Config) error {
		s, err := blob.Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		return s.Ping(t.Context())
	}
	if err := ping(good); err == nil || !strings.Contains(err.Error(), "no bucket") {
		t.Errorf("without its bucket: %v", err)
	}
	s, err := blob.Open(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.EnsureBucket(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := ping(good); err != nil {
		t.Errorf("usable, yet: %v", err)
	}
	wrong := good
	wrong.SecretKey = "wrong"
	if err := ping(wrong); err == nil || strings.Contains(err.Error(), "wrong") {
		t.Errorf("with a wrong secret: %v", err)
	}
	down := good
	down.Endpoint = "http://127.0.0.1:1"
	if err := ping(down); err == nil {
		t.Error("a store that is down answered")
	}
}

func TestOpenRefusesInvalidAddresses(t *testing.T) {
	t.Parallel()
	for _, endpoint := range []string{"", "s3.example.org", "ftp://s3.example.org", "https://", "https://s3.example.org/bucket", "https://%zz"} {
		if _, err := blob.Open(t.Context(), blob.Config{Endpoint: endpoint, Bucket: "b"}); err == nil {
			t.Errorf("%q was accepted", endpoint)
		}
	}
	if _, err := blob.Open(t.Context(), blob.Config{Endpoint: "https://s3.example.org"}); err == nil {
		t.Error("an empty bucket name was accepted")
	}
}
