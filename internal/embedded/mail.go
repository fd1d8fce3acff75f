package embedded

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-message/textproto"
	"github.com/emersion/go-smtp"
)

const (
	maxMailBytes      = 5 << 20
	maxRecipients     = 50
	mailTimeout       = 30 * time.Second // for one command, or one block of a mail
	mailExtension     = ".eml"
	unfinishedPattern = ".unfinished-*"
)

// MailReceiver is an SMTP server on the loopback address that stores every mail and forwards
// none.
type MailReceiver struct {
	dir      string
	server   *smtp.Server
	listener net.Listener
	ended    chan struct{} // closed when the server has ended

	names names
	known messageIDs
}

// RefusedDomain is a domain without recipients: mail to it is refused permanently, like mail
// to a mistyped address.
const RefusedDomain = "refus.invalid"

// StartMailReceiver stores mail in dir, created if missing: one .eml file per mail, at most 5
// MiB. A mail is accepted once its file is on disk; file names sort in the order of arrival.
// Like mail stores, it keeps one mail per Message-ID: a repeated one is accepted and not
// stored again, for as long as the file exists.
func StartMailReceiver(ctx context.Context, dir string) (*MailReceiver, error) {
	m, err := startMailReceiver(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("mail receiver: %w", err)
	}
	return m, nil
}

func startMailReceiver(ctx context.Context, dir string) (*MailReceiver, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	remains, _ := filepath.Glob(filepath.Join(dir, unfinishedPattern))
	for _, path := range remains {
		_ = os.Remove(path)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	m := &MailReceiver{dir: dir, listener: l, ended: make(chan struct{})}
	if err := m.known.read(dir); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	m.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return mailSession{m}, nil
	}))
	m.server.Domain = "localhost"
	m.server.MaxMessageBytes, m.server.MaxRecipients = maxMailBytes, maxRecipients
	m.server.ReadTimeout, m.server.WriteTimeout = mailTimeout, mailTimeout
	m.server.EnableSMTPUTF8 = true
	go func() {
		defer close(m.ended)
		_ = m.server.Serve(l) // ends with Stop
	}()
	return m, nil
}

// URL is the server's address, "smtp://127.0.0.1:PORT".
func (m *MailReceiver) URL() string { return "smtp://" + m.listener.Addr().String() }

// Dir is the folder of the mails, an absolute path.
func (m *MailReceiver) Dir() string { return m.dir }

// Stop ends the server at once. A mail that was not accepted yet is not stored: its sender
// will send it again.
func (m *MailReceiver) Stop(context.Context) error {
	err := m.server.Close()
	_ = m.listener.Close() // the server may not know it yet, right after the start
	<-m.ended
	if errors.Is(err, smtp.ErrServerClosed) {
		return nil
	}
	return err
}

// keep stores a mail in a file, unless it is already stored.
func (m *MailReceiver) keep(r io.Reader) error {
	content, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	id := messageID(content)
	m.known.mu.Lock()
	defer m.known.mu.Unlock()
	if id != "" && m.known.all[id] {
		return nil
	}
	if err := writeDurably(filepath.Join(m.dir, m.names.next(mailExtension)), content); err != nil {
		return err
	}
	m.known.all[id] = true
	return nil
}

// messageIDs are the Message-IDs of stored mails.
type messageIDs struct {
	mu  sync.Mutex
	all map[string]bool
}

// read reads those of mails that an earlier receiver stored in the folder.
func (k *messageIDs) read(dir string) error {
	k.all = map[string]bool{}
	paths, err := filepath.Glob(filepath.Join(globLiteral(dir), "[0-9]*"+mailExtension))
	if err != nil {
		return err
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		k.all[messageID(content)] = true
	}
	return nil
}

// messageID returns a mail's Message-ID, empty if it has none.
func messageID(content []byte) string {
	header, err := textproto.ReadHeader(bufio.NewReader(bytes.NewReader(content)))
	if err != nil {
		return ""
	}
	return header.Get("Message-Id")
}

// names generates file names in the order of arrival.
type names struct {
	mu   sync.Mutex
	last time.Time // time of the latest name
}

// next returns a name that sorts after all earlier ones.
func (n *names) next(extension string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := time.Now().UTC()
	if !now.After(n.last) {
		now = n.last.Add(time.Nanosecond)
	}
	n.last = now
	return now.Format("20060102T150405.000000000Z") + extension
}

// mailSession accepts any sender, and any recipient except at RefusedDomain.
type mailSession struct{ to *MailReceiver }

func (mailSession) Mail(string, *smtp.MailOptions) error { return nil }

func (mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if strings.HasSuffix(strings.ToLower(to), "@"+RefusedDomain) {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "nobody here has this address"}
	}
	return nil
}

func (s mailSession) Data(r io.Reader) error { return s.to.keep(r) }
func (mailSession) Reset()                   {}
func (mailSession) Logout() error            { return nil }

// finish makes the content of f durable under path.
func finish(f *os.File, path string) error {
	if err := f.Sync(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}

// writeDurably writes a small file completely or not at all.
func writeDurably(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), unfinishedPattern)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // fails once the file was moved
	defer f.Close()
	if _, err := io.Copy(f, bytes.NewReader(content)); err != nil {
		return err
	}
	return finish(f, path)
}
