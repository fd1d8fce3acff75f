package vault

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"

	"socialdirect/internal/postgres"
)

// The index key makes the digests by which a value is recognised that is not kept. It
// has a file of its own and stays the same for as long as the database does: the
// master key may be replaced by a new one, which re-wraps the people's keys, and the
// digests could not be made again.

// Digest is what may be kept of a value that shall only be recognised: the same
// for the same about and value, and without the index key neither read nor
// guessed, however short the value (HMAC, RFC 2104, under a key derived by HKDF,
// RFC 5869).
func (v *Vault) Digest(about, value string) []byte { return digest(v.digests, about, value) }

// FormerDigest is what Digest returned while digests were made with the master key,
// for those that are still to be made anew.
func (v *Vault) FormerDigest(about, value string) []byte { return digest(v.former, about, value) }

func digest(key []byte, about, value string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(about + "\x00" + value))
	return mac.Sum(nil)
}

// CheckIndex fails with ErrIndexKey when the digests of this database were made with
// another index key. The first time there is nothing to compare with: first is true,
// and from then on this is the key.
func (v *Vault) CheckIndex(ctx context.Context, tx postgres.Tx) (first bool, err error) {
	own := v.Digest("index key", "")
	made, err := tx.Exec(ctx, `insert into index_key (digest, since) values ($1, $2) on conflict do nothing`, own, tx.Now)
	if err != nil {
		return false, fmt.Errorf("vault: index key: %w", err)
	}
	var kept []byte
	if err := tx.QueryRow(ctx, `select digest from index_key`).Scan(&kept); err != nil {
		return false, fmt.Errorf("vault: index key: %w", err)
	}
	if !hmac.Equal(kept, own) {
		return false, ErrIndexKey
	}
	return made.RowsAffected() == 1, nil
}
