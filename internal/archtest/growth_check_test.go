package archtest

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// release makes the test record the current steps of the schema as released, after which they
// must not change.
var release = flag.Bool("release", false, "note the steps of the schema as released")

const (
	stepsFolder = "internal/postgres/migrations/"
	// releasedSteps lists the steps of the last release with their hashes, in the format of
	// sha256sum. It is empty until the first release.
	releasedSteps = stepsFolder + "released"
)

// Released steps must not change, and later ones must only expand the schema.
func TestMigrationsOnlyGrowFromTheFirstReleaseOn(t *testing.T) {
	t.Parallel()
	released := readText(t, releasedSteps)
	paths, err := filepath.Glob(root + "/" + stepsFolder + "*.sql")
	if err != nil || paths == nil {
		t.Fatalf("no migrations: %v", err)
	}
	sums, texts := "", map[string]string{}
	for _, path := range paths { // in order
		name := filepath.Base(path)
		texts[name] = readText(t, stepsFolder+name)
		sums += line(name, texts[name])
	}
	for _, broken := range ungrown(t, released, texts) {
		t.Error(broken)
	}
	if released == "" && tagged() && !*release {
		t.Errorf("there is a release, and %s does not have its steps: go test ./internal/archtest -run MigrationsOnlyGrow -release", releasedSteps)
	}
	if *release && !t.Failed() {
		if err := os.WriteFile(root+"/"+releasedSteps, []byte(sums), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func line(name, text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:]) + "  " + name + "\n"
}

// tagged reports whether there is a release; without the git history it is unknown.
func tagged() bool {
	tags, err := exec.Command("git", "-C", root, "tag").Output()
	return err == nil && len(tags) > 0
}

// ungrown reports the broken rules of steps, some of which are released.
func ungrown(t *testing.T, released string, texts map[string]string) (broken []string) {
	t.Helper()
	if released == "" {
		return nil // before the first release, steps may change freely
	}
	last := ""
	for kept := range strings.Lines(released) {
		_, name, _ := strings.Cut(strings.TrimSpace(kept), "  ")
		last = max(last, name)
		if text, there := texts[name]; !there || line(name, text) != kept {
			broken = append(broken, name+" is part of a release and was changed: databases have taken it as it was, add another step")
		}
	}
	var after []migration
	for name, text := range texts {
		if strings.Contains(released, "  "+name+"\n") {
			continue
		}
		if name < last {
			broken = append(broken, name+" comes before what is released: number it after "+last)
		}
		step, err := parse(name, text)
		if err != nil {
			t.Fatal(err)
		}
		after = append(after, step)
	}
	slices.SortFunc(after, func(a, b migration) int { return strings.Compare(a.name, b.name) })
	return append(broken, shrinks(after)...)
}

const inside, outside = "-- +goose Up\n", "-- +goose NO TRANSACTION\n-- +goose Up\n"

func TestStepsThatBlockOthersOrRemoveAreFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, reason string }{
		{inside + "drop table places;", "drops something (OBJECT_TABLE)"},
		{inside + "drop function manages(uuid, uuid);", "drops something (OBJECT_FUNCTION)"},
		{inside + "alter table places drop column access;", "drops access"},
		{inside + "-- Contract: no\nalter table places drop column access;", "drops access"},
		{inside + "alter table places drop constraint places_name_check;", "drops places_name_check"},
		{inside + "alter table places alter access drop default;", "drops the default of access"},
		{inside + "-- Contract: nothing has read it since version 2.1\nalter table places rename to sites;", "renames"},
		{inside + "alter table places rename access to way;", "renames"},
		{inside + "alter type mood rename value 'a' to 'b';", "renames"},
		{inside + "alter table places alter access set not null;", "sets access not null"},
		{inside + "alter table places add constraint c check (access is not null) not valid;\nalter table places alter access set not null;", "sets access not null"},
		{inside + "-- Contract: nothing has read it since version 2.1\nalter table places alter position type bigint;", "changes the type of position"},
		{inside + "alter table places add floor int not null;", "without a default"},
		{inside + "alter table places add made timestamptz default clock_timestamp();", "default that is worked out"},
		{inside + "alter table places add floor int check (floor > 0);", "adds floor with what is checked"},
		{inside + "alter table places add worker uuid references accounts;", "adds worker with what is checked"},
		{inside + "alter table places add n serial;", "adds n with what is checked"},
		{inside + "alter table places add n int generated always as (position + 1) stored;", "adds n with what is checked"},
		{inside + "alter table places add constraint c check (position > 0);", "adds the constraint c, for which every row is read"},
		{inside + "alter table places add constraint c foreign key (id) references accounts;", "adds the constraint c, for which every row is read"},
		{inside + "alter table places add constraint c unique (name);", "builds its index while all wait"},
		{inside + "alter table absences add constraint c exclude using gist (period with &&);", "cannot be built beside those who write"},
		{inside + "alter table places validate constraint c;", "validates a constraint in a transaction"},
		{inside + "alter table places set unlogged;", "AT_SetUnLogged, of which nothing says"},
		{inside + "create index i on places (name);", "builds an index in a transaction"},
		{inside + "create index concurrently i on places (name);", "builds an index in a transaction"},
		{outside + "create index i on places (name);", "outside of a transaction"},
		{outside + "create index concurrently i on places (name);", "half built"},
		{outside + "drop index concurrently if exists i;\ncreate index concurrently if not exists i on places (name);", "half built"},
		{outside + "drop index i;", "outside of a transaction"},
		{outside + "alter table places add floor int;", "outside of a transaction"},
		{inside + "drop index i;", "drops an index in a transaction"},
		{inside + "update places set access = '';", "changes rows"},
		{inside + "delete from places;", "changes rows"},
		{inside + "insert into places select * from places;", "copies rows"},
		{inside + "truncate places;", "TruncateStmt, of which nothing says"},
		{inside + "lock table places;", "LockStmt, of which nothing says"},
		{inside + "set lock_timeout = 0;", "VariableSetStmt, of which nothing says"},
		{inside + "-- +goose StatementBegin\ndo $$ begin drop table places; end $$;\n-- +goose StatementEnd", "DoStmt, of which nothing says"},
		{inside + "create table sites ();\n-- +goose Down\ndrop table sites;", "has a way down"},
	} {
		t.Run(c.text, func(t *testing.T) {
			step, err := parse("00200_made_up.sql", c.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(shrinks([]migration{step}), "\n"); !strings.Contains(got, c.reason) {
				t.Errorf("it is broken for %q, want %q", got, c.reason)
			}
		})
	}
}

func TestExpandingStepsAreAllowed(t *testing.T) {
	t.Parallel()
	var steps []migration
	for i, text := range []string{
		inside + "create table sites (id uuid primary key, place uuid references places);\ncreate unique index sites_place_key on sites (place);\nalter table sites add check (id is not null);",
		inside + "alter table places add floor int, add lift boolean not null default false, add ways text[] not null default '{}'::text[];\nalter table places alter floor set default 0, alter access drop not null;",
		inside + "alter table places add constraint places_floor_set check (floor is not null) not valid;\nalter table places add constraint f foreign key (floor) references sites not valid;",
		outside + "alter table places validate constraint places_floor_set;",
		inside + "alter table places alter floor set not null;",
		outside + "drop index concurrently if exists places_name_key;\ncreate unique index concurrently places_name_key on places (name);",
		inside + "alter table places add constraint places_name_key unique using index places_name_key;",
		inside + "create or replace function f() returns int language sql as $$ select 1 $$;\ninsert into reasons (slug, label, position) values ('a', 'b', 9);",
		inside + "-- Contract: nothing has read or written it since version 2.1.\nalter table places drop column access;\ndrop table sites;",
	} {
		step, err := parse(fmt.Sprintf("%05d_grow.sql", 200+i), text)
		if err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	for _, broken := range shrinks(steps) {
		t.Error(broken)
	}
}

func TestReleasedStepsMustNotChange(t *testing.T) {
	t.Parallel()
	const first, second = "00101_a.sql", "00102_b.sql"
	a, drop := inside+"create table a ();", inside+"drop table a;"
	for _, c := range []struct {
		name, released string
		texts          map[string]string
		reason         string
	}{
		{"nothing is released", "", map[string]string{first: drop}, ""},
		{"as it was", line(first, a), map[string]string{first: a}, ""},
		{"changed", line(first, a), map[string]string{first: a + " "}, first + " is part of a release and was changed"},
		{"gone", line(first, a) + line(second, a), map[string]string{first: a}, second + " is part of a release and was changed"},
		{"before", line(second, a), map[string]string{second: a, first: a}, first + " comes before what is released"},
		{"after", line(first, a), map[string]string{first: a, second: drop}, second + " drops something"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := strings.Join(ungrown(t, c.released, c.texts), "\n")
			if got == "" && c.reason != "" || !strings.Contains(got, c.reason) || c.reason == "" && got != "" {
				t.Errorf("broken for %q, want %q", got, c.reason)
			}
		})
	}
}
