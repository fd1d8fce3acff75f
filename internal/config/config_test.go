package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func valid(t *testing.T) map[string]string {
	t.Helper()
	key := filepath.Join(t.TempDir(), "master")
	if err := os.WriteFile(key, []byte(strings.Repeat("0f", 32)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"PUBLIC_URL": "https://rdv.example.org", "DATABASE_URL": "postgres://u:p@db/sd?sslmode=verify-full", "S3_ENDPOINT": "https://s3:7070",
		"S3_BUCKET": "documents", "S3_ACCESS_KEY": "a", "S3_SECRET_KEY": "s", "SMTP_URL": "smtp://u:p@mail:25",
		"MAIL_FROM": "Social Direct <rdv@example.org>", "MASTER_KEY_FILE": key, "INDEX_KEY_FILE": key, "NOISE_KEY_FILE": key, "TURN_PUBLIC_IP": "192.0.2.1",
		"TURN_SECRET": "0123456789abcdef",
	}
}

func load(env map[string]string) (Config, error) {
	return Load(func(name string) string { return env[name] })
}

func TestLoadReadsEverySetting(t *testing.T) {
	t.Parallel()
	c, err := load(valid(t))
	if err != nil {
		t.Fatal(err)
	}
	if !c.Secure() || c.Base() != "https://rdv.example.org" || len(c.MasterKey) != 32 || len(c.IndexKey) != 32 || len(c.NoiseKey) != 32 || c.TimeZone.String() != "Europe/Paris" || c.TURN.MinPort != 49152 || c.MaxComing != 5 || c.MaxActs != 30 || c.MaxStored != 500 || c.MaxSent != 250 || c.MinUploadRate != 8 {
		t.Errorf("got %+v", c)
	}
}

func TestMailServersGetTheHostThatPeopleKnow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ public, helo, want string }{
		{"https://rdv.example.org", "", "rdv.example.org"},
		{"https://rdv.example.org:8443", "", "rdv.example.org"},
		{"https://rdv.example.org", "mail.example.org", "mail.example.org"},
		{"http://192.0.2.1:8080", "", "[192.0.2.1]"},
		{"http://[2001:db8::1]", "", "[IPv6:2001:db8::1]"},
	} {
		t.Run(c.public, func(t *testing.T) {
			env := valid(t)
			env["PUBLIC_URL"], env["MAIL_HELO"], env["ALLOW_INSECURE"] = c.public, c.helo, "PUBLIC_URL"
			got, err := load(env)
			if err != nil || got.MailHELO != c.want {
				t.Errorf("%+v: %q, %v", c, got.MailHELO, err)
			}
		})
	}
}

func TestAnInvalidSettingIsReportedInOneLine(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"PUBLIC_URL": "rdv.example.org/path", "DATABASE_URL": "mysql://hunter2@db", "S3_ENDPOINT": "s3", "SMTP_URL": "http://hunter2",
		"MAIL_FROM": "nobody", "MAIL_BOUNCES": "returned.mail.of.ours@example.org", "MASTER_KEY_FILE": "/nowhere", "INDEX_KEY_FILE": "/nowhere", "NOISE_KEY_FILE": "/nowhere", "TURN_PUBLIC_IP": "relay", "TURN_SECRET": "hunter2", "TURN_PORTS": "9-5",
		"LISTEN_ADDR": "8080", "LOG_LEVEL": "loud", "TIME_ZONE": "Mars/Olympus", "TRUSTED_PROXIES": "everyone", "TURN_URLS": "https://x", "TURN_RELAY_ADDRESSES": "relay.example.org",
		"TURN_TLS_CERT_FILE": "/nowhere", "TURN_TLS_ADDRESS": "relay.example.org:443,relay",
		"MAIL_HELO":            "rdv example",
		"SWITCHBOARD_HOURS":    "lun-ven 9h-18h",
		"DATABASE_CONNECTIONS": "0", "MAX_COMING_APPOINTMENTS": "0", "MAX_ACTS_PER_DAY": "many",
		"MAX_STORED_MEGABYTES": "0", "MAX_SENT_MEGABYTES_PER_DAY": "-1", "MIN_UPLOAD_KILOBYTES_PER_SECOND": "0", "NATS_URL": "nats://bus", "OPERATOR_EMAIL": "contact", "OPERATOR_DPO": "Le DPO <dpo@example.org>",
		"SMS_URL": "http://sms.example.org/?key=hunter2", "SMS_METHOD": "hunter2", "SMS_HEADERS": "hunter2", "SMS_BODY": "{{hunter2}}",
		"SMS_FROM": strings.Repeat("hunter2", 9), "SMS_SUCCESS": "500",
		"PASSWORD_RANGE_URL": "http://passwords.example.org/?key=hunter2",
		"DRAIN_TIMEOUT":      "2h", "DATABASE_DIRECT_URL": "mysql://hunter2@db",
	} {
		env := valid(t)
		env["SMS_URL"] = "https://sms.example.org/send"
		env[name] = value
		_, err := load(env)
		if err == nil || !strings.HasPrefix(err.Error(), name+" holds ") || !strings.Contains(err.Error(), "it may hold") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s=%s: %v", name, value, err)
			continue
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the message repeats a secret: %v", name, err)
		}
	}
}

func TestR44_ARelayWithoutAHostIsRefused(t *testing.T) {
	t.Parallel()
	for _, value := range []string{
		"turn:", "turns:", "turn::3478", "turn:?transport=udp", "turn://relay.example.org", "turn:/relay", "turn:.", "turn:user@relay.example.org", "turn:relay.example.org:0", "turn:relay.example.org:99999",
		"turn:relay.example.org?transport=sctp", "stun:relay.example.org", "relay.example.org", "turn:relay.example.org,turn:", "turn:relay example.org",
	} {
		env := valid(t)
		env["TURN_URLS"] = value
		if _, err := load(env); err == nil || !strings.HasPrefix(err.Error(), "TURN_URLS holds ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", value, err)
		}
	}
	for _, value := range []string{
		"turn:relay.example.org", "turn:relay.example.org:3478?transport=udp", "turns:relay.example.org:5349?transport=tcp", "turn:192.0.2.7", "turn:[2001:db8::7]:3478", "turn:a.example.org,turns:b.example.org",
	} {
		env := valid(t)
		env["TURN_URLS"], env["TURN_RELAY_ADDRESSES"] = value, "192.0.2.7,2001:db8::/64"
		if c, err := load(env); err != nil || len(c.TURN.Relays) != 2 || len(c.TURN.URLs) != strings.Count(value, ",")+1 {
			t.Errorf("%s: %v, %v", value, c.TURN, err)
		}
	}
}

// Browsers write an origin in only one way, and it is compared byte for byte.
func TestThePublicAddressIsWrittenAsBrowsersDo(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"https://RDV.Example.org": "https://rdv.example.org", "HTTPS://rdv.example.org:443/": "https://rdv.example.org",
		"http://rdv.example.org:80": "http://rdv.example.org", "https://rdv.example.org:8443": "https://rdv.example.org:8443",
		"http://rdv.example.org:443": "http://rdv.example.org:443", "https://[2001:DB8::443]": "https://[2001:db8::443]",
		"https://[2001:db8::1]:443": "https://[2001:db8::1]", "https://rdv.example.org:": "https://rdv.example.org",
	} {
		t.Run(value, func(t *testing.T) {
			env := valid(t)
			env["PUBLIC_URL"], env["ALLOW_INSECURE"] = value, "PUBLIC_URL"
			if c, err := load(env); err != nil || c.Base() != want {
				t.Errorf("%s became %v, want %s (%v)", value, c.PublicURL, want, err)
			}
		})
	}
}

func TestTheDrainLastsAMinuteByDefault(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{"": time.Minute, "90s": 90 * time.Second, "2m": 2 * time.Minute, "5": 5 * time.Second} {
		t.Run(value, func(t *testing.T) {
			env := valid(t)
			env["DRAIN_TIMEOUT"] = value
			if c, err := load(env); err != nil || c.DrainTimeout != want {
				t.Errorf("%q became %s: %v", value, c.DrainTimeout, err)
			}
		})
	}
	for _, value := range []string{"0", "-1s", "soon", "61m"} {
		env := valid(t)
		env["DRAIN_TIMEOUT"] = value
		if _, err := load(env); err == nil {
			t.Errorf("%q was accepted", value)
		}
	}
}

func TestSecretsComeFromFilesToo(t *testing.T) {
	t.Parallel()
	env := valid(t)
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte("from-the-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	delete(env, "S3_SECRET_KEY")
	env["S3_SECRET_KEY_FILE"] = path
	if c, err := load(env); err != nil || c.S3.SecretKey != "from-the-file" {
		t.Errorf("got %q, %v", c.S3.SecretKey, err)
	}
}

func TestWithoutAnAddressThereIsNoSMSGateway(t *testing.T) {
	t.Parallel()
	env := valid(t)
	if c, err := load(env); err != nil || c.SMS != nil {
		t.Errorf("got %v, %v", c.SMS, err)
	}
	env["SMS_FROM"] = "SocialDirect"
	if _, err := load(env); err == nil || !strings.HasPrefix(err.Error(), "SMS_URL holds nothing") {
		t.Errorf("a sender without a gateway: %v", err)
	}
	env["SMS_URL_FILE"] = filepath.Join(t.TempDir(), "url")
	if err := os.WriteFile(env["SMS_URL_FILE"], []byte("https://sms.example.org/send?key=k&to={{urlquery .To}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if c, err := load(env); err != nil || c.SMS == nil {
		t.Errorf("got %v, %v", c.SMS, err)
	}
}

func TestAKeyThatIsMissingOrShortIsRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"MASTER_KEY_FILE", "INDEX_KEY_FILE", "NOISE_KEY_FILE"} {
		for content, want := range map[string]string{"": "something else", strings.Repeat("0f", 31): "something else", "hunter2": "something else", "-": "nothing"} {
			env := valid(t)
			env[name] = filepath.Join(t.TempDir(), "key")
			if err := os.WriteFile(env[name], []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if content == "-" {
				delete(env, name)
			}
			if _, err := load(env); err == nil || !strings.HasPrefix(err.Error(), name+" holds ") || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s with %q: %v", name, content, err)
			}
		}
	}
}
