package archtest

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// parted are the packages of the domains that are more than one, with those of the same
// domain that each may import: one way, so that each can be read without those above it.
var parted = map[string][]string{
	"account/limit":     {},
	"account/passwords": {},
	"account/people":    {"account/limit"},
	"account/pages":     {"account/people", "account/passwords"},
	"account/smscode":   {"account/people", "account/limit"},
	"account/outbox":    {"account/smscode", "account/people", "account/limit"},
	"account/session":   {"account/outbox", "account/smscode", "account/pages", "account/people", "account/limit", "account/passwords"},
	"account/factor":    {"account/session", "account/outbox", "account/smscode", "account/pages", "account/people", "account/limit", "account/passwords"},
	"account/lookup":    {"account/outbox", "account/people", "account/limit"},
	"account/signup":    {"account/lookup", "account/session", "account/outbox", "account/smscode", "account/pages", "account/people", "account/limit", "account/passwords"},
	"account/report":    {"account/people"},
	"account":           {"account/report", "account/signup", "account/lookup", "account/factor", "account/session", "account/outbox", "account/smscode", "account/pages", "account/people", "account/limit", "account/passwords"},

	"company/figures": {},
	"company/apikey":  {},
	"company/poster":  {},
	"company":         {"company/figures", "company/apikey", "company/poster"},
	"company/api":     {"company", "company/figures", "company/apikey"},

	"booking/slot":        {},
	"booking/appointment": {"booking/slot"},
	"booking/reason":      {},
	"booking/viewlimit":   {"booking/slot"},
	"booking/worker":      {"booking/reason", "booking/viewlimit", "booking/appointment", "booking/slot"},
	"booking/agenda":      {"booking/worker", "booking/appointment", "booking/slot"},
	"booking/calendar":    {"booking/agenda", "booking/worker", "booking/appointment", "booking/slot"},
	"booking/search":      {"booking/agenda", "booking/worker", "booking/reason", "booking/viewlimit", "booking/appointment", "booking/slot"},
	"booking/notify":      {"booking/calendar", "booking/appointment", "booking/slot"},
	"booking/rebooking":   {"booking/notify", "booking/agenda", "booking/worker", "booking/reason", "booking/appointment", "booking/slot"},
	"booking/waitlist":    {"booking/notify", "booking/search", "booking/agenda", "booking/worker", "booking/reason", "booking/viewlimit", "booking/appointment", "booking/slot"},
	"booking":             {"booking/waitlist", "booking/rebooking", "booking/notify", "booking/calendar", "booking/search", "booking/agenda", "booking/worker", "booking/reason", "booking/viewlimit", "booking/appointment", "booking/slot"},
	"booking/bulkcancel":  {"booking", "booking/rebooking", "booking/notify", "booking/agenda", "booking/worker", "booking/appointment", "booking/slot"},
}

// How large a package may be: what is larger says more than one thing.
const (
	mostLines = 3_000 // without tests
	mostFiles = 40
)

// checkRooms says what is wrong with the arrows between the packages of one domain.
func checkRooms(src source) (broken []string) {
	domain := house(src.path)
	if _, known := parted[domain]; !known || ofTests(src.path) {
		return nil
	}
	may, known := parted[src.folder()]
	if !known {
		return []string{fmt.Sprintf("%s: its package has no place among the packages of %s: say in parted whom it may import", src.path, domain)}
	}
	for _, imported := range src.imports {
		if house(imported) == domain && !slices.Contains(may, imported) {
			broken = append(broken, fmt.Sprintf("%s imports %s: %s may import %v alone, so that it is read without those above it", src.path, imported, src.folder(), may))
		}
	}
	return broken
}

func TestPackagesOfADomainImportOneWay(t *testing.T) {
	t.Parallel()
	for _, src := range readTree(t) {
		for _, broken := range checkRooms(src) {
			t.Error(broken)
		}
	}
	for room, may := range parted {
		for _, other := range may {
			if slices.Contains(parted[other], room) {
				t.Errorf("%s and %s may import each other", room, other)
			}
		}
	}
	for _, c := range []struct{ path, imported, reason string }{
		{"booking/slot/slot.go", "booking/worker", "read without those above it"},
		{"booking/agenda/agenda.go", "booking", "read without those above it"},
		{"booking/lobby/lobby.go", "booking", "no place among the packages of booking"},
		{"account/limit/quota.go", "account", "read without those above it"},
	} {
		src := made(t, c.path, "package p\n\nimport _ \""+module+c.imported+"\"\n")
		if broken := checkRooms(src); len(broken) != 1 || !strings.Contains(broken[0], c.reason) {
			t.Errorf("%s imports %s: %v", c.path, c.imported, broken)
		}
	}
}

// size is how large a package is.
type size struct{ lines, files int }

// tooLarge says which packages are larger than they may be.
func tooLarge(sizes map[string]size) (broken []string) {
	for _, folder := range slices.Sorted(maps.Keys(sizes)) {
		if s := sizes[folder]; s.lines > mostLines || s.files > mostFiles {
			broken = append(broken, fmt.Sprintf("%s has %d lines in %d files, and %d in %d are enough: what is larger says more than one thing, part it", folder, s.lines, s.files, mostLines, mostFiles))
		}
	}
	return broken
}

func TestNoPackageIsTooLarge(t *testing.T) {
	t.Parallel()
	sizes := map[string]size{}
	for _, src := range readTree(t) {
		if ofTests(src.path) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, src.path))
		if err != nil {
			t.Fatal(err)
		}
		s := sizes[path.Dir(src.path)]
		sizes[path.Dir(src.path)] = size{s.lines + strings.Count(string(text), "\n"), s.files + 1}
	}
	for _, broken := range tooLarge(sizes) {
		t.Error(broken)
	}
	wrong := tooLarge(map[string]size{"booking/slot": {3_001, 5}, "legal": {10, 41}, "web": {3_000, 40}})
	if len(wrong) != 2 || !strings.Contains(wrong[0], "booking/slot has 3001 lines") {
		t.Errorf("found %q", wrong)
	}
}
