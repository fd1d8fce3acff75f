package archtest

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// writtenTable matches the table that a statement inserts into, updates, deletes from or
// locks.
var writtenTable = regexp.MustCompile(`(?is)(?:insert\s+into|delete\s+from|update|lock\s+table|truncate)\s+(?:only\s+)?([a-z_]+)`)

// writers returns the packages of product code that write each table.
func writers(sources []source) map[string][]string {
	by := map[string][]string{}
	for _, src := range sources {
		if ofTests(src.path) {
			continue
		}
		for _, text := range src.texts {
			for _, match := range writtenTable.FindAllStringSubmatch(text, -1) {
				table := strings.ToLower(match[1])
				if owners[table] != "" && !slices.Contains(by[table], path.Dir(src.path)) {
					by[table] = append(by[table], path.Dir(src.path))
				}
			}
		}
	}
	return by
}

// sharedTables reports tables that more than one package writes.
func sharedTables(sources []source) (broken []string) {
	by := writers(sources)
	for _, table := range slices.Sorted(maps.Keys(by)) {
		if len(by[table]) > 1 {
			broken = append(broken, fmt.Sprintf("the table %s is written by %s: one package keeps its rules, the others call a function of it", table, strings.Join(by[table], " and ")))
		}
	}
	return broken
}

func TestATableIsWrittenByOnePackageAlone(t *testing.T) {
	t.Parallel()
	sources := readTree(t)
	for _, broken := range sharedTables(sources) {
		t.Error(broken)
	}
	if written := writers(sources); len(written["appointments"]) != 1 || len(written) < 60 {
		t.Errorf("found %d tables that are written, appointments by %v", len(written), written["appointments"])
	}
	store := func(folder, statement string) source {
		return made(t, folder+"/store.go", "package p\n\nconst s = `"+statement+"`\n")
	}
	for _, statement := range []string{
		"insert into openings (id) values ($1)", "update openings set a = 1", "delete from only openings", "lock table only openings in share mode",
		"with gone as (delete from\n\topenings where true returning id) select 1",
	} {
		found := sharedTables([]source{store("booking/agenda", statement), store("booking/worker", statement), store("booking/search", "select 1 from openings for update")})
		if len(found) != 1 || !strings.Contains(found[0], "openings is written by booking/agenda and booking/worker") {
			t.Errorf("%s: %q", statement, found)
		}
	}
}
