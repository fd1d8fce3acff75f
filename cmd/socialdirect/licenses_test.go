package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var refresh = flag.Bool("refresh", false, "write licenses.txt anew")

// part is a third-party part of the program.
type part struct {
	name    string
	root    string   // root folder
	folders []string // folders that are used
}

var licenceFile = regexp.MustCompile(`(?i)^(un)?(licen[cs]e|copying|notice|patents)([-._].*)?$`)

// parts returns the modules in the program, including Go itself, and the vendored parts of
// this repository.
func parts() ([]part, error) {
	list := exec.Command("go", "list", "-deps", "-f", `{{if .Standard}}Go's standard library	{{.Root}}	{{.Root}}{{else}}{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}	{{.Dir}}	{{$.Dir}}{{end}}{{end}}{{end}}`, ".")
	list.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := list.Output()
	if err != nil {
		return nil, err
	}
	found := map[string]part{
		"Atkinson Hyperlegible (web/static/fonts, internal/pdf/fonts)": {root: "../../web/static/fonts"},
		"Lucide (web/icons)": {root: "../../web/icons"},
		"SecLists, leaked passwords (account/passwords/leaked)":              {root: "../../account/passwords/leaked"},
		"Unicode CLDR, names of Windows time zones (internal/calendar/cldr)": {root: "../../internal/calendar/cldr"},
	}
	for line := range strings.Lines(string(out)) {
		if fields := strings.Split(strings.TrimSpace(line), "\t"); len(fields) == 3 {
			p := found[fields[0]]
			p.root = fields[1]
			p.folders = append(p.folders, fields[2])
			found[fields[0]] = p
		}
	}
	var all []part
	for _, name := range slices.Sorted(maps.Keys(found)) {
		p := found[name]
		p.name = name
		all = append(all, p)
	}
	return all, nil
}

// texts returns the licences of a part: those of its root and of the folders that are used,
// with all folders above. It fails if there is none.
func (p part) texts() (texts []string, err error) {
	looked := map[string]bool{}
	for _, folder := range append(p.folders, p.root) {
		for ; !looked[folder] && strings.HasPrefix(folder, p.root); folder = filepath.Dir(folder) {
			looked[folder] = true
		}
	}
	for _, folder := range slices.Sorted(maps.Keys(looked)) {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			if entry.IsDir() || !licenceFile.MatchString(entry.Name()) || strings.HasSuffix(entry.Name(), ".go") {
				continue
			}
			text, err := os.ReadFile(filepath.Join(folder, entry.Name()))
			if err != nil {
				return nil, err
			}
			texts = append(texts, tidy(string(text)))
		}
	}
	if texts == nil {
		return nil, fmt.Errorf("%s has no licence in it: it cannot be part of the program", p.name)
	}
	return texts, nil
}

// tidy returns a text with normalised line ends.
func tidy(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " \t\f")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// gather returns the content of licenses.txt: each text once, under all parts to which it
// applies.
func gather(all []part) (string, error) {
	var order []string
	whose := map[string][]string{}
	for _, p := range all {
		texts, err := p.texts()
		if err != nil {
			return "", err
		}
		for _, text := range texts {
			if whose[text] == nil {
				order = append(order, text)
			}
			if !slices.Contains(whose[text], p.name) {
				whose[text] = append(whose[text], p.name)
			}
		}
	}
	var b strings.Builder
	b.WriteString("What others wrote and this program holds, and under which licences.\n")
	for _, text := range order {
		fmt.Fprintf(&b, "\n%s\n\n%s\n\n%s\n", strings.Repeat("=", 80), strings.Join(whose[text], "\n"), text)
	}
	return b.String(), nil
}

func TestTheLicencesAreThoseOfTheModulesInTheProgram(t *testing.T) {
	all, err := parts()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Logf("%s", exit.Stderr)
		}
		t.Fatal(err)
	}
	now, err := gather(all)
	if err != nil {
		t.Fatal(err)
	}
	if *refresh {
		if err := os.WriteFile("licenses.txt", []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if now != licenses {
		t.Error("licenses.txt is not what the modules hold: go test ./cmd/socialdirect -run Licences -refresh")
	}
	for _, holder := range []string{"Go's standard library", "github.com/jackc/pgx/v5 v", "Lucide", "Atkinson Hyperlegible"} {
		if !strings.Contains(licenses, "\n"+holder) {
			t.Errorf("nothing is said of %s", holder)
		}
	}
}

func TestAModuleWithoutALicenceIsRefused(t *testing.T) {
	t.Parallel()
	module := part{name: "example.org/module v1.0.0", root: t.TempDir()}
	used := filepath.Join(module.root, "inner", "used")
	module.folders = []string{used}
	if err := os.MkdirAll(used, 0o700); err != nil {
		t.Fatal(err)
	}
	if text, err := gather([]part{module}); err == nil || !strings.Contains(err.Error(), "has no licence") {
		t.Errorf("%q, %v", text, err)
	}
	for path, text := range map[string]string{"inner/LICENSE.md": "of the inner folder", "NOTICE": "a notice\r\n", "license.go": "package p"} {
		t.Run(path, func(t *testing.T) {
			if err := os.WriteFile(filepath.Join(module.root, path), []byte(text), fs.ModePerm); err != nil {
				t.Fatal(err)
			}
		})
	}
	text, err := gather([]part{module})
	if err != nil || !strings.Contains(text, "of the inner folder") || !strings.Contains(text, "\na notice\n") || strings.Contains(text, "package p") {
		t.Errorf("%q, %v", text, err)
	}
}
