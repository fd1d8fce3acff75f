package alphabet_test

import (
	"slices"
	"sync"
	"testing"

	"socialdirect/internal/alphabet"
	"socialdirect/internal/dbtest"
	"socialdirect/internal/postgres"
)

var names = []string{"Abel", "Edmond", "Élie", "Éloïse", "Emma", "Évrard", "Le Goff", "Œdipe", "Olive", "zola", "Zola", "Zoé"}

func TestNamesAreInTheOrderOfADictionary(t *testing.T) {
	t.Parallel()
	want := []string{"Abel", "Edmond", "Élie", "Éloïse", "Emma", "Évrard", "Le Goff", "Œdipe", "Olive", "Zoé", "zola", "Zola"}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				if got := slices.SortedFunc(slices.Values(names), alphabet.Compare); !slices.Equal(got, want) {
					t.Errorf("%q", got)
					return
				}
			}
		})
	}
	all.Wait()
}

func TestPostgreSQLHasTheSameOrder(t *testing.T) {
	t.Parallel()
	db, err := postgres.Open(t.Context(), dbtest.New(t), 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	rows, err := db.Pool.Query(t.Context(), `select n from unnest($1::text[]) n order by n`+postgres.French, names)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		got = append(got, name)
	}
	if want := slices.SortedFunc(slices.Values(names), alphabet.Compare); !slices.Equal(got, want) || rows.Err() != nil {
		t.Errorf("%q, want %q (%v)", got, want, rows.Err())
	}
}
