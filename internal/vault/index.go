package vault

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"

	"socialdirect/internal/postgres"
)

// The index key makes digests, by which values can be recognised without being stored. It is
// in a file of its own and must not change while the database exists: a new master key
// re-wraps the people's keys, but digests could not be made again.

// Digest returns the digest of a value that must only be recognised. It is the same for the
// same about and value; without the index key, the value can neither be computed nor guessed,
// however short it is (HMAC, RFC 2104, with a key derived by HKDF, RFC 5869).
func (v *Vault) Digest(about, value string) []byte { return digest(v.digests, about, value) }

// FormerDigest returns the digest with the master key, which was used before the index key,
// for digests that are still to be replaced.
func (v *Vault) FormerDigest(about, value string) []byte { return digest(v.former, about, value) }

func digest(key []byte, about, value string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(about + "\x00" + value))
	return mac.Sum(nil)
}

// CheckIndex fails with ErrIndexKey if the digests of this database were made with another
// index key. The first call records the index key, and returns true.
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
