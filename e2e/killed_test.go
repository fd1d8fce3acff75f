package e2e

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/internal/blobtest"
	"socialdirect/internal/dbtest"
	"socialdirect/internal/embedded"

	"github.com/jackc/pgx/v5"
)

// moody is a proxy in front of a mail server: it accepts every connection, and sends nothing
// until it is mended.
type moody struct {
	net.Listener
	mended   atomic.Bool
	accepted atomic.Int64
}

func newMoody(t *testing.T, server string) *moody {
	t.Helper()
	behind, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	m := &moody{Listener: l}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = conn.Close() })
			m.accepted.Add(1)
			if m.mended.Load() {
				go pass(conn, behind.Host)
			}
		}
	}()
	return m
}

// pass connects two ends.
func pass(conn net.Conn, host string) {
	server, err := net.Dial("tcp", host)
	if err != nil {
		_ = conn.Close()
		return
	}
	go func() { _, _ = io.Copy(server, conn); _ = server.Close() }()
	_, _ = io.Copy(conn, server)
	_ = conn.Close()
}

// readiness is the response of /readyz.
type readiness struct {
	Status string            `json:"status"`
	Parts  map[string]string `json:"parts"`
}

func (d *deployment) readiness(t *testing.T) (r readiness, status int) {
	t.Helper()
	status, body, err := get(d.url + "/readyz")
	if err == nil && json.Unmarshal([]byte(body), &r) != nil {
		t.Errorf("/readyz: %s", body)
	}
	return r, status
}

// A mail server that accepts connections and never answers delays no round, even with a small
// pool, and does not affect the site; it is reported to the operator. Jobs that were running
// when the process was killed are done within seconds of the next start.
func TestR21_ASilentMailServerAndAKilledProcessLoseNothing(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	mails, err := embedded.StartMailReceiver(ctx, filepath.Join(t.TempDir(), "mail"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mails.Stop(ctx) })
	server := newMoody(t, mails.URL())
	keys := t.TempDir()
	for _, name := range []string{"master", "index", "noise", "journal"} {
		if err := os.WriteFile(filepath.Join(keys, name), []byte(random()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	store, port, database := blobtest.Config(t), freePort(t), dbtest.New(t)
	d := &deployment{url: "http://localhost:" + port, mailDir: mails.Dir()}
	d.env = []string{
		"LISTEN_ADDR=127.0.0.1:" + port, "PUBLIC_URL=" + d.url, "DATABASE_URL=" + database, "DATABASE_CONNECTIONS=4",
		"S3_ENDPOINT=" + store.Endpoint, "S3_BUCKET=" + store.Bucket, "S3_ACCESS_KEY=" + store.AccessKey, "S3_SECRET_KEY=" + store.SecretKey,
		"SMTP_URL=smtp://" + server.Addr().String(), "MAIL_FROM=Social Direct <rendez-vous@exemple.fr>", "MAIL_HELO=rdv.exemple.fr",
		"MASTER_KEY_FILE=" + filepath.Join(keys, "master"), "INDEX_KEY_FILE=" + filepath.Join(keys, "index"),
		"NOISE_KEY_FILE=" + filepath.Join(keys, "noise"), "JOURNAL_KEY_FILE=" + filepath.Join(keys, "journal"),
		"TURN_PUBLIC_IP=127.0.0.1", "TURN_LISTEN=127.0.0.1:0", "TURN_SECRET=" + random(),
	}
	d.command(t, "migrate")
	const people = 10 // more than mails are sent at once
	for i := range people {
		d.command(t, "admin", "create", "--email", address(i))
	}
	serve := func() {
		if d.program, err = launch(static, d.env, "serve"); err != nil {
			t.Fatal(err)
		}
		await(t, "serve serves", time.Minute, func() bool { _, status := d.readiness(t); return status == http.StatusOK })
	}
	serve()
	for i := range people {
		answer, err := http.PostForm(d.url+"/mot-de-passe/oubli", url.Values{"email": {address(i)}})
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
	}
	db, err := pgx.Connect(ctx, database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(ctx) })
	count := func(sql string) (n int) {
		t.Helper()
		if err := db.QueryRow(ctx, sql).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	underWay := func() bool {
		return count(`select count(*) from river_job where queue = 'mail' and state = 'running'`) >= 8
	}
	await(t, "mails are under way", time.Minute, underWay)
	await(t, "the operator is told", time.Minute, func() bool {
		r, status := d.readiness(t)
		return status == http.StatusOK && r.Status == "degraded" && r.Parts["mail"] == "away"
	})
	const released = `select count(*) from river_job where kind = 'round' and args->>'name' = 'appointment_release' and state = 'completed'`
	before := count(released)
	await(t, "a round comes while they are", 2*time.Minute, func() bool { return count(released) > before })
	if status, _, err := get(d.url + "/"); err != nil || status != http.StatusOK {
		t.Errorf("the site: %d, %v", status, err)
	}
	await(t, "mails are under way", time.Minute, underWay)

	if err := d.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-d.ended; err == nil {
		t.Error("it had ended before it was killed")
	}
	server.mended.Store(true)
	began := time.Now()
	serve()
	t.Cleanup(func() {
		if err := d.stop(); err != nil {
			t.Errorf("serve ended: %v\n%s", err, d.output)
		}
	})
	ready := time.Since(began)
	running := count(`select count(*) from river_job where queue = 'mail' and state = 'completed'`)
	await(t, "what was under way is sent", 30*time.Second, func() bool {
		return count(`select count(*) from river_job where queue = 'mail' and state = 'completed'`) >= 8
	})
	t.Logf("ready after %v, all running mails sent after %v (%d of it before)", ready, time.Since(began), running)
}

func address(i int) string { return string(rune('a'+i)) + "@exemple.fr" }
