package limit_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

// An attacker has a copy of the database and tries many addresses.
func TestR7_ACopyOfTheDatabaseRevealsNoAddressOfAThrottle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(t, w.Admit(t.Context(), append(w.ByPlace("192.0.2.1"), w.ByAccount("zoe@exemple.fr"))...))
	count := func(where, value string) (found int) {
		t.Helper()
		must(t, w.db.Pool.QueryRow(t.Context(), `select count(*) from throttles where key `+where+` $1`, value).Scan(&found))
		return found
	}
	for kind, value := range map[string]string{"account": "zoe@exemple.fr", "place": "192.0.2.1"} {
		if counters := count("like", kind+":%"); counters != 1 {
			t.Fatalf("%d counters of kind %s", counters, kind)
		}
		sum := sha256.Sum256([]byte(kind + "\x00" + value))
		former := w.vault.FormerDigest("throttle-"+kind, value)
		for name, guess := range map[string][]byte{"no key": sum[:16], "the master key": former[:16]} {
			t.Run(name, func(t *testing.T) {
				if count("=", kind+":"+hex.EncodeToString(guess)) != 0 {
					t.Errorf("%s names %s with %s", kind, value, name)
				}
			})
		}
	}
}
