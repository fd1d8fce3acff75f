// Package sms sends text messages through an SMS gateway. Every provider has its own address,
// headers and body; these are templates in the settings, so that any provider with an HTTP
// interface fits. Only jobs call it, so that failed messages are retried.
//
// No error of this package contains a number, a text or the gateway's answer, because errors
// are logged.
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

// Message is one text message to one number.
type Message struct {
	To   string // E.164
	Text string

	// Key is the same at every attempt to send one message and differs between messages: a
	// gateway that receives it recognises repeated messages.
	Key string
}

// Refused means that the gateway understood the message and refuses it, usually because the
// number does not exist. The request itself may be wrong, so a refusal is final only after
// several times.
type Refused struct{ Status int }

// Error returns one line.
func (r Refused) Error() string {
	return fmt.Sprintf("sms: the gateway refuses the message: it answered %d", r.Status)
}

// Final reports whether further attempts are pointless, after the given number of refusals.
func (Refused) Final(times int) bool { return times > doubted }

// doubted is the number of refusals that are not final.
const doubted = 4

// Number is the cause of a refusal: the number.
const Number = "number"

// Because returns the cause.
func (Refused) Because() string { return Number }

// Sender sends messages. An error means that the gateway did not accept the message; if it is
// Refused, it may never do.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// Limits of one request to the gateway.
const (
	sendTimeout    = 15 * time.Second
	maxAnswer      = 64 << 10 // bytes of the body that are read and discarded
	maxAnswerHeads = 32 << 10
)

// Gateway is a Sender over HTTP.
type Gateway struct {
	settings Settings
	request  *templates
	client   *http.Client
}

// New returns a gateway after checking the templates with example values. An invalid setting
// is a Problem.
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
		// A redirect could send a number and a text to another host, or without TLS.
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

// Send sends m within sendTimeout. The gateway has accepted it if the status is one of the
// settings'; the body is ignored.
func (g *Gateway) Send(ctx context.Context, m Message) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	call, err := g.request.render(values{To: m.To, Text: m.Text, From: g.settings.From, Key: m.Key})
	if err != nil {
		return errors.New("sms: the message does not fit the templates") // the cause may contain the text
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
	// Read so that the connection can be reused. Only the status decides; a
	// truncated body must not cause the message to be sent twice.
	_, _ = io.CopyN(io.Discard, answer.Body, maxAnswer)
	switch {
	case g.settings.success(answer.StatusCode):
		return nil
	case answer.StatusCode == http.StatusBadRequest || answer.StatusCode == http.StatusUnprocessableEntity:
		return Refused{answer.StatusCode}
	}
	return fmt.Errorf("sms: the gateway answered %d", answer.StatusCode)
}

// withoutAddress removes the request's URL, which may contain the number and the text, from an
// error of net/http.
func withoutAddress(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
