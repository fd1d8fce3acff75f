package bench

import (
	"net"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
)

const (
	relayRate  = 20_000_000 // bits a second each way, of some fifteen calls
	relayLasts = 2 * time.Second
	arriving   = 0.98 // the share that must arrive
)

// forwarder returns the addresses of two sockets: what a client sends to one reaches the client
// of the other through both, as it does between two ports of the relay.
func forwarder(b testing.TB) (fronts [2]string) {
	b.Helper()
	var near, far [2]net.PacketConn
	for i := range near {
		for _, end := range []*net.PacketConn{&near[i], &far[i]} {
			conn, err := net.ListenPacket("udp", "127.0.0.1:0")
			ok(b, err)
			b.Cleanup(func() { _ = conn.Close() })
			*end = conn
		}
		fronts[i] = near[i].LocalAddr().String()
	}
	for i := range near {
		known := make(chan net.Addr, 1)
		go func() {
			buffer := make([]byte, 4<<10)
			for first := true; ; first = false {
				n, from, err := near[i].ReadFrom(buffer)
				if err != nil {
					return
				}
				if first {
					known <- from
				}
				if _, err := far[i].WriteTo(buffer[:n], far[1-i].LocalAddr()); err != nil {
					return
				}
			}
		}()
		go func() {
			buffer, client := make([]byte, 4<<10), <-known
			for {
				n, _, err := far[i].ReadFrom(buffer)
				if err != nil {
					return
				}
				if _, err := near[i].WriteTo(buffer[:n], client); err != nil {
					return
				}
			}
		}()
	}
	return fronts
}

// forwarding returns the seconds of this process's processor time per megabit that clients in
// another process exchange.
func forwarding(b testing.TB, l load) float64 {
	b.Helper()
	l.Rate, l.Lasts = relayRate, relayLasts
	before := processor(b)
	var bits float64
	client(b, "traffic", l, &bits)
	used := processor(b) - before
	if whole := 2 * float64(relayRate) * relayLasts.Seconds(); bits < arriving*whole {
		b.Errorf("%.0f Mbit arrived of %.0f", bits/1e6, whole/1e6)
	}
	return used / (bits / 1e6)
}

func BenchmarkRelayProcessor(b *testing.B) {
	p := newPlatform(b, 10)
	beneficiary, worker := p.beneficiary(), p.worker()
	appointment := p.appointment(beneficiary, worker, time.Now().Truncate(time.Hour))
	host := p.server.Listener.Addr().String()
	workerLine := p.join(host, worker, appointment)
	servers := [2][]webrtc.ICEServer{workerLine.wants("welcome").ICEServers}
	beneficiaryLine := p.join(host, beneficiary, appointment)
	workerLine.wants("knocking")
	ok(b, workerLine.conn.WriteJSON(message{Type: "admit", ID: "P1"}))
	servers[1] = beneficiaryLine.wants("welcome").ICEServers

	var relay, bare sample
	rounds(b, least, func() {
		relay = append(relay, forwarding(b, load{Servers: servers}))
		bare = append(bare, forwarding(b, load{Bare: forwarder(b)}))
	})
	ratio := relay.over(bare)
	b.ReportMetric(ratio.median(), "ratio")
	b.ReportMetric(1e6*relay.median(), "µs/Mbit")
	b.Logf("the relay's processor time per Mbit, with encrypted packets that it cannot read, against a bare forwarder of the same two hops: %v times (%.0f µs against %.0f)", ratio, 1e6*relay.median(), 1e6*bare.median())
	ok(b, workerLine.conn.Close())
	ok(b, beneficiaryLine.conn.Close())
}
