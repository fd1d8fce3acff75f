package clamd_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"socialdirect/internal/clamd"
	"socialdirect/internal/clamd/clamdtest"
)

func TestR29_ScanDistinguishesMalwareFromAnOrdinaryFile(t *testing.T) {
	t.Parallel()
	client := clamd.New(clamdtest.Start(t))
	if err := client.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	filler := strings.Repeat("ordinary words ", 20_000) // several pieces
	for name, test := range map[string]struct {
		content string
		found   bool
	}{
		"empty":          {"", false},
		"one byte":       {"x", false},
		"clean":          {filler, false},
		"one full piece": {strings.Repeat("x", 32<<10), false},
		"at the start":   {clamdtest.Marker + filler, true},
		"at the end":     {filler + clamdtest.Marker, true},
		"between pieces": {strings.Repeat("x", 32<<10-10) + clamdtest.Marker, true},
	} {
		t.Run(name, func(t *testing.T) {
			malware, err := client.Scan(t.Context(), strings.NewReader(test.content))
			if err != nil || (malware != "") != test.found {
				t.Errorf("%s: found %q, %v", name, malware, err)
			}
			if test.found && malware != "Tests.Marker.UNOFFICIAL" {
				t.Errorf("%s: found %q", name, malware)
			}
		})
	}
}

func TestR29_ScanWithoutADaemonIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := clamd.New("127.0.0.1:1").Scan(t.Context(), strings.NewReader("x")); err == nil {
		t.Fatal("nobody answered and the file passed")
	}
	if _, err := clamd.New("/nonexistent/socket").Scan(t.Context(), strings.NewReader("x")); err == nil {
		t.Fatal("nobody answered and the file passed")
	}
}

// A daemon that refuses, disconnects or replies nonsense never makes a file pass.
func TestR29_OnlyAClearVerdictPasses(t *testing.T) {
	t.Parallel()
	for _, reply := range []string{"", "OK\x00", "stream: OK", "stream: \x00", "stream: FOUND\x00",
		"INSTREAM size limit exceeded. ERROR\x00", "stream: OKAY\x00", "x FOUND\x00", strings.Repeat("y", 10_000)} {
		if malware, err := clamd.New(fakeDaemon(t, reply)).Scan(t.Context(), strings.NewReader("x")); err == nil {
			t.Errorf("reply %.20q: %q passed", reply, malware)
		}
	}
}

func TestR29_ScanEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	content := io.MultiReader(strings.NewReader("x"), readFunc(func([]byte) (int, error) { cancel(); return 0, io.EOF }))
	silent := fakeDaemon(t, "silent")
	if _, err := clamd.New(silent).Scan(ctx, content); err == nil {
		t.Fatal("passed without a verdict")
	}
}

func TestR29_ScanFailsIfItsContentFails(t *testing.T) {
	t.Parallel()
	cut := errors.New("the connection was cut")
	broken := io.MultiReader(bytes.NewReader(make([]byte, 100_000)), readFunc(func([]byte) (int, error) { return 0, cut }))
	if _, err := clamd.New(fakeDaemon(t, "stream: OK\x00")).Scan(t.Context(), broken); !errors.Is(err, cut) {
		t.Fatal(err)
	}
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

// fakeDaemon accepts one connection, reads the content to its end, and replies with reply;
// with "silent" it does not reply.
func fakeDaemon(t *testing.T, reply string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		if !readStream(conn) {
			return
		}
		if reply == "silent" {
			_, _ = io.Copy(io.Discard, conn)
			return
		}
		_, _ = io.WriteString(conn, reply)
	}()
	return l.Addr().String()
}

// readStream reads the command and every piece up to the empty one that ends the content;
// false if the client disconnects before.
func readStream(conn io.Reader) bool {
	if _, err := io.CopyN(io.Discard, conn, int64(len("zINSTREAM\x00"))); err != nil {
		return false
	}
	for {
		var length uint32
		if err := binary.Read(conn, binary.BigEndian, &length); err != nil || length == 0 {
			return err == nil
		}
		if _, err := io.CopyN(io.Discard, conn, int64(length)); err != nil {
			return false
		}
	}
}
