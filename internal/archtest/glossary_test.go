package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const glossary = "docs/glossary.md"

// everywhere matches names with the same meaning in every package, which need no line.
var everywhere = regexp.MustCompile(`^(HTTP|Service|API|Row)$|.(HTTP|Page|Row|Config)$|^(Notice|Read|Returned|Text)Worker$`)

// glossed returns the types in the glossary's cells, and the words of pages in its first
// table.
func glossed(text string) (types, words []string) {
	for _, line := range regexp.MustCompile(`(?m)^\| (.+) \|$`).FindAllStringSubmatch(text, -1) {
		cells := strings.Split(line[1], " | ")
		if len(cells) == 3 && cells[0] != "on screen" {
			words = append(words, strings.Split(cells[0], ", ")...)
		}
		for _, cell := range cells[:len(cells)-1] {
			for _, name := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(cell, -1) {
				types = append(types, name[1])
			}
		}
	}
	return types, words
}

// exportedTypes returns the exported types of a Go file.
func exportedTypes(text string) (names []string, err error) {
	file, err := parser.ParseFile(token.NewFileSet(), "", text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, decl := range file.Decls {
		general, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range general.Specs {
			if of, ok := spec.(*ast.TypeSpec); ok && of.Name.IsExported() {
				names = append(names, of.Name.Name)
			}
		}
	}
	return names, nil
}

// domainTypes returns the exported types of the domains, each with the first file that
// declares it.
func domainTypes(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, src := range readTree(t) {
		if domains[topFolder(src.path)] == nil || ofTests(src.path) {
			continue
		}
		names, err := exportedTypes(readText(t, src.path))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if all[name] == "" {
				all[name] = src.path
			}
		}
	}
	return all
}

func TestTheGlossaryNamesEveryTypeOfTheDomainsAndNoOther(t *testing.T) {
	t.Parallel()
	named, _ := glossed(readText(t, glossary))
	there := domainTypes(t)
	if len(there) == 0 {
		t.Fatal("the domains have no types")
	}
	for name, file := range there {
		if !everywhere.MatchString(name) && !slices.Contains(named, name) {
			t.Errorf("%s declares %s, which %s does not explain: give it a line there", file, name, glossary)
		}
	}
	for i, name := range named {
		if there[name] == "" {
			t.Errorf("%s explains %s, which no domain declares", glossary, name)
		}
		if slices.Contains(named[:i], name) {
			t.Errorf("%s explains %s twice", glossary, name)
		}
	}
}

// Every page word of the glossary must appear in a template or in a text of the domains.
func TestTheWordsOfTheGlossaryAppearOnPages(t *testing.T) {
	t.Parallel()
	_, words := glossed(readText(t, glossary))
	if len(words) < 20 {
		t.Fatalf("only %d words", len(words))
	}
	var read strings.Builder
	err := filepath.WalkDir(root+"/web/templates", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(file)
		read.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, src := range readTree(t) {
		if domains[topFolder(src.path)] != nil && !ofTests(src.path) || path.Dir(src.path) == "web" {
			read.WriteString(strings.Join(src.texts, "\n"))
		}
	}
	screen := strings.ToLower(strings.NewReplacer("\u00a0", " ", "&nbsp;", " ").Replace(read.String()))
	for _, word := range words {
		if !strings.Contains(screen, strings.ToLower(word)) {
			t.Errorf("%s says that pages say %q, and none does", glossary, word)
		}
	}
}

func TestAGlossaryIsRead(t *testing.T) {
	t.Parallel()
	types, words := glossed("| on screen | in code | what |\n|---|---|---|\n| plage, semaine | `Opening`, `Week` | when; not `This` |\n\n| in code | what |\n|---|---|\n| `Draft` | a message |\n")
	if !slices.Equal(types, []string{"Opening", "Week", "Draft"}) || !slices.Equal(words, []string{"plage", "semaine"}) {
		t.Errorf("%q, %q", types, words)
	}
	names, err := exportedTypes("package p\n\ntype (\n\tA int\n\tb int\n)\n\ntype C = A\n\nfunc D() {}\n")
	if err != nil || !slices.Equal(names, []string{"A", "C"}) {
		t.Errorf("%q, %v", names, err)
	}
}
