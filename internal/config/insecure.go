package config

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"

	"socialdirect/internal/postgres"
)

// insecure are the settings that may be insecure, each with what it may hold. Whoever wants an
// insecure value names the setting in ALLOW_INSECURE, which makes it a decision.
var insecure = map[string]string{
	"PUBLIC_URL":           "an https address",
	"DATABASE_URL":         "an address with sslmode=verify-full, or of this machine",
	"DATABASE_DIRECT_URL":  "an address with sslmode=verify-full, or of this machine",
	"MIGRATE_DATABASE_URL": "an address with sslmode=verify-full, or of this machine",
	"S3_ENDPOINT":          "an https address, or one of this machine",
	"CLAMD_ADDR":           "an address of this machine: documents travel to the scanner in clear",
	"SMTP_URL":             "smtps://, or smtp:// with a password or with ?tls=required, or an address of this machine",
	"TRUSTED_PROXIES":      "the addresses of your own proxies",
	"MASTER_KEY_FILE":      mayOwnKey,
	"INDEX_KEY_FILE":       mayOwnKey,
	"NOISE_KEY_FILE":       mayOwnKey,
	"TURN_TLS_KEY_FILE":    mayOwnKey,
}

const mayOwnKey = "the path of a file that others cannot read (chmod o-r)"

// parseInsecure parses the names of settings that may be insecure.
func parseInsecure(s string) ([]string, error) {
	names := splitList(s)
	for _, name := range names {
		if insecure[name] == "" {
			return nil, errors.New("no such setting")
		}
	}
	return names, nil
}

const plain = "an address without encryption"

// refuse fails for a setting that is insecure and that ALLOW_INSECURE does not name.
func (r *reader) refuse(name, holds string, is bool) {
	allowed := parsed(r, "ALLOW_INSECURE", "", "names of settings with commas between, such as DATABASE_URL,S3_ENDPOINT", parseInsecure)
	if is && !slices.Contains(allowed, name) {
		r.fail(name, holds, insecure[name]+", unless ALLOW_INSECURE names "+name)
	}
}

// encrypted refuses an address of the database without encryption, and returns it.
func (r *reader) encrypted(name, address string) string {
	r.refuse(name, plain, address != "" && postgres.Unencrypted(address))
	return address
}

// refuseInsecure refuses the other settings that are insecure.
func (r *reader) refuseInsecure(c Config) {
	r.refuse("PUBLIC_URL", plain, c.PublicURL != nil && clear(c.PublicURL.String()))
	r.refuse("S3_ENDPOINT", plain, clear(c.S3.Endpoint))
	r.refuse("CLAMD_ADDR", plain, c.ClamdAddr != "" && elsewhere(c.ClamdAddr))
	r.refuse("SMTP_URL", plain, mayTravelClear(c.SMTPURL))
	r.refuse("TRUSTED_PROXIES", "a network of everybody", slices.ContainsFunc(c.TrustedProxies, ofEverybody))
	for _, name := range []string{"MASTER_KEY_FILE", "INDEX_KEY_FILE", "NOISE_KEY_FILE", "TURN_TLS_KEY_FILE"} {
		r.refuse(name, "the path of a file that others can read", readableByOthers(r.getenv(name)))
	}
}

// clear reports whether an address sends to another machine without encryption.
func clear(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "http" && !postgres.Loopback(u.Hostname())
}

// elsewhere reports whether a host:port is another machine's.
func elsewhere(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err == nil && !postgres.Loopback(host)
}

// mayTravelClear reports whether mails may be sent to another machine without encryption: only
// a password, or tls=required, makes STARTTLS mandatory (mail.New).
func mayTravelClear(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "smtp" && u.User == nil && u.Query().Get("tls") != "required" && !postgres.Loopback(u.Hostname())
}

// The longest networks that count as of everybody, in bits.
const (
	everybody4 = 7
	everybody6 = 15
)

// ofEverybody reports whether a network holds addresses of strangers.
func ofEverybody(p netip.Prefix) bool {
	if p.Addr().Is4() {
		return p.Bits() <= everybody4
	}
	return p.Bits() <= everybody6
}

func readableByOthers(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().Perm()&0o004 != 0
}
