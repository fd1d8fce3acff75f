// Package blobtest gives a test an empty bucket in a real S3 store: that of the environment
// variable SOCIALDIRECT_TEST_S3 or, without it, one that is started for this test binary and
// ends with it.
package blobtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"socialdirect/internal/blob"
	"socialdirect/internal/embedded"
	"socialdirect/internal/testdir"
)

// Env names the file with the address of the running store, in the format of Address. The file
// name is the same in every run, whereas the port is not: Go's test cache requires the same
// environment.
const Env = "SOCIALDIRECT_TEST_S3"

// Store opens a new, empty bucket.
func Store(t testing.TB) *blob.Store {
	t.Helper()
	s, err := blob.Open(t.Context(), Config(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.EnsureBucket(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// Config returns the store and a bucket that does not exist yet, for code that opens it
// itself.
func Config(t testing.TB) blob.Config {
	t.Helper()
	server, err := server()
	if err != nil {
		t.Fatal(err)
	}
	server.Bucket = "test-" + strings.ToLower(rand.Text())
	return server
}

var server = sync.OnceValues(func() (blob.Config, error) {
	if file := os.Getenv(Env); file != "" {
		address, err := os.ReadFile(file)
		if err != nil {
			return blob.Config{}, err
		}
		return parse(string(address))
	}
	dir, err := testdir.New("s3")
	if err != nil {
		return blob.Config{}, err
	}
	s, err := embedded.StartObjectStore(context.Background(), dir)
	if err != nil {
		return blob.Config{}, err
	}
	return blob.Config{Endpoint: s.Endpoint(), AccessKey: s.AccessKey(), SecretKey: s.SecretKey()}, nil
})

func parse(address string) (blob.Config, error) {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return blob.Config{}, fmt.Errorf("%s does not name a file that contains http://ACCESSKEY:SECRETKEY@HOST:PORT", Env)
	}
	secret, _ := u.User.Password()
	return blob.Config{Endpoint: u.Scheme + "://" + u.Host, AccessKey: u.User.Username(), SecretKey: secret}, nil
}

// Address returns the content of the file that Env names, for the store s:
// "http://ACCESSKEY:SECRETKEY@HOST:PORT".
func Address(s *embedded.ObjectStore) string {
	return strings.Replace(s.Endpoint(), "://", "://"+url.UserPassword(s.AccessKey(), s.SecretKey()).String()+"@", 1)
}
