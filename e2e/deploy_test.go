package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// slowly posts a form whose body takes that long to arrive, and returns the status.
func (d *deployment) slowly(t *testing.T, takes time.Duration) <-chan int {
	t.Helper()
	body, drip := io.Pipe()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.url+"/connexion", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	go func() {
		defer drip.Close()
		_, _ = io.WriteString(drip, "email=") // the connection may have been closed
		for began := time.Now(); time.Since(began) < takes; time.Sleep(100 * time.Millisecond) {
			if _, err := io.WriteString(drip, "a"); err != nil {
				return
			}
		}
	}()
	status := make(chan int, 1)
	go func() {
		answer, err := (&http.Client{Transport: &http.Transport{}}).Do(r)
		if err != nil {
			status <- 0
			return
		}
		answer.Body.Close()
		status <- answer.StatusCode
	}()
	return status
}

// gaps makes a request every 100 ms, each on a new connection, and records the longest time
// without an answer.
type gaps struct {
	stop    chan struct{}
	done    sync.WaitGroup
	longest time.Duration
	asked   int
	failed  []string
}

func watchGaps(url string) *gaps {
	g := &gaps{stop: make(chan struct{})}
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	g.done.Go(func() {
		last := time.Now()
		for {
			select {
			case <-g.stop:
				return
			case <-time.After(100 * time.Millisecond):
			}
			g.asked++
			answer, err := client.Get(url)
			if err == nil {
				answer.Body.Close()
			}
			if err != nil || answer.StatusCode != http.StatusOK {
				g.failed = append(g.failed, fmt.Sprint(answer, err))
				continue
			}
			g.longest = max(g.longest, time.Since(last))
			last = time.Now()
		}
	})
	return g
}

func (g *gaps) end() {
	close(g.stop)
	g.done.Wait()
}

// A new version starts beside the old one, which releases the lock, serves until the new one
// does, and ends once its current requests have.
func TestR40_ADeployLeavesNobodyWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	old := d.program
	const under = 8 * time.Second
	for _, underWay := range []bool{false, true} {
		g := watchGaps(d.url + "/")
		var sent <-chan int
		if underWay {
			sent = d.slowly(t, under)
			time.Sleep(time.Second) // the request has begun
		}
		d.serve(t)
		if err := old.cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		await(t, "the next one serves", 60*time.Second, func() bool { return strings.Contains(d.output.String(), `"msg":"ready"`) })
		if took := time.Since(began); underWay && took > under/2 {
			t.Errorf("the next one served after %s, while a request was still running", took)
		}
		if err := old.wait(30 * time.Second); err != nil {
			t.Errorf("the old one ended: %v\n%s", err, old.output)
		}
		if underWay {
			if status := <-sent; status != http.StatusUnprocessableEntity {
				t.Errorf("the running request: %d", status)
			}
		}
		g.end()
		t.Logf("asked %d times; the longest time without an answer: %s; failed: %q", g.asked, g.longest, g.failed)
		if g.longest > time.Second {
			t.Errorf("running request %t: no answer for %s: %q", underWay, g.longest, g.failed)
		}
		old = d.program
	}
}

// readyStatus makes requests over a connection that was opened before.
func readyStatus(t *testing.T, address string) func() string {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return func() string {
		_, _ = io.WriteString(conn, "GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n") // a failure shows in the read
		answer := make([]byte, 4096)
		_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		n, _ := conn.Read(answer)
		return string(answer[:n])
	}
}

// Without a successor, the old server serves as long as requests run, and reports its
// shutdown. Requests that take longer than the drain are cut, and its exit status says so.
func TestR40_ADrainIsBoundedAndReportsCutRequests(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	first := d.program
	if err := first.stop(); err != nil {
		t.Fatalf("without requests: %v\n%s", err, first.output)
	}
	d.env = append(d.env, "DRAIN_TIMEOUT=4s")
	var err error
	if d.program, err = launch(static, d.env, "serve"); err != nil {
		t.Fatal(err)
	}
	d.awaitStatus(t, http.StatusOK)
	sent := d.slowly(t, 25*time.Second)
	time.Sleep(time.Second) // the request has begun
	ask := readyStatus(t, strings.TrimPrefix(d.url, "http://"))
	began := time.Now()
	if err := d.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	await(t, "/readyz turns", 3*time.Second, func() bool {
		said := ask()
		ask = readyStatus(t, strings.TrimPrefix(d.url, "http://"))
		return strings.Contains(said, "503") && strings.Contains(said, `"unavailable"`)
	})
	if answer, _ := d.ask(t, "/"); answer.StatusCode != http.StatusOK || !answer.Close {
		t.Errorf("a page during the drain: %d, its connection closes: %t", answer.StatusCode, answer.Close)
	}
	if status := exitStatus(d.wait(30 * time.Second)); status != 3 {
		t.Errorf("ended with %d\n%s", status, d.output)
	}
	if took := time.Since(began); took < 3*time.Second || took > 9*time.Second {
		t.Errorf("the drain took %s", took)
	}
	if !strings.Contains(d.output.String(), "socialdirect: the drain was cut after 4s; requests still under way: 1\n") {
		t.Errorf("it said %s", d.output)
	}
	if status := <-sent; status != 0 {
		t.Errorf("the cut request was answered: %d", status)
	}
}

// A second server waits without answering; when stopped, it ends without an error.
func TestR40_ASecondServerWaitsWithoutListening(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	port := freePort(t)
	second, err := launch(static, append(d.env, "LISTEN_ADDR=127.0.0.1:"+port), "serve")
	if err != nil {
		t.Fatal(err)
	}
	await(t, "it waits", 60*time.Second, func() bool { return strings.Contains(second.output.String(), "waiting for the server") })
	if conn, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
		_ = conn.Close()
		t.Error("it already listens")
	}
	if err := second.stop(); err != nil {
		t.Errorf("stopped while waiting: %v\n%s", err, second.output)
	}
}

// behindProxy starts Debian's Caddy with the shipped configuration in front of the server, and
// returns its address, and the one without TLS.
func (d *deployment) behindProxy(t *testing.T) (site, plain string) {
	t.Helper()
	site, plain = "http://localhost:"+freePort(t), "http://localhost:"+freePort(t)
	caddyfile := filepath.Join(root, "deploy", "Caddyfile")
	usedBy(t, caddyfile, filepath.Join(root, "deploy", "maintenance.html"))
	home := t.TempDir()
	p, err := launch("caddy", []string{
		"DOMAIN=" + site, "PLAIN=" + plain, "SERVER=" + strings.TrimPrefix(d.url, "http://"), "PAGES=" + filepath.Join(root, "deploy"),
		"SWITCHBOARD_PHONE=02 97 00 00 00", "HOME=" + home, "XDG_DATA_HOME=" + home, "XDG_CONFIG_HOME=" + home,
	}, "run", "--adapter", "caddyfile", "--config", caddyfile)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.stop() })
	await(t, "the proxy answers", 60*time.Second, func() bool { _, _, err := get(site + "/healthz"); return err == nil })
	return site, plain
}

// What the proxy adds to the server: nobody outside asks for its health, and a program without
// TLS is refused instead of sent on.
func TestR34_TheProxyKeepsHealthInsideAndRefusesProgramsWithoutTLS(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	site, plain := d.behindProxy(t)
	for address, want := range map[string]int{
		site + "/": 200, site + "/healthz": 404, site + "/readyz": 404,
		plain + "/api/v1/chiffres": 403, plain + "/connexion?suite=%2Fmessages": 301,
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%s: %d, want %d", address, answer.StatusCode, want)
		}
		if to := answer.Header.Get("Location"); want == 301 && to != "https://localhost/connexion?suite=%2Fmessages" {
			t.Errorf("leads to %q", to)
		}
	}
}

// Behind the shipped proxy, a server follows another without interruption, and while there is
// none, the proxy shows its own page.
func TestR40_R43_BehindTheProxyAServerFollowsAnother(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	old := d.program
	site, _ := d.behindProxy(t)
	direct := d.url
	d.url = site
	sent := d.slowly(t, 40*time.Second) // as long as an upload from a phone
	time.Sleep(time.Second)             // the request has begun
	d.url = direct
	g := watchGaps(site + "/")
	d.serve(t)
	if err := old.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	await(t, "the next one serves", 60*time.Second, func() bool { return strings.Contains(d.output.String(), `"msg":"ready"`) })
	if err := old.wait(60 * time.Second); err != nil {
		t.Errorf("the old one ended: %v\n%s", err, old.output)
	}
	if status := <-sent; status != http.StatusForbidden && status != http.StatusUnprocessableEntity {
		t.Errorf("the running request: %d", status)
	}
	g.end()
	t.Logf("asked %d times; the longest time without an answer: %s; failed: %q", g.asked, g.longest, g.failed)
	if g.longest > time.Second {
		t.Errorf("no answer for %s: %q", g.longest, g.failed)
	}
	if err := d.stop(); err != nil {
		t.Fatal(err)
	}
	d.url = site
	answer, body := d.ask(t, "/connexion")
	if answer.Header.Get("Strict-Transport-Security") == "" {
		t.Error("the page without a server lets browsers come without TLS")
	}
	if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") != "60" || !strings.Contains(body, "02 97 00 00 00") {
		t.Errorf("without a server: %d, %q\n%s", answer.StatusCode, answer.Header.Get("Retry-After"), body)
	}
}
