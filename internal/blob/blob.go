// Package blob stores objects in an S3-compatible store. It does not interpret their content:
// callers encrypt what is secret.
package blob

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// ErrNotFound means that the object is not in the store.
var ErrNotFound = errors.New("no such object")

// maxTries is the number of attempts of a request to a failing store: a person is waiting.
const maxTries = 3

// Config names the store and a bucket in it.
type Config struct {
	Endpoint  string // "https://s3.example.org", http for a store on the same machine
	Region    string // empty: us-east-1
	AccessKey string
	SecretKey string
	Bucket    string
}

// Store is one bucket. It is safe for concurrent use.
type Store struct {
	core    minio.Core
	bucket  string
	refused atomic.Pointer[error]
}

// Open prepares access to the store. It makes no request: Ping does.
func Open(_ context.Context, cfg Config) (*Store, error) {
	endpoint, err := url.Parse(cfg.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("object store address: %w", err)
	}
	if (endpoint.Scheme != "http" && endpoint.Scheme != "https") || endpoint.Host == "" || (endpoint.Path != "" && endpoint.Path != "/") {
		return nil, fmt.Errorf("object store address %q is not of the form https://HOST[:PORT]", endpoint.Redacted())
	}
	if cfg.Bucket == "" {
		return nil, errors.New("object store: no bucket named")
	}
	region := cfg.Region
	if region == "" {
		region = "us-east-1"
	}
	client, err := minio.New(endpoint.Host, &minio.Options{
		Creds:        credentials.NewStaticV4(cfg.AccessKey, cfg.SecretKey, ""),
		Secure:       endpoint.Scheme == "https",
		Region:       region,
		BucketLookup: minio.BucketLookupPath,
		MaxRetries:   maxTries,
	})
	if err != nil {
		return nil, fmt.Errorf("object store: %w", err)
	}
	return &Store{core: minio.Core{Client: client}, bucket: cfg.Bucket}, nil
}

// EnsureBucket creates the bucket if it is missing.
func (s *Store) EnsureBucket(ctx context.Context) error {
	exists, err := s.core.BucketExists(ctx, s.bucket)
	if err != nil {
		return fmt.Errorf("object store: %w", err)
	}
	if exists {
		return nil
	}
	err = s.core.MakeBucket(ctx, s.bucket, minio.MakeBucketOptions{})
	if code := minio.ToErrorResponse(err).Code; err == nil || code == minio.BucketAlreadyOwnedByYou {
		return nil
	}
	return fmt.Errorf("object store: make bucket %s: %w", s.bucket, err)
}

// Ping reports whether the bucket can be used with these credentials. Its context should have
// a deadline: it retries a store that is down.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.refusal(); err != nil {
		return err
	}
	exists, err := s.core.BucketExists(ctx, s.bucket)
	if err != nil {
		return fmt.Errorf("object store: %w", err)
	}
	if !exists {
		return fmt.Errorf("object store: there is no bucket %s", s.bucket)
	}
	return nil
}

// Delete removes the object at key. It is no error if there is none.
func (s *Store) Delete(ctx context.Context, key string) error {
	err := s.core.RemoveObject(ctx, s.bucket, key, minio.RemoveObjectOptions{})
	if err = s.named(err, "delete", key); errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// named adds the act and the key to an error, and makes it ErrNotFound for a missing object.
func (s *Store) named(err error, act, key string) error {
	if err == nil {
		return nil
	}
	if res := minio.ToErrorResponse(err); res.StatusCode == http.StatusNotFound && res.Code != minio.NoSuchBucket {
		err = ErrNotFound
	}
	return fmt.Errorf("object store: %s %s: %w", act, key, err)
}

// aside returns a context for cleaning up after ctx may have ended.
func aside(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
}
