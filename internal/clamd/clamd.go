// Package clamd asks a ClamAV daemon whether a file is malware. It uses INSTREAM (clamd(8),
// "COMMANDS"), the one command that needs no shared file system: the content is sent in
// length-prefixed pieces, and the verdict is one line.
package clamd

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

const (
	dialTimeout = 5 * time.Second
	// idleTimeout bounds each wait: for the daemon to accept the next piece, and for its verdict
	// after the last one.
	idleTimeout = 60 * time.Second
	pieceSize   = 32 << 10
	maxReply    = 4 << 10
)

// Client is a client of one daemon. It is safe for concurrent use; every file has its own
// connection, as the protocol requires.
type Client struct{ network, address string }

// New returns a client for an address: host:port, or the path of a unix socket.
func New(address string) *Client {
	if strings.HasPrefix(address, "/") {
		return &Client{"unix", address}
	}
	return &Client{"tcp", address}
}

// Ping reports whether the daemon answers.
func (c *Client) Ping(ctx context.Context) error {
	conn, err := c.dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if _, err := io.WriteString(conn, "zPING\x00"); err != nil {
		return fmt.Errorf("clamd: %w", err)
	}
	reply, err := readReply(conn)
	if err != nil {
		return err
	}
	if reply != "PONG" {
		return fmt.Errorf("clamd: answered %q to PING", reply)
	}
	return nil
}

// Scan sends all of content and returns the name of the malware found, empty for a clean file.
// Only if there is no error has the daemon scanned the whole content.
func (c *Client) Scan(ctx context.Context, content io.Reader) (malware string, err error) {
	conn, err := c.dial(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if err := send(conn, content); err != nil {
		return "", err
	}
	reply, err := readReply(conn)
	if err != nil {
		return "", err
	}
	return verdict(reply)
}

func (c *Client) dial(ctx context.Context) (net.Conn, error) {
	dialer := net.Dialer{Timeout: dialTimeout}
	conn, err := dialer.DialContext(ctx, c.network, c.address)
	if err != nil {
		return nil, fmt.Errorf("clamd: %w", err)
	}
	return patientConn{conn}, nil
}

// patientConn extends the deadline with every piece: a slow upload is allowed, a daemon that
// stalls is not.
type patientConn struct{ net.Conn }

func (c patientConn) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(idleTimeout)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

func (c patientConn) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(idleTimeout)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

func send(conn io.Writer, content io.Reader) error {
	if _, err := io.WriteString(conn, "zINSTREAM\x00"); err != nil {
		return fmt.Errorf("clamd: %w", err)
	}
	piece := make([]byte, 4+pieceSize)
	for {
		n, err := io.ReadFull(content, piece[4:])
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("clamd: read content: %w", err)
		}
		binary.BigEndian.PutUint32(piece, uint32(n)) // a length of zero ends the content
		if _, err := conn.Write(piece[:4+n]); err != nil {
			return fmt.Errorf("clamd: %w", err)
		}
		if n == 0 {
			return nil
		}
	}
}

func readReply(conn io.Reader) (string, error) {
	reply, err := bufio.NewReader(io.LimitReader(conn, maxReply)).ReadString(0)
	if err != nil {
		return "", fmt.Errorf("clamd: no verdict: %w", err)
	}
	return strings.TrimSuffix(reply, "\x00"), nil
}

// verdict parses "stream: OK" and "stream: NAME FOUND"; any other reply is an error of the
// daemon ("INSTREAM size limit exceeded. ERROR").
func verdict(reply string) (malware string, err error) {
	result, ok := strings.CutPrefix(reply, "stream: ")
	if ok && result == "OK" {
		return "", nil
	}
	if name, found := strings.CutSuffix(result, " FOUND"); ok && found {
		return name, nil
	}
	return "", fmt.Errorf("clamd: answered %q", reply)
}
