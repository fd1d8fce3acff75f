package signaling

import (
	"bytes"
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
)

// certificate is the embedded relay's, in two files. It is read for each connection, so that a
// renewed one is used at once.
type certificate struct{ certFile, keyFile string }

func (c certificate) load(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	return &pair, err
}

// name returns the first name of the certificate that a URL can contain.
func (c certificate) name() (string, error) {
	pair, err := c.load(nil)
	if err != nil {
		return "", err
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(leaf.DNSNames, func(name string) bool { return !strings.HasPrefix(name, "*") })
	if i < 0 {
		return "", errors.New("the certificate has no name of one host")
	}
	return leaf.DNSNames[i], nil
}

// secured returns how the embedded relay speaks TLS, and the URL at which browsers reach it so:
// nil without a certificate.
func secured(cfg RelayConfig) (secure *tls.Config, url string, err error) {
	if cfg.CertFile == "" {
		return nil, "", nil
	}
	its := certificate{cfg.CertFile, cfg.KeyFile}
	name, err := its.name()
	if err != nil {
		return nil, "", err
	}
	address := cmp.Or(cfg.TLSAddress, net.JoinHostPort(name, "443"))
	return &tls.Config{GetCertificate: its.load, MinVersion: tls.VersionTLS12}, "turns:" + address + "?transport=tcp", nil
}

// startsTLS is the first byte of a TLS connection; no message to a relay begins with it (RFC
// 7983, 7).
const startsTLS = 22

// begin reads the first byte of a connection, which says whether it is one with TLS.
func begin(conn net.Conn, secure *tls.Config) (net.Conn, error) {
	first := make([]byte, 1)
	if _, err := io.ReadFull(conn, first); err != nil {
		return nil, err
	}
	begun := begunConn{conn, io.MultiReader(bytes.NewReader(first), conn)}
	if secure == nil || first[0] != startsTLS {
		return begun, nil
	}
	return tls.Server(begun, secure), nil
}

// begunConn is a connection of which something was read.
type begunConn struct {
	net.Conn
	all io.Reader // what was read, and then the rest
}

func (c begunConn) Read(p []byte) (int, error) { return c.all.Read(p) }
