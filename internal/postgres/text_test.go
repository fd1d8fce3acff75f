package postgres_test

import (
	"testing"

	"socialdirect/internal/dbtest"
	"socialdirect/internal/postgres"

	"pgregory.net/rapid"
)

func TestAnEscapedTextMatchesItselfAlone(t *testing.T) {
	t.Parallel()
	db, err := postgres.Open(t.Context(), dbtest.New(t), 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	text := rapid.StringOfN(rapid.RuneFrom([]rune(`a%_\`)), 0, 6, -1)
	rapid.Check(t, func(rt *rapid.T) {
		pattern, other := text.Draw(rt, "pattern"), text.Draw(rt, "other")
		var itself, matches bool
		err := db.Pool.QueryRow(t.Context(), `select $1::text like $2, $3::text like $2`, pattern, postgres.EscapeLike(pattern), other).Scan(&itself, &matches)
		if err != nil || !itself || matches != (pattern == other) {
			rt.Fatalf("%q as a pattern matches itself: %v, %q: %v (%v)", pattern, itself, other, matches, err)
		}
	})
}
