package mail_test

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/mail"

	"github.com/emersion/go-smtp"
)

// refusing is an SMTP server that repeats to whom it refuses to deliver. A broken one
// hangs up once it has taken a mail.
type refusing struct {
	mail, rcpt, data error
	broken           bool
	from             chan string // the sender of each mail
	taken            chan []byte // each mail, as it was handed over
	conn             *smtp.Conn
}

func (r refusing) Mail(from string, _ *smtp.MailOptions) error {
	if r.from != nil {
		r.from <- from
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
	if err == nil && r.taken != nil {
		r.taken <- whole
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

// What is returned is kept with the job, for weeks.
func TestAnErrorHoldsTheCodeAndNotTheRecipient(t *testing.T) {
	t.Parallel()
	const recipient = "zoe.vidal@exemple.fr"
	refusal := &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "<" + recipient + "> is unknown here"}
	for stage, server := range map[string]refusing{"RCPT": {rcpt: refusal}, "DATA": {data: refusal}} {
		sender, err := mail.New(start(t, server), "Social Direct <contact@exemple.fr>")
		if err != nil {
			t.Fatal(err)
		}
		err = sender.Send(t.Context(), mail.Message{ID: "1", To: recipient, Subject: "x", Text: "y"})
		if err == nil || strings.Contains(err.Error(), "zoe") || strings.Contains(err.Error(), "unknown here") || !strings.Contains(err.Error(), "550 5.1.1") || !strings.Contains(err.Error(), stage) {
			t.Errorf("%s: %v", stage, err)
		}
	}
	sender, err := mail.New("smtp://127.0.0.1:1", "Social Direct <contact@exemple.fr>")
	if err != nil {
		t.Fatal(err)
	}
	err = sender.Send(t.Context(), mail.Message{ID: "1", To: recipient, Subject: "x", Text: "y"})
	if err == nil || !strings.Contains(err.Error(), "refused") || strings.Contains(err.Error(), "zoe") {
		t.Errorf("nobody there: %v", err)
	}
	sender, err = mail.New(start(t, refusing{}), "Social Direct <contact@exemple.fr>")
	if err != nil {
		t.Fatal(err)
	}
	if err := sender.Send(t.Context(), mail.Message{ID: "1", To: recipient, Subject: "x", Text: "y"}); err != nil {
		t.Error(err)
	}
}
