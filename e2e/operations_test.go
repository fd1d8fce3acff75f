package e2e

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/blobtest"
	"socialdirect/internal/embedded"
)

// cluster is a PostgreSQL that a test can stop and start again.
type cluster struct {
	*embedded.Postgres
	dir string
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{dir: filepath.Join(t.TempDir(), "postgres")}
	c.start(t)
	t.Cleanup(func() { _ = c.Stop(context.Background()) })
	return c
}

func (c *cluster) start(t *testing.T) {
	t.Helper()
	var err error
	if c.Postgres, err = embedded.StartPostgres(context.Background(), embedded.PostgresOptions{Dir: c.dir, MaxConnections: 40}); err != nil {
		t.Fatal(err)
	}
}

func (c *cluster) halt(t *testing.T) {
	t.Helper()
	if err := c.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// ask sends one request as somebody signed in would, and returns the answer and its body.
func (d *deployment) ask(t *testing.T, path string, headers ...string) (*http.Response, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

// parts are the words of /readyz.
func (d *deployment) parts(t *testing.T) (status string, parts map[string]string) {
	t.Helper()
	_, body := d.ask(t, "/readyz")
	var said struct {
		Status string
		Parts  map[string]string
	}
	if err := json.Unmarshal([]byte(body), &said); err != nil {
		t.Fatalf("%v: %q", err, body)
	}
	return said.Status, said.Parts
}

// While the database is away, whoever asks is told to come back, in the way they are
// answered in; once it is back, everything is.
func TestR40_WithoutItsDatabaseThePlatformAsksPeopleToComeBack(t *testing.T) {
	t.Parallel()
	pg := newCluster(t)
	if err := pg.EnsureDatabase(t.Context(), "app"); err != nil {
		t.Fatal(err)
	}
	d := furnish(t, pg.URL("app"), blobtest.Config(t))
	d.command(t, "migrate")
	d.serve(t)
	d.awaitStatus(t, http.StatusOK)
	signedIn := []string{"Cookie", "session=" + random()}
	asked := map[string][]string{
		"/rendez-vous":        signedIn,
		"/":                   signedIn,
		"/c/ponant":           nil,
		"/messages/ws":        append([]string{"Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "MDEyMzQ1Njc4OWFiY2RlZg==", "Origin", d.url}, signedIn...),
		"/api/v1/figures":     {"Authorization", "Bearer sd_" + random()[:43]},
		"/connexion/sms/code": signedIn,
	}
	pg.halt(t)
	d.awaitStatus(t, http.StatusServiceUnavailable)
	if status, parts := d.parts(t); status != "unavailable" || parts["database"] != "away" || parts["storage"] != "ready" {
		t.Errorf("%s %v", status, parts)
	}
	for path, headers := range asked {
		answer, body := d.ask(t, path, headers...)
		if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %d, Retry-After %q", path, answer.StatusCode, answer.Header.Get("Retry-After"))
		}
		page := strings.Contains(body, "Le service est momentanément indisponible") && strings.Contains(body, "33297000000")
		if plain := strings.HasPrefix(path, "/api/") || strings.HasSuffix(path, "/ws"); !plain && !page {
			t.Errorf("%s: not the page: %s", path, body)
		}
	}
	pg.start(t)
	d.awaitStatus(t, http.StatusOK)
	for path, headers := range asked {
		if answer, _ := d.ask(t, path, headers...); answer.StatusCode >= http.StatusInternalServerError {
			t.Errorf("%s, once the database is back: %d", path, answer.StatusCode)
		}
	}
}
