package signaling

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/pion/stun/v4"
)

// Ping reports whether every relay answers a binding request (RFC 8489, 2), the first that
// browsers send. It contacts the embedded relay at its local address: the public one may not
// be reachable from this machine.
func (r *Relay) Ping(ctx context.Context) error {
	answers := make(chan error)
	asked := len(r.external)
	for _, url := range r.external {
		go func() { answers <- pingURL(ctx, url) }()
	}
	if r.server != nil {
		asked++
		go func() { answers <- bind(ctx, "udp", r.here, nil) }()
	}
	var errs []error
	for range asked {
		errs = append(errs, <-answers)
	}
	return errors.Join(errs...)
}

func pingURL(ctx context.Context, url string) error {
	relay, err := stun.ParseURI(url)
	if err != nil {
		return fmt.Errorf("relay: %w", err)
	}
	var secure *tls.Config
	if relay.Scheme == stun.SchemeTypeTURNS {
		secure = &tls.Config{ServerName: relay.Host, MinVersion: tls.VersionTLS12}
	}
	return bind(ctx, relay.Proto.String(), net.JoinHostPort(relay.Host, strconv.Itoa(relay.Port)), secure)
}

// bind sends a request, and repeats it if a datagram seems lost, until ctx ends.
func bind(ctx context.Context, network, address string, secure *tls.Config) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return fmt.Errorf("relay: %w", err)
	}
	defer conn.Close()
	line := conn // conn may be replaced by the TLS connection over it
	stop := context.AfterFunc(ctx, func() { _ = line.Close() })
	defer stop()
	if secure != nil {
		conn = tls.Client(conn, secure)
	}
	client, err := stun.NewClient(conn)
	if err != nil {
		return fmt.Errorf("relay: %w", err)
	}
	defer client.Close()
	if err := ask(ctx, client); err != nil {
		return fmt.Errorf("relay %s: %w", address, err)
	}
	return nil
}

// ask waits for the answer to one request. The client's own Do would return without an answer
// after another client's request could not be sent, because the two share their pending
// transactions.
func ask(ctx context.Context, client *stun.Client) error {
	answers := make(chan error, 1)
	err := client.Start(stun.MustBuild(stun.TransactionID, stun.BindingRequest), func(e stun.Event) {
		answer := e.Error
		if answer == nil && e.Message.Type != stun.BindingSuccess {
			answer = errors.New("refused a binding request")
		}
		select {
		case answers <- answer:
		default: // an answer was already delivered
		}
	})
	if err != nil {
		return err
	}
	select {
	case err := <-answers:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
