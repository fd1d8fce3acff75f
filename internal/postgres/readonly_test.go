package postgres_test

import (
	"testing"

	"socialdirect/internal/dbtest"
	"socialdirect/internal/postgres"
)

func TestAnActThatWritesFailsInAReadOnlyContext(t *testing.T) {
	t.Parallel()
	db := open(t, dbtest.New(t))
	ctx := postgres.ReadOnly(t.Context())
	write := func(tx postgres.Tx) error {
		_, err := tx.Exec(ctx, `create table written (a int)`)
		return err
	}
	if err := db.InTx(ctx, write); err == nil {
		t.Error("a transaction wrote")
	}
	if err := db.InTurn(ctx, "turn", write); err == nil {
		t.Error("a transaction in its turn wrote")
	}
	if err := db.InTx(ctx, func(tx postgres.Tx) error { _, err := tx.Exec(ctx, `select 1`); return err }); err != nil {
		t.Errorf("a reading transaction: %v", err)
	}
	if err := db.InTx(t.Context(), write); err != nil {
		t.Errorf("outside of the context: %v", err)
	}
}
