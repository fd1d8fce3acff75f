// Package mail sends messages through an SMTP server. Only jobs call it, so that a message is
// retried if the server does not answer.
package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	netmail "net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// sendTimeout is the timeout of one conversation with the SMTP server, however slow it is.
const sendTimeout = 45 * time.Second

// Message is one e-mail to one person. It is sent as text and as HTML with the same words.
type Message struct {
	ID      string // the left part of the Message-ID: the same at every try, and unique to the message
	To      string
	Subject string
	Text    string
	// Unsubscribe is the address that ends mails of this kind when something is posted to it
	// (RFC 8058); empty for none.
	Unsubscribe string

	// Calendar is an RFC 5545 object, sent as an alternative and as an attachment; nil for none.
	// Method is its METHOD (RFC 5546).
	Calendar []byte
	Method   string
}

// Sender sends mails through one SMTP server.
type Sender struct {
	from    string
	bounces string // address for bounces; empty: the From header's address
	domain  string // the From header's domain, the right part of Message-IDs
	base    string // the address of the platform, to which mails link
	host    string
	secure  bool // TLS from the first byte
	options []gomail.Option
	now     func() time.Time // dates the mails
	probe   *probe
}

// DatedBy returns the same sender with another clock for the dates of mails.
func (s *Sender) DatedBy(now func() time.Time) *Sender {
	other := *s
	other.now = now
	return &other
}

// ReturningTo returns the same sender with an address for bounces, to which each mail's ID is
// added (bounce+ID@…), so that ReadReport finds it.
func (s *Sender) ReturningTo(address string) *Sender {
	other := *s
	other.bounces = address
	return &other
}

// LinkingTo returns the same sender with the address of the platform, without a slash at the
// end: addresses below it are links in the HTML part, and no others are.
func (s *Sender) LinkingTo(base string) *Sender {
	other := *s
	other.base = base
	return &other
}

// MaxReturnName is the maximum length of the address for bounces before its @: with a mail's
// ID added, it must not exceed 64 characters (RFC 5321, 4.5.3.1.1).
const MaxReturnName = 16

// returnTo returns the address for a mail's bounces.
func (s *Sender) returnTo(id string) string {
	name, domain, _ := strings.Cut(s.bounces, "@")
	return name + "+" + id + "@" + domain
}

// New returns a sender for an address of the form smtp://[user:password@]host[:port] (STARTTLS
// if the server offers it, and always with a password or with ?tls=required) or smtps:// (TLS from the first byte).
// from is the From header, whose domain is the right part of Message-IDs; name, a host name,
// is used in EHLO.
func New(address, from, name string) (*Sender, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return nil, fmt.Errorf("SMTP address must look like smtp://host:port")
	}
	s := &Sender{from: from, domain: domainOf(from), host: u.Hostname(), secure: u.Scheme == "smtps", now: time.Now, probe: &probe{}}
	port := 25
	switch u.Scheme {
	case "smtp":
	case "smtps":
		port = 465
	default:
		return nil, fmt.Errorf("SMTP address must begin with smtp:// or smtps://")
	}
	if named, err := strconv.Atoi(u.Port()); err == nil {
		port = named
	}
	s.options = append(s.options, gomail.WithTimeout(sendTimeout), gomail.WithHELO(name), gomail.WithPort(port), gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	if u.Query().Get("tls") == "required" && !s.secure {
		s.options = append(s.options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if u.User != nil {
		password, _ := u.User.Password()
		s.options = append(s.options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(u.User.Username()), gomail.WithPassword(password))
		if !s.secure {
			s.options = append(s.options, gomail.WithTLSPolicy(gomail.TLSMandatory))
		}
	}
	return s, nil
}

// domainOf returns the domain of a From header, empty if it is not valid; then nothing is sent.
func domainOf(from string) string {
	sender, err := netmail.ParseAddress(from)
	if err != nil {
		return ""
	}
	return sender.Address[strings.LastIndex(sender.Address, "@")+1:]
}

// Send sends m to the SMTP server. An error means that the server did not accept it, and does
// not contain the address: Refused if it may concern the recipient, Later if the server
// postpones the mail.
func (s *Sender) Send(ctx context.Context, m Message) error {
	msg, err := s.write(m)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	err = client.DialAndSendWithContext(ctx, msg)
	if msg.IsDelivered() {
		return nil // the mail was accepted: an error while disconnecting does not change that
	}
	return withoutAddress(err)
}

func (s *Sender) write(m Message) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent()) // mails do not advertise a library
	if err := msg.From(s.from); err != nil {
		return nil, fmt.Errorf("mail: sender: %w", err)
	}
	if err := msg.To(m.To); err != nil {
		return nil, Refused{UnknownAddress, true, errors.New("mail: recipient refused")} // the cause would contain the address
	}
	if s.bounces != "" {
		if err := msg.EnvelopeFrom(s.returnTo(m.ID)); err != nil {
			return nil, errors.New("mail: the address for bounces is not valid")
		}
	}
	msg.SetMessageIDWithValue(m.ID + "@" + s.domain)
	msg.SetDateWithValue(s.now())
	msg.Subject(m.Subject)
	html, err := writeHTML(m.Subject, m.Text, s.base)
	if err != nil {
		return nil, fmt.Errorf("mail: HTML: %w", err)
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, html)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("Content-Language", "fr")
	if m.Unsubscribe != "" {
		msg.SetGenHeader("List-Unsubscribe", "<"+m.Unsubscribe+">")
		msg.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	if m.Calendar != nil {
		msg.AddAlternativeString(gomail.ContentType("text/calendar; method="+m.Method), string(m.Calendar))
		if err := msg.AttachReader("rendez-vous.ics", bytes.NewReader(m.Calendar), gomail.WithFileContentType("application/ics")); err != nil {
			return nil, fmt.Errorf("mail: calendar: %w", err)
		}
	}
	return msg, nil
}

// Probe checks whether the server answers, and accepts the credentials if there are any.
func (s *Sender) Probe(ctx context.Context) error {
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	conversation, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return withoutAddress(err)
	}
	return withoutAddress(client.CloseWithSMTPClient(conversation))
}

func (s *Sender) client(ctx context.Context) (*gomail.Client, error) {
	client, err := gomail.NewClient(s.host, append(slices.Clone(s.options), gomail.WithDialContextFunc(s.dialer(ctx)))...)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return client, nil
}
