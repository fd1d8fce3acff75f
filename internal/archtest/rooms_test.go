package archtest

import (
	"fmt"
	"go/ast"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// parted are the packages of domains with several packages, with those of the same domain that
// each may import. Imports go one way, so that each can be read without those above.
var parted = map[string][]string{
	"account/limit":         {},
	"account/interrupted":   {},
	"account/event":         {},
	"account/passwords":     {},
	"account/people":        {"account/limit"},
	"account/pages":         {"account/people", "account/passwords"},
	"account/smscode":       {"account/people", "account/limit"},
	"account/outbox":        {"account/smscode", "account/people", "account/limit"},
	"account/session":       {"account/event", "account/outbox", "account/smscode", "account/pages", "account/people", "account/limit", "account/passwords"},
	"account/factor":        {"account/event", "account/session", "account/outbox", "account/smscode", "account/pages", "account/people", "account/limit", "account/passwords"},
	"account/lookup":        {"account/pages", "account/outbox", "account/people", "account/limit"},
	"account/signup":        {"account/event", "account/lookup", "account/session", "account/outbox", "account/smscode", "account/pages", "account/people", "account/limit", "account/passwords"},
	"account/report":        {"account/people"},
	"account/decision":      {"account/signup", "account/session", "account/outbox", "account/pages", "account/people"},
	"account/age":           {"account/decision", "account/outbox", "account/pages", "account/people"},
	"account/passwordreset": {"account/event", "account/factor", "account/session", "account/outbox", "account/pages", "account/people", "account/limit", "account/passwords"},
	"account/profile":       {"account/age", "account/session", "account/outbox", "account/smscode", "account/pages", "account/people", "account/limit"},
	"account":               {"account/event", "account/interrupted", "account/passwordreset", "account/profile", "account/age", "account/decision", "account/report", "account/signup", "account/lookup", "account/factor", "account/session", "account/outbox", "account/smscode", "account/pages", "account/people", "account/limit", "account/passwords"},

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
	"booking/interpreter": {"booking/notify", "booking/appointment", "booking/slot"},
	"booking/rebooking":   {"booking/notify", "booking/agenda", "booking/worker", "booking/reason", "booking/appointment", "booking/slot"},
	"booking/waitlist":    {"booking/notify", "booking/search", "booking/agenda", "booking/worker", "booking/reason", "booking/viewlimit", "booking/appointment", "booking/slot"},
	"booking":             {"booking/waitlist", "booking/interpreter", "booking/rebooking", "booking/notify", "booking/calendar", "booking/search", "booking/agenda", "booking/worker", "booking/reason", "booking/viewlimit", "booking/appointment", "booking/slot"},
	"signaling/guest":     {},
	"signaling/awaited":   {},
	"signaling/filter":    {},
	"signaling":           {"signaling/guest", "signaling/awaited", "signaling/filter"},
	"signaling/echo":      {"signaling"},

	"booking/bulkcancel": {"booking", "booking/rebooking", "booking/notify", "booking/agenda", "booking/worker", "booking/appointment", "booking/slot"},
}

// Maximum sizes of a package and of a type: anything larger has more than one purpose.
const (
	mostLines   = 3_000 // without tests
	mostFiles   = 40
	mostMethods = 40
)

// checkRooms reports forbidden imports between packages of one domain.
func checkRooms(src source) (broken []string) {
	domain := topFolder(src.path)
	if _, known := parted[domain]; !known || ofTests(src.path) {
		return nil
	}
	may, known := parted[src.folder()]
	if !known {
		return []string{fmt.Sprintf("%s: its package has no place among the packages of %s: say in parted whom it may import", src.path, domain)}
	}
	for _, imported := range src.imports {
		if topFolder(imported) == domain && !slices.Contains(may, imported) {
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

// size is the size of a package.
type size struct{ lines, files int }

// tooLarge reports packages above the maximum size.
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

// tooManyMethods reports types with too many methods.
func tooManyMethods(sources []source) (broken []string) {
	count := map[string]int{}
	for _, src := range sources {
		for _, f := range src.funcs {
			if f.receiver != "" && !ofTests(src.path) {
				count[src.folder()+": "+f.receiver]++
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(count)) {
		if count[name] > mostMethods {
			broken = append(broken, fmt.Sprintf("%s has %d methods, and %d are enough: what has more does more than one thing, part it", name, count[name], mostMethods))
		}
	}
	return broken
}

func TestNoTypeHasTooManyMethods(t *testing.T) {
	t.Parallel()
	for _, broken := range tooManyMethods(readTree(t)) {
		t.Error(broken)
	}
	methods := func(folder, receiver string, n int) source {
		text := "package p\n"
		for i := range n {
			text += fmt.Sprintf("func (x %s) m%d() {}\n", receiver, i)
		}
		return made(t, folder+"/p.go", text)
	}
	wrong := tooManyMethods([]source{
		methods("booking/slot", "*Slot", 41), methods("booking/agenda", "Agenda", 40), methods("legal", "Text[T]", 41), methods("booking/bookingtest", "World", 90),
	})
	if len(wrong) != 2 || !strings.Contains(wrong[0], "booking/slot: Slot has 41 methods") || !strings.Contains(wrong[1], "legal: Text") {
		t.Errorf("found %q", wrong)
	}
}

// needless reports exported functions of domains, and exported methods of their services and
// pages, that no other package uses.
func needless(sources []source) (broken []string) {
	for _, src := range sources {
		if ofTests(src.path) || domains[topFolder(src.path)] == nil {
			continue
		}
		for _, f := range src.funcs {
			if ast.IsExported(f.name) && slices.Contains([]string{"", "Service", "HTTP"}, f.receiver) && !namedOutside(sources, src.folder(), f.name) {
				broken = append(broken, fmt.Sprintf("%s exports %s, which no other package names: do not export it", src.path, f.name))
			}
		}
	}
	return broken
}

func namedOutside(sources []source, folder, name string) bool {
	return slices.ContainsFunc(sources, func(src source) bool {
		return src.named[name] && (src.folder() != folder || src.outside)
	})
}

func TestNothingIsExportedThatNoOtherPackageUses(t *testing.T) {
	t.Parallel()
	for _, broken := range needless(readTree(t)) {
		t.Error(broken)
	}
	wrong := needless([]source{
		made(t, "booking/slot/slot.go", "package slot\nfunc Used() {}\nfunc Tested() {}\nfunc Unused() { Unused() }\nfunc (s *Service) Alone() { s.Alone() }\nfunc (r Row) Kind() {}\n"),
		made(t, "booking/agenda/agenda.go", "package agenda\nvar _ = slot.Used\n"),
		made(t, "booking/slot/slot_test.go", "package slot_test\nvar _ = slot.Tested\n"),
	})
	if len(wrong) != 2 || !strings.Contains(wrong[0], "exports Unused") || !strings.Contains(wrong[1], "exports Alone") {
		t.Errorf("found %q", wrong)
	}
}
