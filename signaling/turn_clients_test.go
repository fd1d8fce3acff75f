package signaling_test

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"socialdirect/signaling"

	"github.com/google/uuid"
	"github.com/pion/turn/v5"
)

// dialFrom connects to the relay over TCP from an address of this machine.
func dialFrom(t *testing.T, r *signaling.Relay, from string) net.Conn {
	t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	conn, err := dialer.DialContext(t.Context(), "tcp", relayAddress(r))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// open reports whether the relay answers on the connection.
func open(t *testing.T, conn net.Conn) bool {
	t.Helper()
	ask := append([]byte{0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42}, "twelve bytes"...) // a Binding request (RFC 8489, 5)
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	_, err := conn.Write(ask)
	if err == nil {
		_, err = conn.Read(make([]byte, 1500))
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal("neither answered nor closed")
	}
	return err == nil
}

func TestR44_ConnectionsOfOneHostToTheRelayAreLimited(t *testing.T) {
	t.Parallel()
	r := startRelay(t, time.Now)
	var conns []net.Conn
	for range signaling.MaxEach {
		conns = append(conns, dialFrom(t, r, "127.0.0.2"))
	}
	for i, conn := range conns {
		if !open(t, conn) {
			t.Fatalf("connection %d was refused", i)
		}
	}
	if open(t, dialFrom(t, r, "127.0.0.2")) {
		t.Errorf("connection %d of one host was accepted", signaling.MaxEach+1)
	}
	if !open(t, dialFrom(t, r, "127.0.0.3")) {
		t.Error("another host was refused")
	}
	_ = conns[0].Close()
	for deadline := time.Now().Add(10 * time.Second); !open(t, dialFrom(t, r, "127.0.0.2")); {
		if time.Now().After(deadline) {
			t.Fatal("no connection was accepted after one had closed")
		}
	}
}

// Only valid credentials keep a connection: neither silence nor unauthenticated requests do.
func TestR44_AConnectionWithoutCredentialsEndsSoon(t *testing.T) {
	t.Parallel()
	const patience = 300 * time.Millisecond
	r := startRelay(t, time.Now)
	r.SetPatience(patience)
	good := r.Credentials("P1", uuid.New(), inAnHour())
	allowed := clientOver(t, r, good, turn.NewSTUNConn(dialFrom(t, r, "127.0.0.1")))
	allocate(t, allowed)
	wrong := good
	wrong.Credential = "x" + wrong.Credential
	refused := dialFrom(t, r, "127.0.0.1")
	if _, err := clientOver(t, r, wrong, turn.NewSTUNConn(refused)).Allocate(); err == nil {
		t.Error("wrong credentials were accepted")
	}
	silent, asking := dialFrom(t, r, "127.0.0.1"), dialFrom(t, r, "127.0.0.1")
	_ = silent.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := silent.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("a silent client: %v", err)
	}
	for deadline := time.Now().Add(10 * time.Second); open(t, asking); {
		if time.Now().After(deadline) {
			t.Fatal("a client without credentials is still connected")
		}
	}
	if open(t, refused) {
		t.Error("a client with wrong credentials is still connected")
	}
	if _, err := allowed.SendBindingRequest(); err != nil {
		t.Errorf("a client with valid credentials was disconnected: %v", err)
	}
}
