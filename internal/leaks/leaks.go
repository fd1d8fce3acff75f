// Package leaks asks a service of leaked passwords whether it knows a password, by range: the
// service gets the first five hexadecimal digits of the password's SHA-1 and answers with all
// the hashes that it knows with this beginning, so that it cannot tell which one was meant
// (k-anonymity, the protocol of "Pwned Passwords").
//
// No error of this package contains a hash or the service's answer, because errors are logged.
package leaks

import (
	"bufio"
	"context"
	"crypto/sha1"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Limits of one request. A person waits for the answer.
const (
	askTimeout = 2 * time.Second
	maxAnswer  = 1 << 20 // bytes; a range has about 2,000 lines
	prefix     = 5       // hexadecimal digits that the service gets
)

// ErrAddress says that an address is not one of a service: https, or http on this machine.
var ErrAddress = errors.New("leaks: the address is neither https nor http on this machine itself")

// Service is a service of leaked passwords.
type Service struct {
	base   string // the address before the beginning of a hash
	client *http.Client
}

// New returns the service at an address, to which the beginning of a hash is appended, such as
// https://passwords.example.org/range/. It fails with ErrAddress for any other kind of address.
func New(base string) (*Service, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, ErrAddress
	}
	return &Service{base: strings.TrimSuffix(base, "/") + "/", client: &http.Client{
		Timeout:       askTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
			MaxIdleConnsPerHost: 2,
			IdleConnTimeout:     time.Minute,
		},
	}}, nil
}

func loopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// Leaked reports whether the service knows a password. It fails when the service does not
// answer within two seconds.
func (s *Service) Leaked(ctx context.Context, password string) (bool, error) {
	sum := sha1.Sum([]byte(password)) // the protocol's hash; it protects nothing here
	hash := strings.ToUpper(hex.EncodeToString(sum[:]))
	answer, err := s.ask(ctx, hash[:prefix])
	if err != nil {
		return false, err
	}
	defer answer.Close()
	return contains(answer, hash[prefix:])
}

func (s *Service) ask(ctx context.Context, beginning string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+beginning, nil)
	if err != nil {
		return nil, ErrAddress
	}
	request.Header.Set("Add-Padding", "true") // so that the length of the answer does not reveal the range
	request.Header.Set("User-Agent", "socialdirect")
	answer, err := s.client.Do(request)
	if err != nil {
		return nil, withoutAddress(err)
	}
	if answer.StatusCode != http.StatusOK {
		return nil, errors.Join(fmt.Errorf("leaks: status %d", answer.StatusCode), answer.Body.Close())
	}
	return answer.Body, nil
}

// withoutAddress removes the address, which contains the beginning of the hash.
func withoutAddress(err error) error {
	var withURL *url.Error
	if errors.As(err, &withURL) {
		return withURL.Err
	}
	return err
}

// contains reports whether an answer lists the end of a hash. Lines have the form END:COUNT;
// those with a count of zero are padding.
func contains(answer io.Reader, end string) (bool, error) {
	lines := bufio.NewScanner(io.LimitReader(answer, maxAnswer))
	for lines.Scan() {
		found, count, _ := strings.Cut(strings.TrimSpace(lines.Text()), ":")
		if strings.EqualFold(found, end) {
			return count != "0", nil
		}
	}
	return false, lines.Err()
}
