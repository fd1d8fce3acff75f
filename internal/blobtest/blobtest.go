// Package blobtest gives a test an empty bucket of a real S3 store: the one that
// the environment variable SOCIALDIRECT_TEST_S3 leads to, else one that is started
// for this test binary and ends with it.
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

// Env names the file that says where the running store is, as Address does. The name is
// the same from run to run and the port is not: Go takes what a test told with the same
// environment for what it would tell again.
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

// Config names the store and a bucket that does not exist yet, for a part that
// opens it by itself.
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
		return blob.Config{}, fmt.Errorf("%s does not name a file that holds http://ACCESSKEY:SECRETKEY@HOST:PORT", Env)
	}
	secret, _ := u.User.Password()
	return blob.Config{Endpoint: u.Scheme + "://" + u.Host, AccessKey: u.User.Username(), SecretKey: secret}, nil
}

// Address is what the file that Env names holds for the store s:
// "http://ACCESSKEY:SECRETKEY@HOST:PORT".
func Address(s *embedded.ObjectStore) string {
	return strings.Replace(s.Endpoint(), "://", "://"+url.UserPassword(s.AccessKey(), s.SecretKey()).String()+"@", 1)
}
