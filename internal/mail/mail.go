// Package mail hands messages to an SMTP server. It is called from jobs alone,
// so that a message is tried again when the server does not answer.
package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// sendTimeout bounds one conversation with the SMTP server.
const sendTimeout = 30 * time.Second

// Message is one e-mail to one person, in plain text.
type Message struct {
	ID      string // the Message-ID's left part: the same at every try
	To      string
	Subject string
	Text    string

	// Calendar is an RFC 5545 object, sent as an alternative and as an
	// attachment, nil for none; Method is its METHOD (RFC 5546).
	Calendar []byte
	Method   string
}

// Sender sends through one SMTP server.
type Sender struct {
	from    string
	host    string
	options []gomail.Option
}

// New returns a sender for an address of the form smtp://[user:password@]host[:port]
// (STARTTLS when the server offers it, and always when a password is given) or
// smtps:// (TLS from the first byte). from is the From header.
func New(address, from string) (*Sender, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return nil, fmt.Errorf("SMTP address must look like smtp://host:port")
	}
	options := []gomail.Option{gomail.WithTimeout(sendTimeout), gomail.WithHELO("localhost")}
	switch u.Scheme {
	case "smtps":
		options = append(options, gomail.WithSSL(), gomail.WithPort(465))
	case "smtp":
		options = append(options, gomail.WithTLSPolicy(gomail.TLSOpportunistic), gomail.WithPort(25))
	default:
		return nil, fmt.Errorf("SMTP address must begin with smtp:// or smtps://")
	}
	if u.User != nil {
		password, _ := u.User.Password()
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory), gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(u.User.Username()), gomail.WithPassword(password))
	}
	if port, err := strconv.Atoi(u.Port()); err == nil {
		options = append(options, gomail.WithPort(port))
	}
	return &Sender{from: from, host: u.Hostname(), options: options}, nil
}

// Send delivers m to the SMTP server; an error means that the server did not
// take it, and does not hold the address.
func (s *Sender) Send(ctx context.Context, m Message) error {
	msg := gomail.NewMsg()
	if err := msg.From(s.from); err != nil {
		return fmt.Errorf("mail: sender: %w", err)
	}
	if err := msg.To(m.To); err != nil {
		return fmt.Errorf("mail: recipient refused") // the cause would hold the address
	}
	msg.SetMessageIDWithValue(m.ID + "@socialdirect")
	msg.Subject(m.Subject)
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	if m.Calendar != nil {
		msg.AddAlternativeString(gomail.ContentType("text/calendar; method="+m.Method), string(m.Calendar))
		if err := msg.AttachReader("rendez-vous.ics", bytes.NewReader(m.Calendar), gomail.WithFileContentType("application/ics")); err != nil {
			return fmt.Errorf("mail: calendar: %w", err)
		}
	}
	client, err := gomail.NewClient(s.host, s.options...)
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	return withoutAddress(client.DialAndSendWithContext(ctx, msg))
}

// withoutAddress is the error as the operator may keep it: the command that failed
// and the server's code. What the server says beside it often repeats to whom.
func withoutAddress(err error) error {
	var send *gomail.SendError
	var answer *textproto.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &send):
		return fmt.Errorf("mail: %s failed: %s", send.Reason, strings.TrimSpace(fmt.Sprintf("%d %s", send.ErrorCode(), send.EnhancedStatusCode())))
	case errors.As(err, &answer):
		return fmt.Errorf("mail: the server answered %d", answer.Code)
	}
	return fmt.Errorf("mail: %w", err) // nothing was said of the message yet
}
