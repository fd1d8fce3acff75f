package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/blobtest"
	"socialdirect/internal/dbtest"
	"socialdirect/internal/embedded"

	"github.com/jackc/pgx/v5"
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

// ask makes one request as a signed-in person would, and returns the response and its body.
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

// parts returns the words of /readyz.
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

// While the database is away, every kind of request is answered with a request to try again
// later; once it is back, everything works.
func TestR40_WithoutItsDatabaseThePlatformAsksForALaterTry(t *testing.T) {
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

// forwarder is a proxy in front of a store that may change its responses.
func forwarder(t *testing.T, listener net.Listener, to string, change func(*http.Response) error) {
	t.Helper()
	behind, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(behind); r.Out.Host = r.In.Host },
		ModifyResponse: change,
	}}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
}

// An unavailable store affects only documents, not the platform or its start; it is used once
// it is available.
func TestR40_TheStoreMayBeAwayAtTheStart(t *testing.T) {
	t.Parallel()
	store := blobtest.Config(t)
	behind, address := store.Endpoint, "127.0.0.1:"+freePort(t)
	store.Endpoint = "http://" + address
	d := furnish(t, dbtest.New(t), store)
	d.command(t, "migrate")
	d.serve(t)
	d.awaitStatus(t, http.StatusOK)
	if status, parts := d.parts(t); status != "degraded" || parts["storage"] != "away" || parts["database"] != "ready" {
		t.Errorf("%s %v", status, parts)
	}
	if answer, _ := d.ask(t, "/"); answer.StatusCode != http.StatusOK {
		t.Errorf("the first page: %d", answer.StatusCode)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	forwarder(t, listener, behind, nil)
	await(t, "the store is used", 60*time.Second, func() bool {
		_, parts := d.parts(t)
		return parts["storage"] == "ready"
	})
}

// A store that returns something else than was stored is refused at the start.
func TestR40_AnUnfaithfulStoreIsRefusedInOneLine(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	store := blobtest.Config(t)
	forwarder(t, listener, store.Endpoint, func(r *http.Response) error {
		if r.Request.Method == http.MethodGet && strings.Contains(r.Request.URL.Path, "checks/") {
			content, err := io.ReadAll(r.Body)
			for i := range content {
				content[i] = 'x'
			}
			r.Body = io.NopCloser(bytes.NewReader(content))
			return err
		}
		return nil
	})
	store.Endpoint = "http://" + listener.Addr().String()
	d := furnish(t, dbtest.New(t), store)
	d.command(t, "migrate")
	p, err := launch(static, append(d.env, "LOG_LEVEL=error"), "serve")
	if err != nil {
		t.Fatal(err)
	}
	if status := exitStatus(p.wait(60 * time.Second)); status != 1 {
		t.Errorf("ended with %d", status)
	}
	if said := p.output.String(); !strings.Contains(said, "does not give back what it took") || strings.Count(said, "\n") != 1 {
		t.Errorf("said %q", said)
	}
}

// Two servers never run on one database: the one that lost the lock to another stops.
func TestR40_AServerThatLostTheDatabaseToAnotherStops(t *testing.T) {
	t.Parallel()
	url := dbtest.New(t)
	d := furnish(t, url, blobtest.Config(t))
	d.command(t, "migrate")
	first, err := launch(static, d.env, "serve")
	if err != nil {
		t.Fatal(err)
	}
	d.awaitStatus(t, http.StatusOK)
	second, err := launch(static, append(d.env, "LISTEN_ADDR=127.0.0.1:"+freePort(t)), "serve")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = second.stop() })
	await(t, "a second one waits", 60*time.Second, func() bool { return strings.Contains(second.output.String(), "waiting for the server") })
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var ended int
	err = conn.QueryRow(t.Context(), `
		select count(*) filter (where pg_terminate_backend(pid, 10000)) from pg_locks where locktype = 'advisory' and classid = 0 and objid = 5120416 and granted
		and database = (select oid from pg_database where datname = current_database())`).Scan(&ended)
	if err != nil || ended != 1 {
		t.Fatalf("%d sessions ended: %v", ended, err)
	}
	// The second server or this connection gets the lock, but not the first server.
	if _, err := conn.Exec(t.Context(), `select pg_try_advisory_lock(5120416)`); err != nil {
		t.Fatal(err)
	}
	if status := exitStatus(first.wait(30 * time.Second)); status != 1 || !strings.Contains(first.output.String(), "lost the database to another one") {
		t.Errorf("the first one ended with %d\n%s", status, first.output)
	}
	if _, err := conn.Exec(t.Context(), `select pg_advisory_unlock_all()`); err != nil {
		t.Fatal(err)
	}
	await(t, "the second one serves", 60*time.Second, func() bool { return strings.Contains(second.output.String(), `"msg":"ready"`) })
}

// A database from before the first release is refused in one line that says what to do, by
// every command that would use it.
func TestR40_ADatabaseFromBeforeTheFirstReleaseIsRefusedInOneLine(t *testing.T) {
	t.Parallel()
	database := dbtest.New(t)
	conn, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	if _, err := conn.Exec(t.Context(), `update goose_db_version set version_id = version_id - 100 where version_id > 100`); err != nil {
		t.Fatal(err)
	}
	d := furnish(t, database, blobtest.Config(t))
	for _, command := range []string{"migrate", "serve"} {
		p, err := launch(static, append(d.env, "LOG_LEVEL=error"), command)
		if err != nil {
			t.Fatal(err)
		}
		if status := exitStatus(p.wait(60 * time.Second)); status != 1 {
			t.Errorf("%s ended with %d", command, status)
		}
		if said := p.output.String(); !strings.HasPrefix(said, "socialdirect: ") || !strings.Contains(said, "give an empty database") || strings.Count(said, "\n") != 1 {
			t.Errorf("%s said %q", command, said)
		}
	}
}
