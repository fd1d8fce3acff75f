package passhash_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"socialdirect/internal/passhash"

	"golang.org/x/crypto/argon2"
)

// Only this package's tests hash at full cost.
func TestR2_APasswordIsHashedAsOWASPRecommends(t *testing.T) {
	const password = "Tilleul-phare 7 sucre"
	hash, err := passhash.Make(password)
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%q, %v", hash, err)
	}
	again, err := passhash.Make(password)
	if err != nil || again == hash {
		t.Errorf("two hashes of one password are the same, or: %v", err)
	}
	salt := []byte("0123456789abcdef0123456789abcdef")
	slow := hex.EncodeToString(passhash.WithSalt("1234567812345678", salt))
	if want := hex.EncodeToString(argon2.IDKey([]byte("1234567812345678"), salt, 2, 19*1024, 1, 32)); slow != want {
		t.Errorf("a code: %s, want %s", slow, want)
	}
	passhash.Cheapen()
	cheap, err := passhash.Make(password)
	if err != nil || !strings.HasPrefix(cheap, "$argon2id$v=19$m=8,t=1,p=1$") {
		t.Errorf("%q, %v", cheap, err)
	}
	for _, h := range []string{hash, again, cheap} {
		if !passhash.Matches(password, h) || passhash.Matches(password+" ", h) {
			t.Errorf("%s matches the wrong one", h)
		}
	}
	for _, none := range []string{"", "x", "$argon2id$v=19$m=19456,t=2,p=1$"} {
		if passhash.Matches(password, none) || passhash.Matches("", none) {
			t.Errorf("%q matches", none)
		}
	}
}
