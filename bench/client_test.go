package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/pion/logging"
	"github.com/pion/turn/v5"
	"github.com/pion/webrtc/v4"
)

// clientVariable names what a process of this binary does in place of benchmarks: clients in a
// process of their own cost the platform no processor time and no descriptors.
const clientVariable = "SOCIALDIRECT_BENCH_CLIENT"

// programs are these clients: each reads its orders as JSON and writes its result as JSON.
var programs = map[string]func(in io.Reader, out io.Writer) error{"traffic": traffic, "calls": calling}

// beClient runs the program that the environment names; there is none in a process of benchmarks.
func beClient() (is bool, err error) {
	program, is := programs[os.Getenv(clientVariable)]
	if !is {
		return false, nil
	}
	return true, program(os.Stdin, os.Stdout)
}

// client runs a program in a process of its own, and decodes its result.
func client(b testing.TB, program string, orders, result any) {
	b.Helper()
	in, err := json.Marshal(orders)
	ok(b, err)
	command := exec.CommandContext(b.Context(), os.Args[0])
	command.Env = append(os.Environ(), clientVariable+"="+program)
	command.Stdin, command.Stderr = strings.NewReader(string(in)), os.Stderr
	out, err := command.Output()
	ok(b, err)
	ok(b, json.Unmarshal(out, result))
}

// processor returns the seconds of processor time that this process has used.
func processor(b testing.TB) float64 {
	b.Helper()
	var used syscall.Rusage
	ok(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()).Seconds()
}

// load is traffic between two clients, in both directions.
type load struct {
	Servers [2][]webrtc.ICEServer // through the relay, if there are any
	Bare    [2]string             // otherwise where each sends
	Rate    int                   // bits a second, each way
	Lasts   time.Duration
}

// Of a packet of a picture, in bytes.
const packetSize = 1100

// traffic makes load, and returns the bits that arrived.
func traffic(in io.Reader, out io.Writer) error {
	var l load
	if err := json.NewDecoder(in).Decode(&l); err != nil {
		return err
	}
	ends, to, err := l.ends()
	if err != nil {
		return err
	}
	var arrived atomic.Int64
	for _, end := range ends {
		go count(end, &arrived)
	}
	begin, packet := time.Now(), make([]byte, packetSize)
	for sent := 0; time.Since(begin) < l.Lasts; sent++ {
		time.Sleep(time.Until(begin.Add(time.Duration(sent) * packetSize * 8 * time.Second / time.Duration(l.Rate))))
		for i, end := range ends {
			if _, err := end.WriteTo(packet, to[i]); err != nil {
				return err
			}
		}
	}
	time.Sleep(100 * time.Millisecond) // what is on its way arrives
	for _, end := range ends {
		if err := end.Close(); err != nil { // the relay's port is free again
			return err
		}
	}
	return json.NewEncoder(out).Encode(8 * arrived.Load())
}

func count(end net.PacketConn, arrived *atomic.Int64) {
	buffer := make([]byte, 2*packetSize)
	for {
		n, _, err := end.ReadFrom(buffer)
		if err != nil {
			return
		}
		arrived.Add(int64(n))
	}
}

// ends returns the two clients' ends, and to where each sends.
func (l *load) ends() (ends [2]net.PacketConn, to [2]net.Addr, err error) {
	for i := range ends {
		if l.Bare[i] == "" {
			ends[i], err = relayed(l.Servers[i])
		} else {
			ends[i], err = net.ListenPacket("udp", "127.0.0.1:0")
		}
		if err != nil {
			return ends, to, err
		}
	}
	for i := range ends {
		to[i] = ends[1-i].LocalAddr() // of an allocation, its port at the relay
		if l.Bare[i] != "" {
			if to[i], err = net.ResolveUDPAddr("udp", l.Bare[i]); err != nil {
				return ends, to, err
			}
		}
		for range 3 { // both are allowed, and known
			if _, err := ends[i].WriteTo([]byte("here"), to[i]); err != nil {
				return ends, to, err
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	return ends, to, nil
}

// relayed returns a port at the relay.
func relayed(servers []webrtc.ICEServer) (net.PacketConn, error) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	if len(servers) == 0 || len(servers[0].URLs) == 0 {
		return nil, errors.New("no relay")
	}
	address := strings.TrimSuffix(strings.TrimPrefix(servers[0].URLs[0], "turn:"), "?transport=udp")
	quiet := logging.NewDefaultLoggerFactory()
	quiet.DefaultLogLevel = logging.LogLevelDisabled
	c, err := turn.NewClient(&turn.ClientConfig{
		TURNServerAddr: address, STUNServerAddr: address, Conn: conn, LoggerFactory: quiet,
		Username: servers[0].Username, Password: fmt.Sprint(servers[0].Credential),
	})
	if err != nil {
		return nil, err
	}
	if err := c.Listen(); err != nil {
		return nil, err
	}
	return c.Allocate()
}
