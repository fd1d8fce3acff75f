package vault_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"testing"

	"socialdirect/internal/dbtest"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

func openDB(t *testing.T) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), dbtest.New(t), 4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

func randomKey() []byte {
	key := make([]byte, vault.KeySize)
	rand.Read(key)
	return key
}

func openVault(t *testing.T) (*vault.Vault, *postgres.DB) {
	t.Helper()
	db := openDB(t)
	v, err := vault.Open(db, randomKey(), randomKey())
	if err != nil {
		t.Fatal(err)
	}
	return v, db
}

func newPerson(t *testing.T, v *vault.Vault, db *postgres.DB) uuid.UUID {
	t.Helper()
	person := uuid.New()
	err := db.InTx(t.Context(), func(tx postgres.Tx) error { return v.Create(t.Context(), tx, person) })
	if err != nil {
		t.Fatal(err)
	}
	return person
}

func destroy(t *testing.T, v *vault.Vault, db *postgres.DB, person uuid.UUID) {
	t.Helper()
	err := db.InTx(t.Context(), func(tx postgres.Tx) error { return v.Destroy(t.Context(), tx, person) })
	if err != nil {
		t.Fatal(err)
	}
}

func TestR29_SealedTextOpensOnlyAtItsPlace(t *testing.T) {
	t.Parallel()
	v, db := openVault(t)
	ctx, one, other := t.Context(), newPerson(t, v, db), newPerson(t, v, db)
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		about := rapid.String().Draw(t, "about")
		sealed, err := v.Seal(ctx, db.Pool, one, about, plain)
		if err != nil {
			t.Fatal(err)
		}
		got, err := v.Unseal(ctx, db.Pool, one, about, sealed)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("got %x, %v", got, err)
		}
		if len(plain) > 4 && bytes.Contains(sealed, plain) {
			t.Fatal("the sealed data contains the text")
		}
		refuse(t, "another person", v, ctx, db, other, about, sealed)
		refuse(t, "another place", v, ctx, db, one, about+"x", sealed)
		altered := bytes.Clone(sealed)
		altered[rapid.IntRange(0, len(sealed)-1).Draw(t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
		refuse(t, "an altered byte", v, ctx, db, one, about, altered)
		cut := sealed[:rapid.IntRange(0, len(sealed)-1).Draw(t, "length")]
		refuse(t, "a cut end", v, ctx, db, one, about, cut)
	})
}

func refuse(t *rapid.T, what string, v *vault.Vault, ctx context.Context, db *postgres.DB, person uuid.UUID, about string, sealed []byte) {
	t.Helper()
	if got, err := v.Unseal(ctx, db.Pool, person, about, sealed); !errors.Is(err, vault.ErrNotAuthentic) || got != nil {
		t.Fatalf("%s: got %q, %v", what, got, err)
	}
}

func TestR29_SealingTwiceNeverLooksTheSame(t *testing.T) {
	t.Parallel()
	v, db := openVault(t)
	person := newPerson(t, v, db)
	key, err := v.Key(t.Context(), db.Pool, person)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(key.Seal("a", []byte("same")), key.Seal("a", []byte("same"))) {
		t.Fatal("equal texts have equal sealed data")
	}
}

func TestR36_ADestroyedKeyOpensNothing(t *testing.T) {
	t.Parallel()
	v, db := openVault(t)
	ctx, person, spared := t.Context(), newPerson(t, v, db), newPerson(t, v, db)
	text, err := v.Seal(ctx, db.Pool, person, "a", []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	stream := sealStream(t, v, db, person, "b", []byte("secret"))
	destroy(t, v, db, person)
	destroy(t, v, db, person)

	if _, err := v.Unseal(ctx, db.Pool, person, "a", text); !errors.Is(err, vault.ErrDestroyed) {
		t.Fatalf("text: %v", err)
	}
	if _, _, err := v.UnsealStreamAt(ctx, db.Pool, person, "b", bytes.NewReader(stream), int64(len(stream))); !errors.Is(err, vault.ErrDestroyed) {
		t.Fatalf("stream: %v", err)
	}
	if _, err := v.Seal(ctx, db.Pool, person, "a", nil); !errors.Is(err, vault.ErrDestroyed) {
		t.Fatalf("seal: %v", err)
	}
	if err := db.InTx(ctx, func(tx postgres.Tx) error { return v.Create(ctx, tx, person) }); err == nil {
		t.Fatal("a destroyed key was created again")
	}
	if _, err := v.Seal(ctx, db.Pool, spared, "a", nil); err != nil {
		t.Fatalf("somebody else's key: %v", err)
	}
}

func TestR29_WithoutAKeyNothingIsSealed(t *testing.T) {
	t.Parallel()
	v, db := openVault(t)
	if _, err := v.Seal(t.Context(), db.Pool, uuid.New(), "a", []byte("x")); !errors.Is(err, vault.ErrNoKey) {
		t.Fatal(err)
	}
	err := db.InTx(t.Context(), func(tx postgres.Tx) error { return v.Destroy(t.Context(), tx, uuid.New()) })
	if !errors.Is(err, vault.ErrNoKey) {
		t.Fatal(err)
	}
}

func TestR29_KeysAreStoredSealedWithTheMasterKey(t *testing.T) {
	t.Parallel()
	db, master := openDB(t), randomKey()
	v, err := vault.Open(db, master, randomKey())
	if err != nil {
		t.Fatal(err)
	}
	person := newPerson(t, v, db)
	if err := v.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	sealed, err := v.Seal(t.Context(), db.Pool, person, "a", []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := vault.Open(db, randomKey(), randomKey())
	if err != nil {
		t.Fatal(err)
	}
	if err := stranger.Check(t.Context()); !errors.Is(err, vault.ErrMasterKey) {
		t.Fatalf("check with another master key: %v", err)
	}
	if _, err := stranger.Unseal(t.Context(), db.Pool, person, "a", sealed); !errors.Is(err, vault.ErrMasterKey) {
		t.Fatalf("unseal with another master key: %v", err)
	}
	if _, err := vault.Open(db, master[1:], randomKey()); err == nil {
		t.Fatal("a short master key was accepted")
	}
	if _, err := vault.Open(db, master, randomKey()[1:]); err == nil {
		t.Fatal("a short index key was accepted")
	}
}

// The stored key must not be usable without the master key: 32 bytes of it at any offset, used
// as the key, open nothing.
func TestR29_KeysAreNeverStoredInClear(t *testing.T) {
	t.Parallel()
	v, db := openVault(t)
	person := newPerson(t, v, db)
	sealed, err := v.Seal(t.Context(), db.Pool, person, "a", []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	var stored []byte
	if err := db.Pool.QueryRow(t.Context(), `select sealed_key from person_keys where person_id = $1`, person).Scan(&stored); err != nil {
		t.Fatal(err)
	}
	for i := 0; i+vault.KeySize <= len(stored); i++ {
		if vault.Opens(stored[i:i+vault.KeySize], person, "a", sealed) {
			t.Fatalf("the key is in clear at byte %d", i)
		}
	}
}

func sealStream(t interface {
	Helper()
	Fatal(...any)
}, v *vault.Vault, db *postgres.DB, person uuid.UUID, about string, plain []byte) []byte {
	t.Helper()
	var sealed bytes.Buffer
	w, err := v.SealStream(context.Background(), db.Pool, person, about, &sealed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return sealed.Bytes()
}

func TestR29_StreamRangesEqualSlices(t *testing.T) {
	t.Parallel()
	v, db := openVault(t)
	ctx, person := t.Context(), newPerson(t, v, db)
	for _, size := range []int{0, 1, 64<<10 - 1, 64 << 10, 64<<10 + 1, 200_000} {
		plain := make([]byte, size)
		rand.Read(plain)
		sealed := sealStream(t, v, db, person, "d", plain)
		r, n, err := v.UnsealStreamAt(ctx, db.Pool, person, "d", bytes.NewReader(sealed), int64(len(sealed)))
		if err != nil || n != int64(size) {
			t.Fatalf("size %d: got %d, %v", size, n, err)
		}
		rapid.Check(t, func(t *rapid.T) {
			from := rapid.IntRange(0, size).Draw(t, "from")
			to := rapid.IntRange(from, size).Draw(t, "to")
			got, err := io.ReadAll(io.NewSectionReader(r, int64(from), int64(to-from)))
			if err != nil || !bytes.Equal(got, plain[from:to]) {
				t.Fatalf("bytes %d to %d: %d bytes, %v", from, to, len(got), err)
			}
		})
	}
}

func TestR29_AStreamOpensOnlyIfCompleteAndAtItsPlace(t *testing.T) {
	t.Parallel()
	v, db := openVault(t)
	ctx, person, other := t.Context(), newPerson(t, v, db), newPerson(t, v, db)
	plain := make([]byte, 150_000)
	rand.Read(plain)
	sealed := sealStream(t, v, db, person, "d", plain)
	open := func(person uuid.UUID, about string, sealed []byte) error {
		r, n, err := v.UnsealStreamAt(ctx, db.Pool, person, about, bytes.NewReader(sealed), int64(len(sealed)))
		if err != nil {
			return err
		}
		_, err = io.ReadAll(io.NewSectionReader(r, 0, n))
		return err
	}
	if err := open(person, "d", sealed); err != nil {
		t.Fatal(err)
	}
	if err := open(other, "d", sealed); !errors.Is(err, vault.ErrNotAuthentic) {
		t.Fatalf("another person: %v", err)
	}
	if err := open(person, "e", sealed); !errors.Is(err, vault.ErrNotAuthentic) {
		t.Fatalf("another place: %v", err)
	}
	rapid.Check(t, func(t *rapid.T) {
		cut := rapid.IntRange(0, len(sealed)-1).Draw(t, "length")
		if err := open(person, "d", sealed[:cut]); !errors.Is(err, vault.ErrNotAuthentic) {
			t.Fatalf("cut to %d: %v", cut, err)
		}
		altered := bytes.Clone(sealed)
		altered[rapid.IntRange(0, len(sealed)-1).Draw(t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
		if err := open(person, "d", altered); err == nil {
			t.Fatal("an altered stream was read to its end")
		}
	})
}

type broken struct{ io.ReaderAt }

var errBroken = errors.New("the store does not answer")

func (broken) ReadAt([]byte, int64) (int, error) { return 0, errBroken }

func TestR29_AStoreThatFailsIsNotAnAlteration(t *testing.T) {
	t.Parallel()
	v, db := openVault(t)
	person := newPerson(t, v, db)
	_, _, err := v.UnsealStreamAt(t.Context(), db.Pool, person, "d", broken{}, 1000)
	if !errors.Is(err, errBroken) || errors.Is(err, vault.ErrNotAuthentic) {
		t.Fatal(err)
	}
}

func TestR29_AnUnfinishedStreamDoesNotOpen(t *testing.T) {
	t.Parallel()
	v, db := openVault(t)
	person := newPerson(t, v, db)
	var sealed bytes.Buffer
	w, err := v.SealStream(t.Context(), db.Pool, person, "d", &sealed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(make([]byte, 100_000)); err != nil {
		t.Fatal(err)
	}
	_, _, err = v.UnsealStreamAt(t.Context(), db.Pool, person, "d", bytes.NewReader(sealed.Bytes()), int64(sealed.Len()))
	if !errors.Is(err, vault.ErrNotAuthentic) {
		t.Fatal(err)
	}
}
