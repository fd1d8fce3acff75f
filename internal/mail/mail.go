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
	ID      string // the Message-ID's left part: the same at every try, another for every other message ever
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
	bounces string // where mails that cannot be delivered return to; empty for the From header's address
	host    string
	options []gomail.Option
	now     func() time.Time // dates the mails
}

// DatedBy is the same sender with another clock for its mails' dates.
func (s *Sender) DatedBy(now func() time.Time) *Sender {
	other := *s
	other.now = now
	return &other
}

// ReturningTo is the same sender with an address of its own for what cannot be
// delivered. Each mail's is told apart by its ID (bounce+ID@…), which ReadReport
// finds again.
func (s *Sender) ReturningTo(address string) *Sender {
	other := *s
	other.bounces = address
	return &other
}

// MaxReturnName is how long an address for returned mails may be before its @: with
// a mail's ID behind it 64 characters must do (RFC 5321, 4.5.3.1.1).
const MaxReturnName = 16

// returnTo is where a mail returns to that cannot be delivered.
func (s *Sender) returnTo(id string) string {
	name, domain, _ := strings.Cut(s.bounces, "@")
	return name + "+" + id + "@" + domain
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
	return &Sender{from: from, host: u.Hostname(), options: options, now: time.Now}, nil
}

// Send delivers m to the SMTP server; an error means that the server did not
// take it, and does not hold the address. It is a Refused when no later try would do
// better.
func (s *Sender) Send(ctx context.Context, m Message) error {
	msg := gomail.NewMsg()
	if err := msg.From(s.from); err != nil {
		return fmt.Errorf("mail: sender: %w", err)
	}
	if err := msg.To(m.To); err != nil {
		return Refused{UnknownAddress, errors.New("mail: recipient refused")} // the cause would hold the address
	}
	if s.bounces != "" {
		if err := msg.EnvelopeFrom(s.returnTo(m.ID)); err != nil {
			return errors.New("mail: the address for returned mails is none")
		}
	}
	msg.SetMessageIDWithValue(m.ID + "@socialdirect")
	msg.SetDateWithValue(s.now())
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
	err = client.DialAndSendWithContext(ctx, msg)
	if msg.IsDelivered() {
		return nil // taken; what went wrong in parting does not undo it
	}
	return withoutAddress(err)
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
		said := fmt.Errorf("mail: %s failed: %s", send.Reason, strings.TrimSpace(fmt.Sprintf("%d %s", send.ErrorCode(), send.EnhancedStatusCode())))
		if final(send) {
			return Refused{causeOf(send.ErrorCode(), send.EnhancedStatusCode()), said}
		}
		return said
	case errors.As(err, &answer):
		return fmt.Errorf("mail: the server answered %d", answer.Code)
	}
	return fmt.Errorf("mail: %w", err) // nothing was said of the message yet
}
