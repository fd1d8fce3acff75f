// Package config reads the settings of `serve` from the environment into one struct. An
// invalid setting is an error that names it, its value and the allowed values; the value of a
// secret is never printed. Every setting may be given as NAME, or as NAME_FILE with the path
// of a file that contains it.
package config

import (
	"cmp"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"socialdirect/internal/hours"
	"socialdirect/internal/leaks"
	outgoing "socialdirect/internal/mail"
	"socialdirect/internal/sms"
	"socialdirect/internal/zone"

	"github.com/pion/stun/v4"
)

// Config is the settings of a running platform.
type Config struct {
	ListenAddr     string
	PublicURL      *url.URL // scheme and host only
	TrustedProxies []netip.Prefix
	DatabaseURL    string
	DatabaseDirect string // bypasses a pooler in transaction mode; empty if there is none
	DatabaseConns  int
	S3             S3
	SMTPURL        string
	MailFrom       string
	MailBounces    string // address for bounces; empty: the sender's address
	MailHELO       string // the platform's name for mail servers (EHLO)
	MasterKey      []byte // 32 bytes
	IndexKey       []byte // 32 bytes
	NoiseKey       []byte // 32 bytes
	TURN           TURN
	ClamdAddr      string         // host:port, empty for none
	SMS            *sms.Gateway   // nil for none
	Leaks          *leaks.Service // of leaked passwords, nil for none
	TimeZone       *time.Location
	LogLevel       slog.Level
	MaxComing      int           // upcoming appointments per person, at most
	MaxActs        int           // acts on appointments per person within 24 hours, at most
	MaxStored      int           // megabytes of stored documents per person, at most
	MaxSent        int           // megabytes of uploads per person within 24 hours, at most
	MinUploadRate  int           // minimum rate of uploads, in kilobytes per second
	DrainTimeout   time.Duration // time for current requests to end at shutdown
	Phone          string        // the switchboard's number, empty for none
	PhoneHours     hours.Hours   // when the switchboard answers, in TimeZone
	Operator       Operator
}

// S3 is the store of documents.
type S3 struct{ Endpoint, Region, Bucket, AccessKey, SecretKey string }

// TURN is the relay: the embedded one if PublicIP is set, external ones by their URLs, or
// both.
type TURN struct {
	PublicIP net.IP
	Listen   string
	Secret   string
	URLs     []string
	Relays   []netip.Prefix // addresses of the ports of external relays; empty: what the names in URLs resolve to
	MinPort  uint16         // of the relayed addresses
	MaxPort  uint16

	CertFile, KeyFile string // of the embedded relay's TLS; empty: without
	TLSAddress        string // host and port at which browsers reach it with TLS; empty: the certificate's name, 443
}

// Secure reports whether people use the platform over TLS.
func (c Config) Secure() bool { return c.PublicURL.Scheme == "https" }

// Base returns the public address without a slash at the end.
func (c Config) Base() string { return c.PublicURL.Scheme + "://" + c.PublicURL.Host }

// reader reads settings and keeps the first error.
type reader struct {
	getenv func(string) string
	err    error
}

func (r *reader) fail(name, holds, may string) {
	if r.err == nil {
		r.err = fmt.Errorf("%s holds %s; it may hold %s", name, holds, may)
	}
}

// raw returns a setting's value, from the environment or from a file.
func (r *reader) raw(name string) string {
	if value := r.getenv(name); value != "" {
		return value
	}
	path := r.getenv(name + "_FILE")
	if path == "" {
		return ""
	}
	content, err := os.ReadFile(path)
	if err != nil && r.err == nil {
		r.err = fmt.Errorf("%s_FILE names a file that cannot be read: %w", name, err)
	}
	return strings.TrimRight(string(content), "\r\n")
}

func (r *reader) text(name, fallback string) string {
	if value := r.raw(name); value != "" {
		return value
	}
	return fallback
}

func (r *reader) required(name, may string) string {
	value := r.raw(name)
	if value == "" {
		r.fail(name, "nothing", may)
	}
	return value
}

// parsed reads a setting and parses it; the value of a secret is not printed.
func parsed[T any](r *reader, name, fallback, may string, parse func(string) (T, error)) T {
	value := r.text(name, fallback)
	result, err := parse(value)
	if err != nil {
		r.fail(name, strconv.Quote(value), may)
	}
	return result
}

// Load reads and checks every setting. getenv is os.Getenv outside of tests.
func Load(getenv func(string) string) (Config, error) {
	r := &reader{getenv: getenv}
	c := Config{
		ListenAddr:     parsed(r, "LISTEN_ADDR", "127.0.0.1:8080", "an address such as 0.0.0.0:8080", parseListen),
		PublicURL:      parsed(r, "PUBLIC_URL", "", "the address that people type, such as https://rendezvous.example.org", parsePublicURL),
		TrustedProxies: parsed(r, "TRUSTED_PROXIES", "", "addresses or networks with commas between, such as 10.0.0.0/8", parsePrefixes),
		DatabaseConns:  parsed(r, "DATABASE_CONNECTIONS", "20", "a number of connections between 4 and 500", between(4, 500)),
		ClamdAddr:      r.text("CLAMD_ADDR", ""),
		TimeZone:       parsed(r, "TIME_ZONE", "Europe/Paris", "a zone such as Europe/Paris or Indian/Reunion", zone.Load),
		MaxComing:      parsed(r, "MAX_COMING_APPOINTMENTS", "5", "a number of appointments between 1 and 1000", between(1, 1000)),
		MaxActs:        parsed(r, "MAX_ACTS_PER_DAY", "30", "a number of bookings, moves and cancellations between 1 and 1000", between(1, 1000)),
		MaxStored:      parsed(r, "MAX_STORED_MEGABYTES", "500", "a number of megabytes between 1 and 1000000", between(1, 1_000_000)),
		MaxSent:        parsed(r, "MAX_SENT_MEGABYTES_PER_DAY", "250", "a number of megabytes between 1 and 1000000", between(1, 1_000_000)),
		MinUploadRate:  parsed(r, "MIN_UPLOAD_KILOBYTES_PER_SECOND", "8", "a number of kilobytes between 1 and 1000", between(1, 1000)),
		LogLevel:       parsed(r, "LOG_LEVEL", "info", "debug, info, warn or error", parseLevel),
		DrainTimeout:   parsed(r, "DRAIN_TIMEOUT", "60s", "how long requests under way may take to end, up to 1h, such as 60s", parseDrain),
		MailFrom:       parsed(r, "MAIL_FROM", "", "a sender such as Social Direct <rendezvous@example.org>", parseFrom),
		MailBounces:    parsed(r, "MAIL_BOUNCES", "", "an address of its own for returned mails, such as bounce@example.org, with 16 characters at most before the @", parseBounces),
		Phone:          r.text("SWITCHBOARD_PHONE", ""),
		PhoneHours:     parsed(r, "SWITCHBOARD_HOURS", "", hours.May, hours.Parse),
		Operator:       r.operator(),
	}
	c.MailHELO = parsed(r, "MAIL_HELO", mailName(c.PublicURL), "the name under which mail servers know this one, such as rendezvous.example.org", parseMailName)
	c.DatabaseURL = r.databaseURL()
	c.DatabaseDirect = r.directURL()
	c.SMTPURL = r.secretURL("SMTP_URL", "an address such as smtp://user:password@host:587 or smtps://host", "smtp", "smtps")
	c.MasterKey, c.IndexKey = r.key("MASTER_KEY_FILE"), r.key("INDEX_KEY_FILE")
	c.NoiseKey = r.key("NOISE_KEY_FILE")
	c.S3 = r.s3()
	c.TURN = r.turn()
	c.SMS = r.sms()
	c.Leaks = r.leaks()
	r.refuseNATS()
	r.refuseInsecure(c)
	return c, r.err
}

// DirectURL is the address of the database itself, bypassing a pooler if there is one.
func (c Config) DirectURL() string { return cmp.Or(c.DatabaseDirect, c.DatabaseURL) }

// DatabaseURL reads only the address of the database, bypassing a pooler, for commands that
// need nothing else.
func DatabaseURL(getenv func(string) string) (string, error) {
	r := &reader{getenv: getenv}
	return r.databaseOf(r.directURL())
}

// databaseOf returns an address of the database, or that of the server if it is empty.
func (r *reader) databaseOf(address string) (string, error) {
	if address == "" {
		address = r.databaseURL()
	}
	return address, r.err
}

// MigrateURL reads only the address of the database under the role that changes its schema:
// MIGRATE_DATABASE_URL, or else that of the server, bypassing a pooler.
func MigrateURL(getenv func(string) string) (string, error) {
	r := &reader{getenv: getenv}
	return r.databaseOf(cmp.Or(r.ownURL("MIGRATE_DATABASE_URL"), r.directURL()))
}

func (r *reader) databaseURL() string {
	return r.encrypted("DATABASE_URL", r.secretURL("DATABASE_URL", mayDatabase, databaseSchemes...))
}

const mayDatabase = "a PostgreSQL address such as postgres://user:password@host:5432/socialdirect"

var databaseSchemes = []string{"postgres", "postgresql"}

// directURL is the address of the database without pooler, for connections that need a
// session.
func (r *reader) directURL() string { return r.ownURL("DATABASE_DIRECT_URL") }

// ownURL is an optional address of the database.
func (r *reader) ownURL(name string) string {
	value := r.raw(name)
	if u, err := url.Parse(value); value != "" && (err != nil || !hasScheme(u, databaseSchemes)) {
		r.fail(name, "something else", mayDatabase)
	}
	return r.encrypted(name, value)
}

// CheckEmail reports whether s is one bare address.
func CheckEmail(s string) error {
	address, err := mail.ParseAddress(s)
	if err == nil && address.Address != s {
		err = errors.New("more than an address")
	}
	return err
}

// refuseNATS refuses a setting that this version does not support: several instances that do
// not see each other would only half work.
func (r *reader) refuseNATS() {
	if value := r.raw("NATS_URL"); value != "" {
		r.fail("NATS_URL", "an address", "nothing in this version, which runs as one instance")
	}
}

func (r *reader) secretURL(name, may string, schemes ...string) string {
	value := r.required(name, may)
	u, err := url.Parse(value)
	if value != "" && (err != nil || !hasScheme(u, schemes)) {
		r.fail(name, "something else", may)
	}
	return value
}

func hasScheme(u *url.URL, schemes []string) bool {
	for _, scheme := range schemes {
		if u.Scheme == scheme {
			return true
		}
	}
	return false
}

func (r *reader) s3() S3 {
	s := S3{
		Endpoint:  r.required("S3_ENDPOINT", "an address such as https://s3.example.org"),
		Bucket:    r.required("S3_BUCKET", "a bucket's name"),
		Region:    r.text("S3_REGION", "us-east-1"),
		AccessKey: r.required("S3_ACCESS_KEY", "the access key's name"),
		SecretKey: r.required("S3_SECRET_KEY", "the secret key"),
	}
	if u, err := url.Parse(s.Endpoint); s.Endpoint != "" && (err != nil || !hasScheme(u, []string{"http", "https"}) || u.Host == "") {
		r.fail("S3_ENDPOINT", strconv.Quote(s.Endpoint), "an address such as https://s3.example.org")
	}
	return s
}

// sms reads the gateway, nil if none is set. Values are not printed: each may contain a key.
func (r *reader) sms() *sms.Gateway {
	given := r.raw("SMS_METHOD") + r.raw("SMS_HEADERS") + r.raw("SMS_BODY") + r.raw("SMS_FROM") + r.raw("SMS_SUCCESS")
	s := sms.Settings{
		URL:     r.raw("SMS_URL"),
		Method:  r.text("SMS_METHOD", sms.DefaultMethod),
		Headers: r.text("SMS_HEADERS", sms.DefaultHeaders),
		Body:    r.text("SMS_BODY", sms.DefaultBody),
		From:    r.raw("SMS_FROM"),
		Success: r.text("SMS_SUCCESS", sms.DefaultSuccess),
	}
	holds := "something else"
	if s.URL == "" {
		if given == "" {
			return nil
		}
		holds = "nothing"
	}
	gateway, err := sms.New(s)
	var problem sms.Problem
	if errors.As(err, &problem) {
		r.fail(problem.Setting, holds, problem.May)
	}
	return gateway
}

// leaks reads the service of leaked passwords, nil if none is set. The address may contain a
// key and is not printed.
func (r *reader) leaks() *leaks.Service {
	address := r.raw("PASSWORD_RANGE_URL")
	if address == "" {
		return nil
	}
	service, err := leaks.New(address)
	if err != nil {
		r.fail("PASSWORD_RANGE_URL", "something else", "an address with https:// (or http:// on this machine itself), to which the beginning of a hash is appended, such as https://passwords.example.org/range/")
	}
	return service
}

const mayKey = "the path of a file with 32 random bytes in hexadecimal or base64 (openssl rand -hex 32)"

// key reads a key, which may only be given in a file.
func (r *reader) key(name string) []byte {
	path := r.getenv(name)
	if path == "" {
		r.fail(name, "nothing", mayKey)
		return nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		r.fail(name, "a path that cannot be read", mayKey)
		return nil
	}
	key, err := ParseKey(string(content))
	if err != nil {
		r.fail(name, "the path of a file with something else", mayKey)
	}
	return key
}

// ParseKey parses 32 bytes in hexadecimal or base64.
func ParseKey(text string) ([]byte, error) {
	text = strings.TrimSpace(text)
	if key, err := hex.DecodeString(text); err == nil && len(key) == 32 {
		return key, nil
	}
	if key, err := base64.StdEncoding.DecodeString(text); err == nil && len(key) == 32 {
		return key, nil
	}
	return nil, errors.New("not 32 bytes in hexadecimal or base64")
}

// minTURNSecret is the minimum length that prevents guessable relay secrets.
const minTURNSecret = 16

func (r *reader) turn() TURN {
	t := TURN{
		PublicIP: parsed(r, "TURN_PUBLIC_IP", "", "the IP address at which browsers reach the relay", parseIP),
		Listen:   parsed(r, "TURN_LISTEN", "0.0.0.0:3478", "an address such as 0.0.0.0:3478", parseListen),
		Secret:   r.raw("TURN_SECRET"),
		URLs:     parsed(r, "TURN_URLS", "", "relays with commas between, each with a host, such as turn:relay.example.org:3478?transport=udp", parseTURNURLs),
		Relays:   parsed(r, "TURN_RELAY_ADDRESSES", "", "addresses or networks with commas between, such as 192.0.2.7,2001:db8::/64", parsePrefixes),
	}
	t.MinPort, t.MaxPort = parsedPorts(r)
	t.CertFile, t.KeyFile, t.TLSAddress = r.turnTLS()
	if t.PublicIP == nil && len(t.URLs) == 0 {
		r.fail("TURN_PUBLIC_IP", "nothing", "the IP address at which browsers reach the embedded relay, unless TURN_URLS names others")
	}
	if len(t.Secret) < minTURNSecret {
		r.fail("TURN_SECRET", fmt.Sprintf("%d characters", len(t.Secret)), fmt.Sprintf("a secret of %d characters or more", minTURNSecret))
	}
	return t
}

// turnTLS reads the embedded relay's certificate, both files or none.
func (r *reader) turnTLS() (cert, key, address string) {
	cert, key = r.getenv("TURN_TLS_CERT_FILE"), r.getenv("TURN_TLS_KEY_FILE")
	if _, err := tls.LoadX509KeyPair(cert, key); err != nil && cert+key != "" {
		r.fail("TURN_TLS_CERT_FILE", strconv.Quote(cert), "the path of a certificate in PEM that belongs to the key in TURN_TLS_KEY_FILE")
	}
	address = parsed(r, "TURN_TLS_ADDRESS", "", "host and port at which browsers reach the relay with TLS, such as relay.example.org:443", parseHostPort)
	return cert, key, address
}

// parseHostPort parses a host with its port, or nothing.
func parseHostPort(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	return s, checkRelay("turns:" + s)
}

func parsedPorts(r *reader) (low, high uint16) {
	ports := parsed(r, "TURN_PORTS", "49152-65535", "the relay's range of ports, such as 49152-65535", func(s string) ([2]uint16, error) {
		from, to, _ := strings.Cut(s, "-")
		a, err := strconv.ParseUint(from, 10, 16)
		b, err2 := strconv.ParseUint(to, 10, 16)
		if err = errors.Join(err, err2); err == nil && (a < 1024 || b <= a) {
			err = errors.New("not a range")
		}
		return [2]uint16{uint16(a), uint16(b)}, err
	})
	return ports[0], ports[1]
}

func parseListen(s string) (string, error) {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return "", err
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", err
	}
	return s, nil
}

// parsePublicURL parses an origin and writes it as browsers do in Origin (RFC 6454, 6.2): host
// in lower case, without the default port.
func parsePublicURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, err
	}
	if !hasScheme(u, []string{"http", "https"}) || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		return nil, errors.New("not an origin")
	}
	host := strings.TrimSuffix(strings.ToLower(u.Host), defaultPorts[u.Scheme])
	return &url.URL{Scheme: u.Scheme, Host: strings.TrimSuffix(host, ":")}, nil
}

var defaultPorts = map[string]string{"http": ":80", "https": ":443"}

func splitList(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

func parsePrefixes(s string) ([]netip.Prefix, error) {
	var prefixes []netip.Prefix
	for _, part := range splitList(s) {
		if address, err := netip.ParseAddr(part); err == nil {
			prefixes = append(prefixes, netip.PrefixFrom(address, address.BitLen()))
			continue
		}
		prefix, err := netip.ParsePrefix(part)
		if err != nil {
			return nil, err
		}
		prefixes = append(prefixes, prefix)
	}
	return prefixes, nil
}

// between parses a whole number in that range.
func between(least, most int) func(string) (int, error) {
	return func(s string) (int, error) {
		n, err := strconv.Atoi(s)
		if err == nil && (n < least || n > most) {
			err = errors.New("out of range")
		}
		return n, err
	}
}

func parseDrain(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil { // a bare number is in seconds
		d, err = time.ParseDuration(s + "s")
	}
	if err == nil && (d <= 0 || d > time.Hour) {
		err = errors.New("out of range")
	}
	return d, err
}

func parseLevel(s string) (level slog.Level, err error) {
	err = level.UnmarshalText([]byte(s))
	return level, err
}

func parseFrom(s string) (string, error) {
	_, err := mail.ParseAddress(s)
	return s, err
}

// parseBounces parses an address to which a mail's identifier can be added (bounce+ID@…), or
// an empty one.
func parseBounces(s string) (string, error) {
	address, err := parseEmail(s)
	if name, _, _ := strings.Cut(address, "@"); err == nil && (len(name) > outgoing.MaxReturnName || strings.ContainsAny(name, `+"`)) {
		err = errors.New("nothing can be added to it")
	}
	return address, err
}

// mailName returns the platform's name for mail servers: a host's name, or its address in
// brackets (RFC 5321, 4.1.3).
func mailName(public *url.URL) string {
	if public == nil {
		return "localhost" // PUBLIC_URL is invalid, which is reported first
	}
	ip, err := netip.ParseAddr(public.Hostname())
	switch {
	case err != nil:
		return public.Hostname()
	case ip.Is4():
		return "[" + ip.String() + "]"
	}
	return "[IPv6:" + ip.String() + "]"
}

var mailNames = regexp.MustCompile(`^(\[[0-9A-Za-z.:]+\]|[0-9A-Za-z]([0-9A-Za-z-]*[0-9A-Za-z])?(\.[0-9A-Za-z]([0-9A-Za-z-]*[0-9A-Za-z])?)*)$`)

func parseMailName(s string) (string, error) {
	if len(s) > 255 || !mailNames.MatchString(s) {
		return "", errors.New("not a name")
	}
	return s, nil
}

// parseEmail parses one bare address, or an empty one.
func parseEmail(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	return s, CheckEmail(s)
}

func parseIP(s string) (net.IP, error) {
	if s == "" {
		return nil, nil
	}
	if ip := net.ParseIP(s); ip != nil {
		return ip, nil
	}
	return nil, errors.New("not an IP address")
}

// checkRelay returns why an address is not a relay's URL as browsers parse it (RFC 7065).
func checkRelay(u string) error {
	relay, err := stun.ParseURI(u)
	switch {
	case err != nil:
		return err
	case relay.Scheme != stun.SchemeTypeTURN && relay.Scheme != stun.SchemeTypeTURNS:
		return errors.New("not a relay")
	case strings.Trim(relay.Host, ".") == "" || strings.ContainsAny(relay.Host, "@/ "):
		return errors.New("no host")
	case relay.Port < 1 || relay.Port > math.MaxUint16:
		return errors.New("no port")
	}
	return nil
}

func parseTURNURLs(s string) ([]string, error) {
	urls := splitList(s)
	for _, u := range urls {
		if err := checkRelay(u); err != nil {
			return nil, err
		}
	}
	return urls, nil
}
