package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func readText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(path.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	quotedPath = regexp.MustCompile("`([a-z0-9_]+(?:/[a-z0-9_.]+)+/?)(?::([A-Za-z.]+))?`")
	quotedFile = regexp.MustCompile("`((?:compose|Dockerfile|Makefile)[a-z.]*)`")
)

// Every file that docs/ name must exist, and so must every declaration that a walkthrough
// names.
func TestDocsNameWhatExists(t *testing.T) {
	t.Parallel()
	for _, doc := range append(decisions(t), "docs/architecture.md", "docs/deploy.md", "docs/dependencies.md", "SECURITY.md", "CONTRIBUTING.md") {
		text := readText(t, doc)
		named := quotedPath.FindAllStringSubmatch(text, -1)
		for _, match := range named {
			if missing := look(match[1], match[2]); missing != "" {
				t.Errorf("%s names %s: %s", doc, match[0], missing)
			}
		}
		for _, match := range quotedFile.FindAllStringSubmatch(text, -1) {
			if missing := look(match[1], ""); missing != "" {
				t.Errorf("%s names %s: %s", doc, match[0], missing)
			}
		}
		if len(named) == 0 && !strings.HasPrefix(doc, "docs/decisions/") {
			t.Errorf("%s names no file", doc)
		}
	}
}

// decisions are the files of docs/decisions/, in order.
func decisions(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(path.Join(root, "docs/decisions/*.md"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no decisions: %v", err)
	}
	for i, file := range files {
		files[i] = "docs/decisions/" + filepath.Base(file)
	}
	return files
}

// Each decision has its number, is half a page, says what was not done and what it
// costs, and is linked from the architecture under its own title.
func TestDecisionsAreNumberedShortAndLinked(t *testing.T) {
	t.Parallel()
	architecture := readText(t, "docs/architecture.md")
	for i, file := range decisions(t) {
		text := readText(t, file)
		first, _, _ := strings.Cut(text, "\n")
		title, numbered := strings.CutPrefix(first, fmt.Sprintf("# %d. ", i+1))
		if !numbered || !strings.HasPrefix(path.Base(file), fmt.Sprintf("%04d-", i+1)) {
			t.Errorf("%s: decision %d begins with %q", file, i+1, first)
		}
		if !strings.Contains(architecture, fmt.Sprintf("\n%d. [%s](decisions/%s)\n", i+1, title, path.Base(file))) {
			t.Errorf("docs/architecture.md does not link %s as %q", file, title)
		}
		if words := len(strings.Fields(text)); words > 350 {
			t.Errorf("%s has %d words: half a page is enough", file, words)
		}
		for _, asked := range []string{"**Question.**", "**Decision.**", "**Why", "**What it costs.**"} {
			if !strings.Contains(text, asked) {
				t.Errorf("%s does not have %s", file, asked)
			}
		}
	}
}

func TestAWalkthroughOfMissingCodeIsFound(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{{"booking/nowhere.go", ""}, {"booking/book.go", "Service.Nothing"}, {"booking/book.go", "Book"}, {"nowhere/", ""}} {
		if look(c[0], c[1]) == "" {
			t.Errorf("%s:%s is said to exist", c[0], c[1])
		}
	}
	if missing := look("booking/book.go", "Service.Book"); missing != "" {
		t.Error(missing)
	}
}

// look reports what is missing: the file, or the name declared in it.
func look(file, name string) string {
	if strings.HasPrefix(file, "net/") || strings.HasPrefix(file, "deploy/secrets/") {
		return "" // of the standard library; created by the operator
	}
	if _, err := os.Stat(path.Join(root, file)); err != nil {
		return "there is no such file"
	}
	if name == "" {
		return ""
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), path.Join(root, file), nil, parser.SkipObjectResolution)
	if err != nil {
		return err.Error()
	}
	for _, decl := range parsed.Decls {
		if declares(decl, name) {
			return ""
		}
	}
	return "the file declares no such thing"
}

func declares(decl ast.Decl, name string) bool {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		return receiver(d)+d.Name.Name == name
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			if t, ok := spec.(*ast.TypeSpec); ok && t.Name.Name == name {
				return true
			}
		}
	}
	return false
}

// receiver returns a method's type with a dot after it, empty for a function.
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	of := f.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	if generic, ok := of.(*ast.IndexExpr); ok {
		of = generic.X
	}
	if ident, ok := of.(*ast.Ident); ok {
		return ident.Name + "."
	}
	return ""
}
