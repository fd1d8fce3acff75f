package worker

import (
	"fmt"
	"slices"
	"testing"

	"socialdirect/booking/slot"
	"socialdirect/internal/dbtest"
	"socialdirect/internal/postgres"
)

// The table's constraints are the bounds that people are told, and every number of the
// table is a setting.
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
			t.Errorf("%s is no setting", row.Name)
		}
	}
	for _, n := range Numbers {
		least := n.Least
		if n.Optional {
			least = 0
		}
		if want := fmt.Sprintf("CHECK (((%[1]s >= %[2]d) AND (%[1]s <= %[3]d)))", n.Column, least, n.Most); there[n.Column] != want {
			t.Errorf("%s is held by %q, want %q", n.Column, there[n.Column], want)
		}
	}
}

// A number is kept as it is typed, and nothing outside of its bounds is.
func TestR41_ANumberOfTheSettingsIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	for i, n := range Numbers {
		t.Run(n.Column, func(t *testing.T) {
			for _, value := range []int{n.Least, n.Most} {
				s := Settings{HolidayRegion: slot.NoRegion, HorizonWeeks: maxWeeks}
				n.Set(&s, value)
				if read, ok := n.Parse(n.Text(n.Of(s))); !ok || read != value || s.Check() != nil && n.Column != "horizon_weeks" {
					t.Errorf("%d is read as %d, %v", value, read, ok)
				}
				for _, other := range Numbers[:i] {
					if other.of(&s) == n.of(&s) {
						t.Errorf("%s is %s", n.Column, other.Column)
					}
				}
			}
			wrong := []string{fmt.Sprint(n.Most + 1), "-1", "dix", "1.5"}
			if n.Optional {
				if value, ok := n.Parse(""); !ok || value != 0 || n.Text(0) != "" {
					t.Errorf("nothing is read as %d, %v", value, ok)
				}
			} else {
				wrong = append(wrong, "", fmt.Sprint(n.Least-1))
			}
			for _, text := range wrong {
				if _, ok := n.Parse(text); ok {
					t.Errorf("%q is taken", text)
				}
			}
		})
	}
}
