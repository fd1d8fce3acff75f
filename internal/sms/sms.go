// Package sms hands short messages to an SMS gateway. Every provider has its own
// address, headers and body, so that these are templates in the settings and any
// provider with an HTTP interface fits. It is called from jobs alone, so that a
// message is tried again when the gateway does not take it.
//
// No error of this package holds a number, a text or what the gateway answered:
// errors end in logs.
package sms

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Message is one short text to one number.
type Message struct {
	To   string // E.164
	Text string

	// Key is the same at every try of one message, and another for every other one:
	// a gateway that is given it takes a message that comes again for the same.
	Key string
}

// Refused says that the gateway understood the message and does not take it: the number
// is none, most often. As it may be our request that is wrong, it is believed only once
// it was said several times.
type Refused struct{ Status int }

// Error is one line.
func (r Refused) Error() string {
	return fmt.Sprintf("sms: the gateway refuses the message: it answered %d", r.Status)
}

// Final reports whether no later try would do better, when it is said for the given
// time.
func (Refused) Final(times int) bool { return times > doubted }

// doubted is how often a refusal is not believed.
const doubted = 4

// Number is the cause of a refusal.
const Number = "number"

// Because is the cause.
func (Refused) Because() string { return Number }

// Sender takes messages; an error means that the gateway did not, a Refused that it may
// never do.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// What one conversation with the gateway may cost.
const (
	sendTimeout    = 15 * time.Second
	maxAnswer      = 64 << 10 // bytes of the body that are read and thrown away
	maxAnswerHeads = 32 << 10
)

// Gateway is a Sender over HTTP.
type Gateway struct {
	settings Settings
	request  *templates
	client   *http.Client
}

// New returns a gateway whose templates were tried once with example values. A
// wrong setting is a Problem that names it.
func New(s Settings) (*Gateway, error) {
	request, err := parse(s)
	if err != nil {
		return nil, err
	}
	if err := request.try(s); err != nil {
		return nil, err
	}
	return &Gateway{settings: s, request: request, client: &http.Client{
		Timeout: sendTimeout,
		// A redirect could lead a number and a text to another host, or out of TLS.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    sendTimeout,
			MaxResponseHeaderBytes: maxAnswerHeads,
			MaxIdleConnsPerHost:    2,
			IdleConnTimeout:        time.Minute,
		},
	}}, nil
}

// Send gives m to the gateway within sendTimeout. The gateway has taken it when
// the status is one of the settings'; what else it says is not read.
func (g *Gateway) Send(ctx context.Context, m Message) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	call, err := g.request.render(values{To: m.To, Text: m.Text, From: g.settings.From, Key: m.Key})
	if err != nil {
		return errors.New("sms: the message does not fit the templates") // the cause may hold the text
	}
	r, err := http.NewRequestWithContext(ctx, g.settings.Method, call.url.String(), strings.NewReader(call.body))
	if err != nil {
		return errors.New("sms: the message does not fit the templates")
	}
	r.Header = call.headers
	answer, err := g.client.Do(r)
	if err != nil {
		return fmt.Errorf("sms: no answer: %w", withoutAddress(err))
	}
	defer answer.Body.Close()
	// Read so that the connection serves again; the status alone decides, and a
	// body that breaks off must not have the message sent twice.
	_, _ = io.CopyN(io.Discard, answer.Body, maxAnswer)
	switch {
	case g.settings.success(answer.StatusCode):
		return nil
	case answer.StatusCode == http.StatusBadRequest || answer.StatusCode == http.StatusUnprocessableEntity:
		return Refused{answer.StatusCode}
	}
	return fmt.Errorf("sms: the gateway answered %d", answer.StatusCode)
}

// withoutAddress takes the request's address, which may hold the number and the
// text, out of an error of net/http's.
func withoutAddress(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
