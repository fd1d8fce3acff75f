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

const idle = 300 // connections that are held open at a time

// upgraded opens a WebSocket by hand and keeps nothing but the bare connection,
// so that the memory that is measured is the server's.
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

// held is the bytes of memory that each connection takes that open opens, once
// all of them rest.
func held(b testing.TB, open func(i int) net.Conn) float64 {
	b.Helper()
	before := heapAfter()
	conns := make([]net.Conn, idle)
	for i := range conns {
		conns[i] = open(i)
	}
	time.Sleep(100 * time.Millisecond) // for what the last one's opening leaves to settle
	each := (heapAfter() - before) / idle
	for _, conn := range conns {
		ok(b, conn.Close())
	}
	return each
}

// echo is the least that a WebSocket server does, with the platform's buffers.
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

func BenchmarkIdleSocket(b *testing.B) {
	p := newPlatform(b, 10)
	workers, paths := make([]person, idle), make([]string, idle)
	now, beneficiaries := time.Now().Truncate(time.Hour), p.beneficiaries(idle)
	for i := range workers {
		workers[i] = p.worker()
		paths[i] = "/rendez-vous/" + p.appointment(beneficiaries[i], workers[i], now).String() + "/appel/ws"
	}
	bare := echo(b).Listener.Addr().String()
	ours := p.server.Listener.Addr().String()
	var bareEach, oursEach sample
	once := func() {
		bareEach = append(bareEach, held(b, func(int) net.Conn { return upgraded(b, bare, "/", "session=none") }))
		oursEach = append(oursEach, held(b, func(i int) net.Conn { return upgraded(b, ours, paths[i], "session="+workers[i].token) }))
		p.attended(paths)
	}
	once() // what is made once
	bareEach, oursEach = nil, nil
	rounds(b, least, once)
	ratio := oursEach.over(bareEach)
	b.ReportMetric(oursEach.median()/1024, "KiB/socket")
	b.ReportMetric(ratio.median(), "ratio")
	b.Logf("an idle signalling connection against a bare gorilla/websocket echo, memory with goroutines' stacks: %v times (%.1f KiB)", ratio, oursEach.median()/1024)
}

func (n *population) beneficiaries(count int) []person {
	all := make([]person, count)
	for i := range all {
		all[i] = n.beneficiary()
	}
	return all
}

// attended fails unless the last connection of each of the rooms was entered and
// has been left: what was measured were rooms.
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
