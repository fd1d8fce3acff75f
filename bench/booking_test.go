package bench

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	clients  = 8               // concurrent clients, and connections of pgbench
	stretch  = 3 * time.Second // length of one measurement
	hours    = 4200            // available slots of a worker, within 26 weeks
	stride   = 1237            // visits each of them once, in a mixed order: coprime to hours
	allowed  = 0.6             // minimum ratio to pgbench's bookings
	rehearse = 100             // bookings of each client before anything is measured
)

// pair is a beneficiary and a worker of their own, with an empty agenda; first is its first
// slot.
type pair struct {
	beneficiary, worker person
	first               time.Time
}

func newPairs(p *platform, n int) []pair {
	pairs := make([]pair, n)
	for i := range pairs {
		pairs[i] = pair{p.beneficiary(), p.worker(), time.Now().Truncate(time.Hour).Add(2 * time.Hour)}
	}
	return pairs
}

// hour returns the i-th slot that the pair books.
func (pr pair) hour(i int) time.Time {
	return pr.first.Add(time.Duration(i*stride%hours) * time.Hour)
}

// wire is a minimal client: one kept connection, and requests written as raw HTTP.
type wire struct {
	b    testing.TB
	conn net.Conn
	read *bufio.Reader
	host string
}

func dial(b testing.TB, host string) *wire {
	conn, err := net.Dial("tcp", host)
	ok(b, err)
	return &wire{b, conn, bufio.NewReader(conn), host}
}

// book posts the form of the confirmation page.
func (w *wire) book(pr pair, i int) error {
	form := url.Values{
		"social_worker_id": {pr.worker.id.String()}, "starts_at": {pr.hour(i).UTC().Format(time.RFC3339)},
		"mode": {"video"}, "reason": {"housing"}, "note": {""},
	}.Encode()
	_, err := fmt.Fprintf(w.conn, "POST /rendez-vous HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nCookie: session=%s\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", w.host, w.host, pr.beneficiary.token, len(form), form)
	if err != nil {
		return err
	}
	answer, err := http.ReadResponse(w.read, nil)
	if err != nil {
		return err
	}
	drained(w.b, answer.Body)
	if location := answer.Header.Get("Location"); answer.StatusCode != http.StatusSeeOther || !strings.HasPrefix(location, "/rendez-vous/") {
		return fmt.Errorf("booking %d: %d to %q", i, answer.StatusCode, location)
	}
	return nil
}

// bookAll makes every pair book until enough returns true, and returns the number of bookings
// per second.
func bookAll(b testing.TB, host string, pairs []pair, enough func(done int, since time.Time) bool) float64 {
	b.Helper()
	var group sync.WaitGroup
	done, errs := make([]int, len(pairs)), make([]error, len(pairs))
	began := time.Now()
	for c, pr := range pairs {
		group.Go(func() {
			w := dial(b, host)
			defer w.conn.Close()
			for errs[c] == nil && done[c] < hours && !enough(done[c], began) {
				if errs[c] = w.book(pr, done[c]); errs[c] == nil {
					done[c]++
				}
			}
		})
	}
	group.Wait()
	seconds, sum := time.Since(began).Seconds(), 0
	for c := range pairs {
		ok(b, errs[c])
		sum += done[c]
	}
	return float64(sum) / seconds
}

func BenchmarkBookingOverHTTP(b *testing.B) {
	p := newPlatform(b, clients)
	host := p.server.Listener.Addr().String()
	script := captureScript(b, p)
	bookAll(b, host, newPairs(p, clients), func(done int, _ time.Time) bool { return done == rehearse })
	var http, pgbench sample
	rounds(b, least, func() {
		booked := p.appointments()
		pgbench = append(pgbench, script.run(b, p, newPairs(p, clients), stretch))
		http = append(http, bookAll(b, host, newPairs(p, clients), func(_ int, since time.Time) bool { return time.Since(since) > stretch }))
		if grown := float64(p.appointments() - booked); grown < (pgbench[len(pgbench)-1]+http[len(http)-1])*stretch.Seconds()*0.9 {
			b.Errorf("%v appointments are in the table, fewer than were booked", grown)
		}
	})
	ratio := http.over(pgbench)
	b.ReportMetric(http.median(), "bookings/s")
	b.ReportMetric(pgbench.median(), "pgbench/s")
	b.ReportMetric(ratio.median(), "ratio")
	b.ReportMetric(ratio.median()/allowed, "ratio_to_limit")
	b.Logf("booking over HTTP against the same %d statements through pgbench, %d clients: limit %.2f, measured %v", len(script.statements), clients, allowed, ratio)
	ratio.atLeast(b, "booking over HTTP against pgbench", allowed)
}

func (p *platform) appointments() (n int) {
	ok(p.b, p.db.Pool.QueryRow(p.b.Context(), `select count(*) from appointments`).Scan(&n))
	return n
}
