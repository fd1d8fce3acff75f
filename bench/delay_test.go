package bench

import (
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
)

// parcel is what passes a delaying proxy, and when it goes on.
type parcel struct {
	data []byte
	due  time.Time
}

// delayed reads parcels, holds each back for delay, in order, and writes it, until reading fails.
func delayed(delay time.Duration, read func([]byte) (int, error), write func([]byte) error) {
	waiting := make(chan parcel, 4096)
	var writing sync.WaitGroup
	writing.Go(func() {
		for next := range waiting {
			time.Sleep(time.Until(next.due))
			if write(next.data) != nil {
				return
			}
		}
	})
	for {
		buffer := make([]byte, 4<<10)
		n, err := read(buffer)
		if n > 0 {
			waiting <- parcel{data: buffer[:n], due: time.Now().Add(delay)}
		}
		if err != nil {
			break
		}
	}
	close(waiting)
	writing.Wait()
}

// delayTCP returns an address in front of target at which everything arrives later, in both
// directions, until the end of b.
func delayTCP(b testing.TB, target string, delay time.Duration) string {
	b.Helper()
	front, err := net.Listen("tcp", "127.0.0.1:0")
	ok(b, err)
	b.Cleanup(func() { _ = front.Close() })
	go func() {
		for {
			near, err := front.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", target)
			if err != nil {
				_ = near.Close()
				continue
			}
			for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
				go func() {
					delayed(delay, way[0].Read, func(data []byte) error { _, err := way[1].Write(data); return err })
					_ = way[1].Close()
				}()
			}
		}
	}()
	return front.Addr().String()
}

// delayUDP is delayTCP for packets: each client has a socket of its own towards target.
func delayUDP(b testing.TB, target string, delay time.Duration) string {
	b.Helper()
	front, err := net.ListenPacket("udp", "127.0.0.1:0")
	ok(b, err)
	b.Cleanup(func() { _ = front.Close() })
	go func() {
		clients := map[string]chan []byte{}
		for {
			buffer := make([]byte, 4<<10)
			n, from, err := front.ReadFrom(buffer)
			if err != nil {
				return
			}
			up := clients[from.String()]
			if up == nil {
				far, err := net.Dial("udp", target)
				if err != nil {
					return
				}
				b.Cleanup(func() { _ = far.Close() })
				up = make(chan []byte, 4096)
				clients[from.String()] = up
				go delayed(delay, arrivals(up), func(data []byte) error { _, err := far.Write(data); return err })
				go delayed(delay, packets(far), func(data []byte) error { _, err := front.WriteTo(data, from); return err })
			}
			up <- buffer[:n]
		}
	}()
	return front.LocalAddr().String()
}

// arrivals reads from a channel.
func arrivals(in <-chan []byte) func([]byte) (int, error) {
	return func(buffer []byte) (int, error) {
		data, open := <-in
		if !open {
			return 0, io.EOF
		}
		return copy(buffer, data), nil
	}
}

// packets reads until the socket is closed; an error that ICMP reports is passed over.
func packets(conn net.Conn) func([]byte) (int, error) {
	return func(buffer []byte) (int, error) {
		n, err := conn.Read(buffer)
		if errors.Is(err, net.ErrClosed) {
			return n, err
		}
		return n, nil
	}
}

// by returns the same servers, reached over UDP at another address.
func by(servers []webrtc.ICEServer, address string) (moved []webrtc.ICEServer) {
	for _, each := range servers {
		for _, url := range each.URLs {
			if strings.HasPrefix(url, "turn:") && strings.HasSuffix(url, "transport=udp") {
				each.URLs = []string{"turn:" + address + "?transport=udp"}
				return append(moved, each)
			}
		}
	}
	return moved
}
