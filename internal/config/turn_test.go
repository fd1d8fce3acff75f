package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pair writes a certificate and its key.
func pair(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"relay.example.org"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, kind string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("crt", "CERTIFICATE", der), write("key", "PRIVATE KEY", secret)
}

func TestR25_TheRelaysCertificateAndKeyBelongTogether(t *testing.T) {
	t.Parallel()
	env := valid(t)
	cert, key := pair(t)
	env["TURN_TLS_CERT_FILE"], env["TURN_TLS_KEY_FILE"], env["TURN_TLS_ADDRESS"] = cert, key, "relay.example.org:443"
	if c, err := load(env); err != nil || c.TURN.CertFile != cert || c.TURN.KeyFile != key || c.TURN.TLSAddress != "relay.example.org:443" {
		t.Errorf("%+v, %v", c.TURN, err)
	}
	_, another := pair(t)
	for name, value := range map[string]string{"TURN_TLS_KEY_FILE": another, "TURN_TLS_CERT_FILE": ""} {
		wrong := valid(t)
		wrong["TURN_TLS_CERT_FILE"], wrong["TURN_TLS_KEY_FILE"] = cert, key
		wrong[name] = value
		if _, err := load(wrong); err == nil || !strings.HasPrefix(err.Error(), "TURN_TLS_CERT_FILE holds ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s=%s: %v", name, value, err)
		}
	}
	if err := os.Chmod(key, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := load(env); err == nil || !strings.HasPrefix(err.Error(), "TURN_TLS_KEY_FILE holds ") {
		t.Errorf("a key that others can read: %v", err)
	}
}
