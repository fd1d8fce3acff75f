// Package vault has one key per person, and seals with it everything about that person that
// must not be readable in the database or in the object store. Destroying the key is the
// erasure: what it sealed, backups included, can never be read again (R29, R36).
//
// A person's key is 32 random bytes, sealed with the platform's master key and stored in the
// table person_keys. It is never stored in clear and never cached beyond a call, so that a
// destruction takes effect at once on every instance. Sealed data is bound to its purpose, its
// person and a context such as "message/ID": moved to another row or person, it cannot be
// opened.
package vault

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Errors that callers distinguish; any other is a failure of a component.
var (
	// ErrDestroyed means that the person's key was destroyed, and with it all that it sealed.
	ErrDestroyed = errors.New("vault: the person's key was destroyed")
	// ErrNoKey means that the person never had a key.
	ErrNoKey = errors.New("vault: the person has no key")
	// ErrIndexKey means that the stored digests were made with another index key.
	ErrIndexKey = errors.New("vault: the index key is not the one that made the digests of this database")
	// ErrMasterKey means that a person's key cannot be opened with this master key.
	ErrMasterKey = errors.New("vault: the master key is not the one that sealed the people's keys")
	// ErrNotAuthentic means that sealed data was altered or truncated, or belongs elsewhere.
	ErrNotAuthentic = errors.New("vault: sealed data is not authentic")
)

// KeySize is the length of the master key in bytes.
const KeySize = 32

// version is the first byte of all sealed data.
const version = 1

// Purposes separate the uses of a key; each begins the associated data.
const (
	purposePerson = "person-key"
	purposeText   = "text"
	purposeStream = "stream"
	purposeDigest = "digest"

	purposeArchiveKey = "archive-key"
	purposeArchived   = "archived"
)

// Vault seals and opens data. It is safe for concurrent use.
type Vault struct {
	db      *postgres.DB
	master  cipher.AEAD
	digests []byte // key of Digest
	former  []byte // key of FormerDigest
}

// Open returns a vault that seals people's keys with master and makes digests with index,
// KeySize bytes each.
func Open(db *postgres.DB, master, index []byte) (*Vault, error) {
	if len(master) != KeySize || len(index) != KeySize {
		return nil, fmt.Errorf("vault: the master key and the index key have %d and %d bytes, not %d each", len(master), len(index), KeySize)
	}
	aead, err := newAEAD(master)
	if err != nil {
		return nil, err
	}
	digests, err := hkdf.Key(sha256.New, index, nil, purposeDigest, KeySize)
	if err != nil {
		return nil, err
	}
	former, err := hkdf.Key(sha256.New, master, nil, purposeDigest, KeySize)
	if err != nil {
		return nil, err
	}
	return &Vault{db: db, master: aead, digests: digests, former: former}, nil
}

// Check opens one of the people's keys, and fails with ErrMasterKey if the master key does not
// fit. It succeeds if there are none.
func (v *Vault) Check(ctx context.Context) error {
	var person uuid.UUID
	err := v.db.Pool.QueryRow(ctx, `select person_id from person_keys where sealed_key is not null limit 1`).Scan(&person)
	if postgres.NoRows(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	_, err = v.personal(ctx, v.db.Pool, person)
	return err
}

// Create creates the person's key. It fails if the person has, or ever had, one.
func (v *Vault) Create(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	key := make([]byte, KeySize)
	rand.Read(key)
	defer clear(key)
	sealed := seal(v.master, associated(purposePerson, person, ""), key)
	_, err := tx.Exec(ctx, `insert into person_keys (person_id, sealed_key, created_at) values ($1, $2, $3)`, person, sealed, tx.Now)
	if err != nil {
		return fmt.Errorf("vault: create key: %w", err)
	}
	return nil
}

// Destroy deletes the person's key. Doing it twice is harmless.
func (v *Vault) Destroy(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	tag, err := tx.Exec(ctx, `update person_keys set sealed_key = null, destroyed_at = coalesce(destroyed_at, $2) where person_id = $1`, person, tx.Now)
	if err != nil {
		return fmt.Errorf("vault: destroy key: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return ErrNoKey
	}
	return nil
}

// Seal encrypts a text (up to a few megabytes) with the person's key. about is the context to
// which it is bound; opening requires the same.
func (v *Vault) Seal(ctx context.Context, q postgres.Querier, person uuid.UUID, about string, plain []byte) ([]byte, error) {
	key, err := v.Key(ctx, q, person)
	if err != nil {
		return nil, err
	}
	return key.Seal(about, plain), nil
}

// Unseal decrypts what Seal sealed for the same person and about.
func (v *Vault) Unseal(ctx context.Context, q postgres.Querier, person uuid.UUID, about string, sealed []byte) ([]byte, error) {
	key, err := v.Key(ctx, q, person)
	if err != nil {
		return nil, err
	}
	return key.Unseal(about, sealed)
}

// Key is one person's decrypted key, for an act that seals or opens several texts. It must not
// outlive the act, because a destruction does not affect it.
type Key struct {
	person uuid.UUID
	aead   cipher.AEAD
}

// Key returns the person's decrypted key.
func (v *Vault) Key(ctx context.Context, q postgres.Querier, person uuid.UUID) (*Key, error) {
	aead, err := v.personal(ctx, q, person)
	if err != nil {
		return nil, err
	}
	return &Key{person: person, aead: aead}, nil
}

// Seal is Vault.Seal with this key.
func (k *Key) Seal(about string, plain []byte) []byte {
	return seal(k.aead, associated(purposeText, k.person, about), plain)
}

// Unseal is Vault.Unseal with this key.
func (k *Key) Unseal(about string, sealed []byte) ([]byte, error) {
	return unseal(k.aead, associated(purposeText, k.person, about), sealed)
}

// personal reads and decrypts the person's key.
func (v *Vault) personal(ctx context.Context, q postgres.Querier, person uuid.UUID) (cipher.AEAD, error) {
	var sealed []byte
	err := q.QueryRow(ctx, `select sealed_key from person_keys where person_id = $1`, person).Scan(&sealed)
	switch {
	case postgres.NoRows(err):
		return nil, ErrNoKey
	case err != nil:
		return nil, fmt.Errorf("vault: read key: %w", err)
	case sealed == nil:
		return nil, ErrDestroyed
	}
	key, err := unseal(v.master, associated(purposePerson, person, ""), sealed)
	if err != nil {
		return nil, ErrMasterKey
	}
	defer clear(key)
	return newAEAD(key)
}

// newAEAD returns AES-256-GCM that prepends a random nonce to what it seals.
func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// associated returns the associated data that binds a sealed text to its place. It is
// unambiguous, since purposes contain no NUL and an identifier has 16 bytes.
func associated(purpose string, person uuid.UUID, about string) []byte {
	data := append([]byte{version}, purpose...)
	data = append(data, 0)
	data = append(data, person[:]...)
	return append(data, about...)
}

func seal(aead cipher.AEAD, associated, plain []byte) []byte {
	return aead.Seal([]byte{version}, nil, plain, associated)
}

func unseal(aead cipher.AEAD, associated, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != version {
		return nil, ErrNotAuthentic
	}
	plain, err := aead.Open(nil, nil, sealed[1:], associated)
	if err != nil {
		return nil, ErrNotAuthentic
	}
	return plain, nil
}
