package mail_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/internal/mail"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// refusing is an SMTP server that refuses, and repeats the recipient in its answer. A broken
// one disconnects once it has accepted a mail.
type refusing struct {
	mail, rcpt, data error
	broken           bool
	from             chan string // the sender of each mail
	accepted         chan []byte // each mail, as it was received
	hello            chan string // how each client of a mail presented itself
	conn             *smtp.Conn
}

func (r refusing) Mail(from string, _ *smtp.MailOptions) error {
	if r.from != nil {
		r.from <- from
	}
	if r.hello != nil {
		r.hello <- r.conn.Hostname()
	}
	return r.mail
}
func (r refusing) Rcpt(string, *smtp.RcptOptions) error { return r.rcpt }
func (r refusing) Logout() error                        { return nil }

func (r refusing) Reset() {
	if r.broken {
		_ = r.conn.Conn().Close()
	}
}

func (r refusing) Data(content io.Reader) error {
	whole, err := io.ReadAll(content)
	if err == nil && r.accepted != nil {
		r.accepted <- whole
	}
	return r.data
}

func start(t *testing.T, r refusing) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := smtp.NewServer(smtp.BackendFunc(func(conn *smtp.Conn) (smtp.Session, error) {
		session := r
		session.conn = conn
		return session, nil
	}))
	s.Domain, s.ReadTimeout, s.WriteTimeout = "localhost", 10*time.Second, 10*time.Second
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return "smtp://" + l.Addr().String()
}

// Errors are stored with the job, for weeks.
func TestAnErrorContainsTheCodeAndNotTheRecipient(t *testing.T) {
	t.Parallel()
	const recipient = "zoe.vidal@exemple.fr"
	refusal := &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "<" + recipient + "> is unknown here"}
	for stage, server := range map[string]refusing{"RCPT": {rcpt: refusal}, "DATA": {data: refusal}} {
		t.Run(stage, func(t *testing.T) {
			sender, err := mail.New(start(t, server), "Social Direct <contact@exemple.fr>", "rdv.exemple.fr")
			if err != nil {
				t.Fatal(err)
			}
			err = sender.Send(t.Context(), mail.Message{ID: "1", To: recipient, Subject: "x", Text: "y"})
			if err == nil || strings.Contains(err.Error(), "zoe") || strings.Contains(err.Error(), "unknown here") || !strings.Contains(err.Error(), "550 5.1.1") || !strings.Contains(err.Error(), stage) {
				t.Errorf("%s: %v", stage, err)
			}
		})
	}
	sender, err := mail.New("smtp://127.0.0.1:1", "Social Direct <contact@exemple.fr>", "rdv.exemple.fr")
	if err != nil {
		t.Fatal(err)
	}
	err = sender.Send(t.Context(), mail.Message{ID: "1", To: recipient, Subject: "x", Text: "y"})
	if err == nil || !strings.Contains(err.Error(), "refused") || strings.Contains(err.Error(), "zoe") {
		t.Errorf("no recipient: %v", err)
	}
	sender, err = mail.New(start(t, refusing{}), "Social Direct <contact@exemple.fr>", "rdv.exemple.fr")
	if err != nil {
		t.Fatal(err)
	}
	if err := sender.Send(t.Context(), mail.Message{ID: "1", To: recipient, Subject: "x", Text: "y"}); err != nil {
		t.Error(err)
	}
}

// Servers refuse clients that call themselves localhost, and Message-IDs contain the sender's
// domain.
func TestR21_MailServersGetThePublicHostAndTheSendersDomain(t *testing.T) {
	t.Parallel()
	server := refusing{accepted: make(chan []byte, 1), hello: make(chan string, 1)}
	sender, err := mail.New(start(t, server), "Social Direct <contact@exemple.fr>", "rdv.exemple.fr")
	must(t, err)
	must(t, sender.Send(t.Context(), mail.Message{ID: "notice-1", To: "zoe@exemple.fr", Subject: "x", Text: "y"}))
	message, err := netmail.ReadMessage(bytes.NewReader(<-server.accepted))
	must(t, err)
	if name, id := <-server.hello, message.Header.Get("Message-Id"); name != "rdv.exemple.fr" || id != "<notice-1@exemple.fr>" {
		t.Errorf("EHLO %s, Message-ID %s", name, id)
	}
	if message.Header.Get("Content-Language") != "fr" {
		t.Errorf("the language is %q", message.Header.Get("Content-Language"))
	}
	for _, advertisement := range []string{"User-Agent", "X-Mailer"} {
		if value := message.Header.Get(advertisement); value != "" {
			t.Errorf("%s: %s", advertisement, value)
		}
	}
}

// silent is a server that accepts connections and sends nothing, or single letters from time
// to time.
func silent(t *testing.T, drips bool) (url string, accepted *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	accepted = new(atomic.Int64)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			accepted.Add(1)
			t.Cleanup(func() { _ = conn.Close() })
			go func() {
				for drips {
					if _, err := io.WriteString(conn, "2"); err != nil {
						return
					}
					time.Sleep(5 * time.Millisecond)
				}
			}()
		}
	}()
	return "smtp://" + l.Addr().String(), accepted
}

func TestAServerThatNeverAnswersTimesOutWithTheContext(t *testing.T) {
	t.Parallel()
	for _, drips := range []bool{false, true} {
		url, _ := silent(t, drips)
		sender, err := mail.New(url, "contact@exemple.fr", "rdv.exemple.fr")
		must(t, err)
		for name, ask := range map[string]func(context.Context) error{
			"send":  func(ctx context.Context) error { return sender.Send(ctx, mail.Message{ID: "1", To: "zoe@exemple.fr"}) },
			"probe": sender.Probe,
		} {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			began := time.Now()
			if err := ask(ctx); err == nil {
				t.Errorf("%s, drips %t: it answered", name, drips)
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("%s, drips %t: left after %v", name, drips, took)
			}
			cancel()
		}
	}
}

func TestAServerIsProbedWithoutAMail(t *testing.T) {
	t.Parallel()
	sender, err := mail.New(start(t, refusing{}), "contact@exemple.fr", "rdv.exemple.fr")
	must(t, err)
	must(t, sender.Answers(t.Context()))
	sender, err = mail.New("smtp://127.0.0.1:1", "contact@exemple.fr", "rdv.exemple.fr")
	must(t, err)
	if err := sender.Answers(t.Context()); err == nil {
		t.Error("a missing server answered")
	}
}

// However often the probe is called and with whatever deadlines, one runs at a time, and a
// silent server is reported in the end.
func TestConcurrentProbesShareOne(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("waits for the timeout of a probe")
	}
	url, accepted := silent(t, false)
	sender, err := mail.New(url, "contact@exemple.fr", "rdv.exemple.fr")
	must(t, err)
	var found error
	for began := time.Now(); found == nil && time.Since(began) < time.Minute; {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		found = sender.ReturningTo("retours@exemple.fr").Answers(ctx)
		cancel()
	}
	if found == nil || accepted.Load() != 1 {
		t.Errorf("found %v with %d connections", found, accepted.Load())
	}
}

// guarded is a server that requires a password.
type guarded struct{ refusing }

func (guarded) AuthMechanisms() []string { return []string{sasl.Plain} }

func (guarded) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "platform" || password != "right" {
			return errors.New("no")
		}
		return nil
	}), nil
}

func TestPasswordsAreSentOverTLSOnly(t *testing.T) { // not parallel: it sets the trusted authorities of this process
	web := httptest.NewTLSServer(http.NotFoundHandler())
	defer web.Close()
	roots := filepath.Join(t.TempDir(), "roots.pem")
	must(t, os.WriteFile(roots, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw}), 0o600))
	t.Setenv("SSL_CERT_FILE", roots)
	serve := func(config *tls.Config, secure bool) (address string, taken chan []byte) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		must(t, err)
		taken = make(chan []byte, 1)
		s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return guarded{refusing{accepted: taken}}, nil }))
		s.Domain, s.TLSConfig = "localhost", config
		t.Cleanup(func() { _ = s.Close() })
		address = l.Addr().String()
		if secure {
			l = tls.NewListener(l, config)
		}
		go func() { _ = s.Serve(l) }()
		return address, taken
	}
	send := func(scheme, address, password string) error {
		sender, err := mail.New(scheme+"://platform:"+password+"@"+address, "contact@exemple.fr", "rdv.exemple.fr")
		must(t, err)
		return sender.Send(t.Context(), mail.Message{ID: "1", To: "zoe@exemple.fr", Subject: "x", Text: "y"})
	}
	config := &tls.Config{Certificates: web.TLS.Certificates}
	for scheme, secure := range map[string]bool{"smtps": true, "smtp": false} {
		address, taken := serve(config, secure)
		must(t, send(scheme, address, "right"))
		<-taken
		if err := send(scheme, address, "wrong"); err == nil || strings.Contains(err.Error(), "wrong") {
			t.Errorf("%s with a wrong password: %v", scheme, err)
		}
	}
	address, _ := serve(nil, false)
	if err := send("smtp", address, "right"); err == nil {
		t.Error("a password was sent without TLS")
	}
}
