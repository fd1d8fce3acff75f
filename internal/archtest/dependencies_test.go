package archtest

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// modules are the Go modules of the repository, by the folder of their go.mod.
var modules = []string{"", "internal/embedded/objectstore/", "tools/"}

var requirement = regexp.MustCompile(`(?m)^(?:require )?\s*([a-z0-9.-]+\.[a-z]+/\S+) v\S+( // indirect)?$`)

// required returns the modules that a go.mod names, with true for direct ones.
func required(text string) map[string]bool {
	all := map[string]bool{}
	for _, match := range requirement.FindAllStringSubmatch(text, -1) {
		all[match[1]] = match[2] == ""
	}
	return all
}

// moduleOf returns the module of an import, empty for the standard library and our own.
func moduleOf(imported string, known map[string]bool) string {
	for imported != "" {
		if _, ok := known[imported]; ok {
			return imported
		}
		imported = imported[:max(strings.LastIndex(imported, "/"), 0)]
	}
	return ""
}

// directModules returns the modules that our code imports, or that a go.mod requires directly
// or as a tool.
func directModules(t *testing.T) []string {
	t.Helper()
	direct := map[string]bool{}
	sources := readTree(t)
	for _, folder := range modules {
		text := readText(t, folder+"go.mod")
		known := required(text)
		for module, isDirect := range known {
			if isDirect {
				direct[module] = true
			}
		}
		for _, match := range regexp.MustCompile(`(?m)^(?:tool |\t)([^(\s]\S*)$`).FindAllStringSubmatch(text, -1) {
			direct[moduleOf(match[1], known)] = true
		}
		for _, src := range sources {
			if folder == "" && strings.HasPrefix(src.path, modules[1]) || !strings.HasPrefix(src.path, folder) {
				continue
			}
			for _, imported := range src.imports {
				if module := moduleOf(imported, known); module != "" {
					direct[module] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(direct))
}

func npmPackages(t *testing.T) []string {
	t.Helper()
	var manifest struct{ Dependencies, DevDependencies map[string]string }
	if err := json.Unmarshal([]byte(readText(t, "e2e/package.json")), &manifest); err != nil {
		t.Fatal(err)
	}
	if len(manifest.Dependencies) > 0 {
		t.Errorf("e2e/package.json ships %v; nothing from npm is shipped", manifest.Dependencies)
	}
	return slices.Sorted(maps.Keys(manifest.DevDependencies))
}

// explained returns the first cells of the page's tables, except that of vendored files.
func explained(text string) []string {
	var names []string
	for _, match := range regexp.MustCompile("(?m)^\\| `([^`]+[^/`])` \\| \\S").FindAllStringSubmatch(text, -1) {
		names = append(names, match[1])
	}
	return names
}

func TestEveryDependencyHasItsReason(t *testing.T) {
	t.Parallel()
	there := append(directModules(t), npmPackages(t)...)
	lines := explained(readText(t, "docs/dependencies.md"))
	for _, name := range there {
		if !slices.Contains(lines, name) {
			t.Errorf("docs/dependencies.md does not say why %s is needed", name)
		}
	}
	for _, name := range lines {
		if !slices.Contains(there, name) {
			t.Errorf("docs/dependencies.md has a line about %s, which nothing uses", name)
		}
	}
}

func TestRequirementsOfAModuleAreRead(t *testing.T) {
	t.Parallel()
	got := required("module x\n\nrequire example.org/one v1.2.3\n\nrequire (\n\texample.org/two/v2 v2.0.0 // indirect\n)\n")
	if len(got) != 2 || !got["example.org/one"] || got["example.org/two/v2"] {
		t.Errorf("read %v", got)
	}
	if got := moduleOf("example.org/one/deep/er", got); got != "example.org/one" {
		t.Errorf("the import comes from %q", got)
	}
}
