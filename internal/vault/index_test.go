package vault_test

import (
	"bytes"
	"errors"
	"testing"

	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
)

func openWith(t *testing.T, db *postgres.DB, master, index []byte) *vault.Vault {
	t.Helper()
	v, err := vault.Open(db, master, index)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestR7_DigestsDependOnTheIndexKeyAlone(t *testing.T) {
	t.Parallel()
	db, index := openDB(t), randomKey()
	v := openWith(t, db, randomKey(), index)
	digest := v.Digest("email", "zoe@exemple.fr")
	if len(digest) != 32 || !bytes.Equal(digest, v.Digest("email", "zoe@exemple.fr")) {
		t.Errorf("it is not recognised: %x", digest)
	}
	if rotated := openWith(t, db, randomKey(), index); !bytes.Equal(digest, rotated.Digest("email", "zoe@exemple.fr")) {
		t.Error("another master key makes another digest")
	}
	for name, differs := range map[string][]byte{
		"another value": v.Digest("email", "zoe@exemple.re"), "another purpose": v.Digest("mobile", "zoe@exemple.fr"),
		"another cut": v.Digest("ema", "il\x00zoe@exemple.fr"), "another key": openWith(t, db, randomKey(), randomKey()).Digest("email", "zoe@exemple.fr"),
	} {
		t.Run(name, func(t *testing.T) {
			if bytes.Equal(digest, differs) {
				t.Errorf("%s gives the same", name)
			}
		})
	}
}

func TestR7_AChangedIndexKeyIsRefused(t *testing.T) {
	t.Parallel()
	db, index := openDB(t), randomKey()
	v := openWith(t, db, randomKey(), index)
	check := func(v *vault.Vault) (first bool, err error) {
		err = db.InTx(t.Context(), func(tx postgres.Tx) error {
			first, err = v.CheckIndex(t.Context(), tx)
			return err
		})
		return first, err
	}
	for i, want := range []bool{true, false, false} {
		if first, err := check(v); err != nil || first != want {
			t.Errorf("check %d: first %t, %v", i, first, err)
		}
	}
	if _, err := check(openWith(t, db, randomKey(), randomKey())); !errors.Is(err, vault.ErrIndexKey) {
		t.Errorf("another index key: %v", err)
	}
	if _, err := check(openWith(t, db, randomKey(), index)); err != nil {
		t.Errorf("the same index key beside a new master key: %v", err)
	}
}
