package embedded

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

func s3(t *testing.T, s *ObjectStore, secret string) *minio.Client {
	t.Helper()
	u, err := url.Parse(s.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	c, err := minio.New(u.Host, &minio.Options{Creds: credentials.NewStaticV4(s.AccessKey(), secret, ""), Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func put(t *testing.T, s *ObjectStore, text string) {
	t.Helper()
	c := s3(t, s, s.SecretKey())
	if err := c.MakeBucket(t.Context(), "documents", minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.PutObject(t.Context(), "documents", "a/b", strings.NewReader(text), int64(len(text)), minio.PutObjectOptions{}); err != nil {
		t.Fatal(err)
	}
}

func TestObjectStoreKeepsKeysAndObjectsAcrossStarts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := StartObjectStore(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	put(t, first, "hello")
	stopQuickly(t, first)
	second, err := StartObjectStore(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer stopQuickly(t, second)
	if second.AccessKey() != first.AccessKey() || second.SecretKey() != first.SecretKey() {
		t.Error("the second start has other keys")
	}
	info, err := s3(t, second, second.SecretKey()).StatObject(t.Context(), "documents", "a/b", minio.StatObjectOptions{})
	if err != nil || info.Size != 5 {
		t.Errorf("the object is lost: %v", err)
	}
}

func TestObjectStoreRefusesAnonymousAndWrongSecret(t *testing.T) {
	t.Parallel()
	s, err := StartObjectStore(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer stopQuickly(t, s)
	put(t, s, "secret")
	if _, err := s3(t, s, "wrong").StatObject(t.Context(), "documents", "a/b", minio.StatObjectOptions{}); minio.ToErrorResponse(err).StatusCode != http.StatusForbidden {
		t.Errorf("with a wrong secret: %v", err)
	}
	res, err := http.Get(s.Endpoint() + "/documents/a/b")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("without a signature: %s", res.Status)
	}
}

func TestObjectStoreIsPrivate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := StartObjectStore(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer stopQuickly(t, s)
	if !strings.HasPrefix(s.Endpoint(), "http://127.0.0.1:") {
		t.Errorf("it listens on %s", s.Endpoint())
	}
	process := "/proc/" + strconv.Itoa(s.child.cmd.Process.Pid)
	for _, name := range []string{"cmdline", "environ"} {
		text, err := os.ReadFile(filepath.Join(process, name))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), s.SecretKey()) {
			t.Errorf("the secret is in the process's %s", name)
		}
	}
	info, err := os.Stat(filepath.Join(dir, "keys.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the keys' file: %v, %v", info.Mode(), err)
	}
}

func TestObjectStoreRefusesDamagedKeys(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "keys.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := StartObjectStore(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "keys.json") {
		t.Errorf("with damaged keys: %v", err)
	}
}
