package vault_test

import (
	"errors"
	"testing"

	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"

	"github.com/google/uuid"
)

func TestR35_AnArchiveOutlivesThePersonsKeyUntilItsOwnIsDestroyed(t *testing.T) {
	t.Parallel()
	v, db := openVault(t)
	ctx, zoe, paul := t.Context(), uuid.New(), uuid.New()
	var sealed []byte
	inTx := func(act func(postgres.Tx) error) {
		t.Helper()
		if err := db.InTx(ctx, act); err != nil {
			t.Fatal(err)
		}
	}
	inTx(func(tx postgres.Tx) (err error) {
		if err = v.Create(ctx, tx, zoe); err == nil {
			sealed, err = v.Archive(ctx, tx, zoe, "identity", []byte("Zoé Vidal"))
		}
		return errors.Join(err, v.Destroy(ctx, tx, zoe))
	})
	if plain, err := v.OpenArchive(ctx, db.Pool, zoe, "identity", sealed); err != nil || string(plain) != "Zoé Vidal" {
		t.Errorf("opened %q, %v", plain, err)
	}
	if _, err := v.OpenArchive(ctx, db.Pool, zoe, "another", sealed); !errors.Is(err, vault.ErrNotAuthentic) {
		t.Errorf("under another name: %v", err)
	}
	if _, err := v.OpenArchive(ctx, db.Pool, paul, "identity", sealed); !errors.Is(err, vault.ErrNotArchived) {
		t.Errorf("as somebody else's: %v", err)
	}
	if err := db.InTx(ctx, func(tx postgres.Tx) error { _, err := v.Archive(ctx, tx, zoe, "identity", nil); return err }); err == nil {
		t.Error("archived twice")
	}
	inTx(func(tx postgres.Tx) error {
		return errors.Join(v.DestroyArchive(ctx, tx, zoe), v.DestroyArchive(ctx, tx, zoe))
	})
	if _, err := v.OpenArchive(ctx, db.Pool, zoe, "identity", sealed); !errors.Is(err, vault.ErrNotArchived) {
		t.Errorf("after its end: %v", err)
	}
}
