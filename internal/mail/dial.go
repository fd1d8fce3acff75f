package mail

import (
	"context"
	"crypto/tls"
	"net"

	gomail "github.com/wneessen/go-mail"
)

// dialer connects for one conversation and closes the connection when ctx ends: the library
// extends its deadline with every step, and ignores ctx once it is connected.
func (s *Sender) dialer(ctx context.Context) gomail.DialContextFunc {
	return func(connecting context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(connecting, network, address)
		if err != nil {
			return nil, err
		}
		ending := &endingConn{Conn: conn}
		ending.forget = context.AfterFunc(ctx, func() { _ = conn.Close() })
		if !s.secure {
			return ending, nil
		}
		secured := tls.Client(ending, &tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12})
		if err := secured.HandshakeContext(connecting); err != nil {
			_ = ending.Close()
			return nil, err
		}
		return secured, nil
	}
}

// endingConn is a connection that is closed when its context ends.
type endingConn struct {
	net.Conn
	forget func() bool
}

func (c *endingConn) Close() error {
	c.forget()
	return c.Conn.Close()
}
