package account_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"socialdirect/account/signup"

	"socialdirect/account"
	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/vault"
	"socialdirect/internal/viewer"
)

// worldsKey is the master key of a world.
const worldsKey = "0123456789abcdef0123456789abcdef"

// under returns the same acts with other keys.
func under(t *testing.T, w *bookingtest.World, master string, index byte) *account.Service {
	t.Helper()
	keys, err := vault.Open(w.DB, []byte(master), bytes.Repeat([]byte{index}, vault.KeySize))
	check(t, err)
	accounts, err := account.New(w.DB, w.Queue, keys, w.Companies, w.Legal)
	check(t, err)
	return accounts
}

func TestR7_ARefusalOutlivesTheMasterKey(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe, admin := newMember(t, w, "zoe@exemple.fr"), w.Member(t, viewer.Administrator, "Claire")
	operator := w.Member(t, viewer.Switchboard, "Nadia")
	before := under(t, w, worldsKey, 2)
	check(t, before.SignUps.CheckIndex(ctx))
	check(t, before.Decide(ctx, admin, zoe.id, account.Decision{Act: account.Refuse, Reason: "Compte de trop.", Refuse: []string{signup.RefuseEmail}}))
	if err := under(t, w, worldsKey, 3).SignUps.CheckIndex(ctx); !errors.Is(err, vault.ErrIndexKey) {
		t.Errorf("another index key: %v", err)
	}
	rotated := under(t, w, strings.Repeat("9", vault.KeySize), 2)
	check(t, rotated.SignUps.CheckIndex(ctx))
	if refused := refuses(w, rotated, operator, "ZOE@exemple.fr", "+33600000000"); !refused {
		t.Errorf("under another master key: refused %t", refused)
	}
}

// Refusals of before there was an index key were digests under the master key.
func TestR7_ARefusalOutlivesTheChangeToAnIndexKey(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe, operator := newMember(t, w, "zoe@exemple.fr"), w.Member(t, viewer.Switchboard, "Nadia")
	for kind, value := range map[string]string{signup.RefuseEmail: "zoe@exemple.fr", signup.RefuseMobile: "+33612345678"} {
		_, err := w.DB.Pool.Exec(ctx, `insert into refused_sign_ups (hash, account_id) values ($1, $2)`, w.Vault.FormerDigest("refused-"+kind, value), zoe.id)
		check(t, err)
	}
	for range 2 {
		check(t, w.Accounts.SignUps.CheckIndex(ctx))
	}
	for _, who := range [][2]string{{"zoe@exemple.fr", "+33600000000"}, {"paul@exemple.fr", "+33612345678"}} {
		if refused := refuses(w, w.Accounts, operator, who[0], who[1]); !refused {
			t.Errorf("%v: refused %t", who, refused)
		}
	}
	if refused := refuses(w, w.Accounts, operator, "paul@exemple.fr", "+33600000000"); refused {
		t.Errorf("somebody else is refused: %t", refused)
	}
}

// Whoever has a copy of the database tries all the addresses that they can think of.
func TestR7_ThrottlesTellNoAddressToACopyOfTheDatabase(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	newMember(t, w, "zoe@exemple.fr")
	if _, err := w.Accounts.Sessions.SignIn(ctx, "zoe@exemple.fr", wrongPassword, session.Device{Place: "192.0.2.1"}); err == nil {
		t.Fatal("signed in")
	}
	for kind, value := range map[string]string{"account": "zoe@exemple.fr", "place": "192.0.2.1"} {
		var counted int
		check(t, w.DB.Pool.QueryRow(ctx, `select count(*) from throttles where key like $1`, kind+":%").Scan(&counted))
		if counted != 1 {
			t.Fatalf("%d counters of kind %s", counted, kind)
		}
		sum := sha256.Sum256([]byte(kind + "\x00" + value))
		former := w.Vault.FormerDigest("throttle-"+kind, value)
		for name, guess := range map[string][]byte{"no key": sum[:16], "the master key": former[:16]} {
			var found int
			check(t, w.DB.Pool.QueryRow(ctx, `select count(*) from throttles where key = $1`, kind+":"+hex.EncodeToString(guess)).Scan(&found))
			if found != 0 {
				t.Errorf("%s names %s with %s", kind, value, name)
			}
		}
	}
}
