package signaling_test

import (
	"encoding/binary"
	"net"
	"net/netip"
	"testing"
	"time"

	"socialdirect/signaling"

	"github.com/google/uuid"
	"github.com/pion/stun/v4"
)

// special are the networks of the IANA special-purpose address registries for IPv4 and IPv6
// (RFC 6890), multicast, and the older forms of IPv4 addresses within IPv6 ones.
var special = map[string]string{
	"0.0.0.0/8": "this network", "10.0.0.0/8": "private", "100.64.0.0/10": "shared by a provider's subscribers", "127.0.0.0/8": "loopback",
	"169.254.0.0/16": "link-local, metadata of clouds", "172.16.0.0/12": "private", "192.0.0.0/24": "IETF protocols", "192.0.2.0/24": "documentation",
	"192.31.196.0/24": "AS112", "192.52.193.0/24": "AMT", "192.88.99.0/24": "6to4 relays", "192.168.0.0/16": "private", "192.175.48.0/24": "AS112",
	"198.18.0.0/15": "benchmarks", "198.51.100.0/24": "documentation", "203.0.113.0/24": "documentation", "224.0.0.0/4": "multicast",
	"240.0.0.0/4": "reserved", "255.255.255.255/32": "broadcast",

	"::/128": "unspecified", "::1/128": "loopback", "::/96": "IPv4-compatible", "::ffff:0:0/96": "IPv4-mapped", "64:ff9b::/96": "NAT64",
	"64:ff9b:1::/48": "local NAT64", "100::/64": "discard", "100:0:0:1::/64": "dummy prefix", "2001::/23": "IETF protocols", "2001::/32": "Teredo",
	"2001:2::/48": "benchmarks", "2001:db8::/32": "documentation", "2002::/16": "6to4", "2620:4f:8000::/48": "AS112", "3fff::/20": "documentation",
	"5f00::/16": "segment routing", "fc00::/7": "unique local", "fe80::/10": "link-local", "fec0::/10": "site-local", "ff00::/8": "multicast",
}

// forms of addresses of this machine and of networks behind it that name an IPv4 address
// within an IPv6 one.
var within = []string{
	"::ffff:127.0.0.2", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::10.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe",
	"2002:7f00:1::1", "2002:a9fe:a9fe::1", "2001:0:a00:1::1", "2001:0:4136:e378:8000:63bf:f5ff:fffe",
}

// ends returns the first and the last address of a network.
func ends(network netip.Prefix) []netip.Addr {
	bytes := network.Addr().AsSlice()
	for bit := network.Bits(); bit < len(bytes)*8; bit++ {
		bytes[bit/8] |= 0x80 >> (bit % 8)
	}
	last, _ := netip.AddrFromSlice(bytes)
	return []netip.Addr{network.Addr(), last}
}

// specialPeers returns addresses of every special network.
func specialPeers() (peers []netip.Addr) {
	for network := range special {
		peers = append(peers, ends(netip.MustParsePrefix(network))...)
	}
	for _, address := range within {
		peers = append(peers, netip.MustParseAddr(address))
	}
	return peers
}

// peerAt is a peer's address as it is written, also an IPv4 one in the form of IPv6 (RFC 8656,
// 18.3).
type peerAt netip.AddrPort

func (p peerAt) AddTo(m *stun.Message) error {
	at := netip.AddrPort(p)
	address, family := at.Addr().AsSlice(), byte(1)
	if at.Addr().Is6() {
		family = 2
	}
	key := append([]byte{0x21, 0x12, 0xa4, 0x42}, m.TransactionID[:]...)
	for i := range address {
		address[i] ^= key[i]
	}
	port := binary.BigEndian.AppendUint16([]byte{0, family}, at.Port()^0x2112)
	m.Add(stun.AttrXORPeerAddress, append(port, address...))
	return nil
}

// requestedIPv6 requests an address of that family (RFC 8656, 18.9).
var requestedIPv6 = stun.RawAttribute{Type: stun.AttrRequestedAddressFamily, Value: []byte{2, 0, 0, 0}}

// channel requests a number for a peer (RFC 8656, 18.1).
func channel(number uint16) stun.Setter {
	return stun.RawAttribute{Type: stun.AttrChannelNumber, Value: append(binary.BigEndian.AppendUint16(nil, number), 0, 0)}
}

// refusesSpecialPeers fails the test unless the relay at which s has a port refuses every
// special address, and accepts its own.
func (s *stranger) refusesSpecialPeers(own netip.Addr) {
	s.t.Helper()
	number := uint16(0x4000)
	for _, address := range specialPeers() {
		if address == own {
			continue
		}
		peer := peerAt(netip.AddrPortFrom(address, 80))
		if class, _ := s.asks(stun.MethodCreatePermission, peer); class != stun.ClassErrorResponse {
			s.t.Errorf("%s is permitted", address)
		}
		if class, _ := s.asks(stun.MethodChannelBind, channel(number), peer); class != stun.ClassErrorResponse {
			s.t.Errorf("%s gets a channel", address)
		}
		number++
	}
	s.wants(stun.ClassSuccessResponse, stun.MethodCreatePermission, peerAt(netip.AddrPortFrom(own, 50_000)))
}

func TestR25_TheRelayRefusesEverySpecialAddress(t *testing.T) {
	t.Parallel()
	for _, public := range []string{"80.67.169.12", "2001:910:800::12"} { // no socket has it
		t.Run(public, func(t *testing.T) {
			t.Parallel()
			r, err := signaling.StartRelay(signaling.RelayConfig{Listen: "127.0.0.1:0", PublicIP: net.ParseIP(public), Secret: "a secret of the test's own"})
			must(t, err)
			t.Cleanup(func() { _ = r.Close() })
			own := netip.MustParseAddr(public)
			s := newStranger(t, r, r.Credentials("P1", uuid.New(), time.Now().Add(time.Hour)))
			request := []stun.Setter{requestedUDP}
			if own.Is6() {
				request = append(request, requestedIPv6)
			}
			s.wants(stun.ClassSuccessResponse, stun.MethodAllocate, request...)
			s.refusesSpecialPeers(own)
		})
	}
}
