package vault

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// ErrNotArchived means that the person has no archive, or that it was destroyed.
var ErrNotArchived = errors.New("vault: the person has no archive")

// Archive seals what must outlive the person's own key (R35) with a new key of the archive's
// own. A person can be archived once. DestroyArchive makes the archive unreadable, backups
// included.
func (v *Vault) Archive(ctx context.Context, tx postgres.Tx, person uuid.UUID, about string, plain []byte) ([]byte, error) {
	key := make([]byte, KeySize)
	rand.Read(key)
	defer clear(key)
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	sealed := seal(v.master, associated(purposeArchiveKey, person, ""), key)
	_, err = tx.Exec(ctx, `insert into archive_keys (person_id, sealed_key, created_at) values ($1, $2, $3)`, person, sealed, tx.Now)
	if err != nil {
		return nil, fmt.Errorf("vault: create archive key: %w", err)
	}
	return seal(aead, associated(purposeArchived, person, about), plain), nil
}

// SealInArchive seals more with the key of a person's archive. It fails with ErrNotArchived if
// there is none.
func (v *Vault) SealInArchive(ctx context.Context, q postgres.Querier, person uuid.UUID, about string, plain []byte) ([]byte, error) {
	aead, err := v.archive(ctx, q, person)
	if err != nil {
		return nil, err
	}
	return seal(aead, associated(purposeArchived, person, about), plain), nil
}

// OpenArchive opens what Archive or SealInArchive sealed for the same person and about. It fails with
// ErrNotArchived if there is no key.
func (v *Vault) OpenArchive(ctx context.Context, q postgres.Querier, person uuid.UUID, about string, sealed []byte) ([]byte, error) {
	aead, err := v.archive(ctx, q, person)
	if err != nil {
		return nil, err
	}
	return unseal(aead, associated(purposeArchived, person, about), sealed)
}

// archive returns the key of a person's archive.
func (v *Vault) archive(ctx context.Context, q postgres.Querier, person uuid.UUID) (cipher.AEAD, error) {
	var sealedKey []byte
	err := q.QueryRow(ctx, `select sealed_key from archive_keys where person_id = $1 and sealed_key is not null`, person).Scan(&sealedKey)
	if postgres.NoRows(err) {
		return nil, ErrNotArchived
	}
	if err != nil {
		return nil, fmt.Errorf("vault: read archive key: %w", err)
	}
	key, err := unseal(v.master, associated(purposeArchiveKey, person, ""), sealedKey)
	if err != nil {
		return nil, ErrMasterKey
	}
	defer clear(key)
	return newAEAD(key)
}

// DestroyArchive deletes the archive's key. Doing it twice is harmless.
func (v *Vault) DestroyArchive(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	_, err := tx.Exec(ctx, `update archive_keys set sealed_key = null, destroyed_at = coalesce(destroyed_at, $2) where person_id = $1`, person, tx.Now)
	if err != nil {
		return fmt.Errorf("vault: destroy archive key: %w", err)
	}
	return nil
}
