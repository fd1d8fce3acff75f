package bench

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

const idle = 300 // concurrent open connections

// upgraded opens a WebSocket and keeps only the bare connection, so that the measured memory
// is the server's.
func upgraded(b testing.TB, host, path, cookie string) net.Conn {
	b.Helper()
	conn, err := net.Dial("tcp", host)
	ok(b, err)
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nCookie: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", path, host, host, cookie)
	ok(b, err)
	ok(b, conn.SetReadDeadline(time.Now().Add(patience)))
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	ok(b, err)
	if answer.StatusCode != http.StatusSwitchingProtocols {
		b.Fatalf("%s: %s", path, answer.Status)
	}
	return conn
}

// memoryEach returns the bytes of memory per connection that open opens, once all are idle.
func memoryEach(b testing.TB, open func(i int) net.Conn) float64 {
	b.Helper()
	before := heapAfter()
	conns := make([]net.Conn, idle)
	for i := range conns {
		conns[i] = open(i)
	}
	time.Sleep(100 * time.Millisecond) // lets the last connection become idle
	each := (heapAfter() - before) / idle
	for _, conn := range conns {
		ok(b, conn.Close())
	}
	return each
}

// echo is a minimal WebSocket server with the platform's buffer sizes.
func echo(b testing.TB) *httptest.Server {
	upgrader := websocket.Upgrader{ReadBufferSize: 4096, WriteBufferSize: 4096}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			b.Error(err)
			return
		}
		defer conn.Close()
		for {
			kind, data, err := conn.ReadMessage()
			if err != nil || conn.WriteMessage(kind, data) != nil {
				return
			}
		}
	}))
	b.Cleanup(s.Close)
	return s
}

// Limits of an idle connection of a call.
const (
	idleMemory   = 20 << 10         // bytes more than for a bare connection
	idleRound    = 3 * time.Second  // interval of the queries
	idleAsked    = 2                // queries per interval, whatever the number of connections
	idleWatching = 12 * time.Second // how long queries are counted
)

// rooms returns current calls: their workers and the paths of their sockets.
func (n *population) rooms(count int) (workers []person, paths []string) {
	now, beneficiaries := time.Now().Truncate(time.Hour), n.beneficiaries(count)
	for i := range count {
		workers = append(workers, n.worker())
		paths = append(paths, "/rendez-vous/"+n.appointment(beneficiaries[i], workers[i], now).String()+"/appel/ws")
	}
	return workers, paths
}

// BenchmarkIdleQuestions counts the queries that idle connections cause.
func BenchmarkIdleQuestions(b *testing.B) {
	p := newPlatform(b, 10)
	workers, paths := p.rooms(idle)
	ours := p.server.Listener.Addr().String()
	for _, count := range []int{10, idle} {
		conns := make([]net.Conn, count)
		for i := range conns {
			conns[i] = upgraded(b, ours, paths[i], "session="+workers[i].token)
		}
		p.entered(count)
		before := p.db.Pool.Stat().AcquireCount()
		time.Sleep(idleWatching)
		asked := float64(p.db.Pool.Stat().AcquireCount()-before) / idleWatching.Seconds()
		b.Logf("%d idle signalling connections cause %.2g queries a second", count, asked)
		if most := idleAsked * (idleWatching + idleRound).Seconds() / idleRound.Seconds() / idleWatching.Seconds(); asked > most {
			b.Errorf("%d idle connections cause %.2g queries a second, the limit is %.2g at most", count, asked, most)
		}
		for _, conn := range conns {
			ok(b, conn.Close())
		}
		p.attended(paths[:count])
		_, err := p.db.Pool.Exec(b.Context(), `delete from call_attendances`)
		ok(b, err)
	}
	b.ReportMetric(0, "ns/op") // the time is meaningless
}

// entered waits until that many participants have joined their calls.
func (n *population) entered(count int) {
	n.b.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		var entered int
		ok(n.b, n.p.db.Pool.QueryRow(n.b.Context(), `select count(*) from call_attendances where left_at is null`).Scan(&entered))
		if entered == count {
			return
		}
	}
	n.b.Fatalf("%d did not join their calls", count)
}

func BenchmarkIdleSocket(b *testing.B) {
	p := newPlatform(b, 10)
	workers, paths := p.rooms(idle)
	bare := echo(b).Listener.Addr().String()
	ours := p.server.Listener.Addr().String()
	var bareEach, oursEach sample
	once := func() {
		bareEach = append(bareEach, memoryEach(b, func(int) net.Conn { return upgraded(b, bare, "/", "session=none") }))
		oursEach = append(oursEach, memoryEach(b, func(i int) net.Conn { return upgraded(b, ours, paths[i], "session="+workers[i].token) }))
		p.attended(paths)
	}
	once() // warm-up
	bareEach, oursEach = nil, nil
	rounds(b, least, once)
	ratio := oursEach.over(bareEach)
	more := make(sample, len(oursEach))
	for i := range more {
		more[i] = oursEach[i] - bareEach[i]
	}
	more.atMost(b, "bytes that an idle signalling connection takes beside a bare one", idleMemory)
	b.ReportMetric(oursEach.median()/1024, "KiB/socket")
	b.ReportMetric(more.median()/1024, "KiB-over-bare")
	b.ReportMetric(ratio.median(), "ratio")
	b.Logf("an idle signalling connection against a bare gorilla/websocket echo, memory with goroutines' stacks: %v times (%.1f KiB, %.1f more)", ratio, oursEach.median()/1024, more.median()/1024)
}

func (n *population) beneficiaries(count int) []person {
	all := make([]person, count)
	for i := range all {
		all[i] = n.beneficiary()
	}
	return all
}

// attended fails unless the last connection of each room joined and left its call, which
// proves that calls were measured.
func (n *population) attended(rooms []string) {
	n.b.Helper()
	var open, entered int
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		ok(n.b, n.p.db.Pool.QueryRow(n.b.Context(), `
			select count(*) filter (where left_at is null), count(distinct appointment_id) from call_attendances`).Scan(&open, &entered))
		if open == 0 && entered == len(rooms) {
			return
		}
	}
	n.b.Errorf("%d rooms of %d were entered, %d were not left", entered, len(rooms), open)
}
