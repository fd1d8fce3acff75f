package postgres

import (
	"net/netip"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Unencrypted reports whether a connection to an address may go to another machine without TLS:
// PostgreSQL's sslmode disable, allow and prefer, the last of which is the default. An address
// that cannot be parsed is reported elsewhere.
func Unencrypted(address string) bool {
	c, err := pgconn.ParseConfig(address)
	if err != nil {
		return false
	}
	if c.TLSConfig == nil && !Loopback(c.Host) {
		return true
	}
	for _, other := range c.Fallbacks {
		if other.TLSConfig == nil && !Loopback(other.Host) {
			return true
		}
	}
	return false
}

// Loopback reports whether a host is this machine: a name or address of the loopback
// interface, or the path of a socket.
func Loopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasPrefix(host, "/") || err == nil && address.Unmap().IsLoopback()
}
