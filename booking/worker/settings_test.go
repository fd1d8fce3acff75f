package worker

import (
	"fmt"
	"slices"
	"testing"

	"socialdirect/booking/slot"
	"socialdirect/internal/dbtest"
	"socialdirect/internal/postgres"
)

// The table's constraints are the bounds that the form shows, and every number of the table
// is a setting.
func TestR41_TheNumbersOfTheSettingsHaveTheirBoundsInTheTable(t *testing.T) {
	t.Parallel()
	db, err := postgres.Open(t.Context(), dbtest.New(t), 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	rows, err := postgres.All[struct{ Name, Def string }](t.Context(), db.Pool, `
		select a.attname::text as name, coalesce(pg_get_constraintdef(c.oid), '') as def
		from pg_attribute a left join pg_constraint c on c.conrelid = a.attrelid and c.contype = 'c' and c.conkey = array[a.attnum]
		where a.attrelid = 'social_workers'::regclass and a.atttypid = 'smallint'::regtype order by 1`)
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]string{}
	for _, row := range rows {
		there[row.Name] = row.Def
		if !slices.ContainsFunc(Numbers, func(n Number) bool { return n.Column == row.Name }) {
			t.Errorf("column %s has no setting", row.Name)
		}
	}
	for _, n := range Numbers {
		least := n.Least
		if n.Optional {
			least = 0
		}
		if want := fmt.Sprintf("CHECK (((%[1]s >= %[2]d) AND (%[1]s <= %[3]d)))", n.Column, least, n.Most); there[n.Column] != want {
			t.Errorf("%s has the constraint %q, want %q", n.Column, there[n.Column], want)
		}
	}
}

// Formatting a number and parsing it returns the same number; a number outside of its bounds
// is refused.
func TestR41_ANumberOfTheSettingsIsParsedAsItIsFormatted(t *testing.T) {
	t.Parallel()
	for i, n := range Numbers {
		t.Run(n.Column, func(t *testing.T) {
			for _, value := range []int{n.Least, n.Most} {
				s := Settings{HolidayRegion: slot.NoRegion, HorizonWeeks: maxWeeks}
				n.Set(&s, value)
				if read, ok := n.Parse(n.Text(n.Of(s))); !ok || read != value || s.Check() != nil && n.Column != "horizon_weeks" {
					t.Errorf("%d is parsed as %d, %v", value, read, ok)
				}
				for _, other := range Numbers[:i] {
					if other.of(&s) == n.of(&s) {
						t.Errorf("%s and %s are the same setting", n.Column, other.Column)
					}
				}
			}
			wrong := []string{fmt.Sprint(n.Most + 1), "-1", "dix", "1.5"}
			if n.Optional {
				if value, ok := n.Parse(""); !ok || value != 0 || n.Text(0) != "" {
					t.Errorf("an empty field is parsed as %d, %v", value, ok)
				}
			} else {
				wrong = append(wrong, "", fmt.Sprint(n.Least-1))
			}
			for _, text := range wrong {
				if _, ok := n.Parse(text); ok {
					t.Errorf("%q is accepted", text)
				}
			}
		})
	}
}
