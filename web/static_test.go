package web

import (
	"regexp"
	"strings"
	"testing"
)

// Modules are cached for good, like files that pages name: each import has a version, and a
// changed module changes the version of all that import it.
func TestModulesImportEachOtherByVersion(t *testing.T) {
	t.Parallel()
	s, err := newStatic()
	if err != nil {
		t.Fatal(err)
	}
	imports := regexp.MustCompile(`(?m)^(?:import|export)\b.*from "\./([^"]+)"`)
	count := 0
	for name, file := range s.files {
		folder, _, within := strings.Cut(name, "/")
		for _, line := range imports.FindAllStringSubmatch(string(file.plain), -1) {
			target, version, _ := strings.Cut(line[1], "?v=")
			if within {
				target = folder + "/" + target
			}
			if version == "" || s.files[target].version != version {
				t.Errorf("%s imports %s, whose version is %s", name, line[1], s.files[target].version)
			}
			count++
		}
	}
	if count == 0 {
		t.Error("no module imports another")
	}
}

func TestModulesThatImportEachOtherAreRefused(t *testing.T) {
	t.Parallel()
	s := &Static{files: map[string]staticFile{}}
	_, err := s.versioned([]byte("import { Week } from \"./week.js\";\n"), "agenda", []string{"agenda/main.js", "agenda/week.js"})
	if err == nil || !strings.Contains(err.Error(), "agenda/week.js, agenda/week.js") {
		t.Errorf("a cycle of imports: %v", err)
	}
	if _, err := s.versioned([]byte("import { Nobody } from \"./nobody.js\";\n"), "agenda", nil); err == nil {
		t.Error("the import of a missing file is served")
	}
}
