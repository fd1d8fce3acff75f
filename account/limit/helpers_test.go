package limit_test

import (
	"context"
	"testing"
	"time"

	"socialdirect/account/limit"
	"socialdirect/internal/dbtest"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
)

// world is limits on a database of their own, under a clock that the test sets.
type world struct {
	*limit.Service
	db    *postgres.DB
	vault *vault.Vault
	now   time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{now: time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)}
	db, err := postgres.Open(context.Background(), dbtest.New(t), 4)
	must(t, err)
	t.Cleanup(db.Close)
	w.db = db.At(func() time.Time { return w.now })
	w.vault, err = vault.Open(w.db, []byte("0123456789abcdef0123456789abcdef"), []byte("fedcba9876543210fedcba9876543210"))
	must(t, err)
	w.Service = limit.New(w.db, w.vault)
	return w
}

// mayMail reports whether one more mail of a kind may be sent to an address.
func (w *world) mayMail(t *testing.T, kind limit.MailKind, email string) bool {
	t.Helper()
	allowed, err := w.MayMail(context.Background(), limit.MailRequest{Kind: kind, Email: email})
	must(t, err)
	return allowed
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
