package vault_test

import (
	"bytes"
	"testing"

	"socialdirect/internal/vault"
)

func TestR3_WhatATokenSealedNeedsTheTokenAndTheIndexKey(t *testing.T) {
	t.Parallel()
	key := bytes.Repeat([]byte{7}, vault.KeySize)
	own, err := vault.Open(nil, key, key)
	if err != nil {
		t.Fatal(err)
	}
	other, err := vault.Open(nil, key, bytes.Repeat([]byte{8}, vault.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := own.SealByToken("token", "sign-up", []byte("zoe@exemple.fr"))
	if err != nil || bytes.Contains(sealed, []byte("zoe")) {
		t.Fatalf("%q, %v", sealed, err)
	}
	if plain, err := own.UnsealByToken("token", "sign-up", sealed); err != nil || string(plain) != "zoe@exemple.fr" {
		t.Errorf("%q, %v", plain, err)
	}
	for name, open := range map[string]func() ([]byte, error){
		"another token": func() ([]byte, error) { return own.UnsealByToken("token2", "sign-up", sealed) },
		"another about": func() ([]byte, error) { return own.UnsealByToken("token", "other", sealed) },
		"another key":   func() ([]byte, error) { return other.UnsealByToken("token", "sign-up", sealed) },
	} {
		if plain, err := open(); err == nil {
			t.Errorf("%s opens it: %q", name, plain)
		}
	}
}
