package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAnInsecureSettingIsRefusedUnlessItIsNamed(t *testing.T) {
	t.Parallel()
	open := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(open, []byte(strings.Repeat("0f", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o644); err != nil { // whatever the umask is
		t.Fatal(err)
	}
	for name, values := range map[string][]string{
		"PUBLIC_URL":          {"http://rdv.example.org", "http://192.0.2.1:8080"},
		"DATABASE_URL":        {"postgres://u:hunter2@db/sd", "postgres://u:hunter2@db/sd?sslmode=disable", "postgres://u:hunter2@localhost,db/sd?sslmode=prefer"},
		"DATABASE_DIRECT_URL": {"postgres://u:hunter2@192.0.2.1/sd?sslmode=allow"},
		"S3_ENDPOINT":         {"http://s3:7070"},
		"CLAMD_ADDR":          {"clamd:3310", "192.0.2.1:3310"},
		"SMTP_URL":            {"smtp://mail:25", "smtp://mail:25?tls=maybe"},
		"TRUSTED_PROXIES":     {"0.0.0.0/0", "::/0", "10.0.0.1,128.0.0.0/1"},
		"MASTER_KEY_FILE":     {open}, "INDEX_KEY_FILE": {open}, "NOISE_KEY_FILE": {open},
	} {
		for _, value := range values {
			env := valid(t)
			env[name] = value
			_, err := load(env)
			if err == nil || !strings.HasPrefix(err.Error(), name+" holds ") || !strings.Contains(err.Error(), "ALLOW_INSECURE names "+name) || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s=%s: %v", name, value, err)
			}
			env["ALLOW_INSECURE"] = "PUBLIC_URL, " + name
			if _, err := load(env); err != nil {
				t.Errorf("%s=%s, named: %v", name, value, err)
			}
		}
	}
	env := valid(t)
	env["ALLOW_INSECURE"] = "EVERYTHING"
	if _, err := load(env); err == nil || !strings.HasPrefix(err.Error(), "ALLOW_INSECURE holds ") {
		t.Errorf("an unknown name: %v", err)
	}
}

func TestASecureSettingNeedsNoName(t *testing.T) {
	t.Parallel()
	for name, values := range map[string][]string{
		"PUBLIC_URL":      {"http://localhost:8080", "http://127.0.0.1", "http://[::1]:8080"},
		"DATABASE_URL":    {"postgres://u:p@localhost/sd", "postgres://u:p@127.0.0.1/sd?sslmode=disable", "postgres:///sd?host=/run/postgresql", "postgres://u:p@db/sd?sslmode=require"},
		"S3_ENDPOINT":     {"http://127.0.0.1:7070", "http://localhost:7070"},
		"CLAMD_ADDR":      {"", "127.0.0.1:3310", "[::1]:3310", "localhost:3310"},
		"SMTP_URL":        {"smtps://mail", "smtp://mail:25?tls=required", "smtp://127.0.0.1:25"},
		"TRUSTED_PROXIES": {"10.0.0.0/8", "2001:db8::/32"},
	} {
		for _, value := range values {
			env := valid(t)
			env[name] = value
			if _, err := load(env); err != nil {
				t.Errorf("%s=%s: %v", name, value, err)
			}
		}
	}
}

func TestMigrationsMayHaveARoleOfTheirOwn(t *testing.T) {
	t.Parallel()
	env := valid(t)
	migrate := func() string {
		url, err := MigrateURL(func(name string) string { return env[name] })
		if err != nil {
			t.Error(err)
		}
		return url
	}
	if got := migrate(); got != env["DATABASE_URL"] {
		t.Errorf("alone: %s", got)
	}
	env["DATABASE_DIRECT_URL"] = "postgres://u:p@direct/sd?sslmode=require"
	if got := migrate(); got != env["DATABASE_DIRECT_URL"] {
		t.Errorf("past a pooler: %s", got)
	}
	env["MIGRATE_DATABASE_URL"] = "postgres://owner:p@direct/sd?sslmode=require"
	if got := migrate(); got != env["MIGRATE_DATABASE_URL"] {
		t.Errorf("with a role of its own: %s", got)
	}
	env["MIGRATE_DATABASE_URL"] = "postgres://owner:p@direct/sd"
	if _, err := MigrateURL(func(name string) string { return env[name] }); err == nil || !strings.Contains(err.Error(), "ALLOW_INSECURE names MIGRATE_DATABASE_URL") {
		t.Errorf("without encryption: %v", err)
	}
}
