package main

import (
	"net"
	"testing"
)

// Every form of LISTEN_ADDR accepts IPv4, also on machines where IPv6 sockets accept only IPv6
// by default (net.ipv6.bindv6only).
func TestR40_AnAddressWithoutAHostAcceptsIPv4(t *testing.T) {
	t.Parallel()
	for _, address := range []string{":0", "0.0.0.0:0", "127.0.0.1:0", "localhost:0"} {
		bound, err := bind(address)
		if err != nil {
			t.Fatalf("%q: %v", address, err)
		}
		listener, err := listenOn(bound)
		if err != nil {
			t.Fatalf("%q: %v", address, err)
		}
		_, port, _ := net.SplitHostPort(listener.Addr().String())
		conn, err := net.Dial("tcp4", net.JoinHostPort("127.0.0.1", port))
		if err != nil {
			t.Errorf("%q: %v", address, err)
			continue
		}
		_ = conn.Close()
		_ = listener.Close()
	}
}
