package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// names are where a package's constants and functions are declared, to find out what a cookie
// is called.
type names struct {
	constants map[string]ast.Expr
	functions map[string]*ast.FuncDecl
}

// readNames parses a package without its tests.
func readNames(t *testing.T, folder string) (names, []*ast.File) {
	t.Helper()
	own := names{map[string]ast.Expr{}, map[string]*ast.FuncDecl{}}
	paths, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
		own.declare(file)
	}
	return own, files
}

func (n names) declare(file *ast.File) {
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok {
			n.functions[f.Name.Name] = f
			continue
		}
		for _, spec := range decl.(*ast.GenDecl).Specs {
			if value, ok := spec.(*ast.ValueSpec); ok && len(value.Values) == len(value.Names) {
				for i, name := range value.Names {
					n.constants[name.Name] = value.Values[i]
				}
			}
		}
	}
}

// called returns what an expression may be: the text of a constant, or what a function of the
// package returns. With HostCookie it is the name over TLS.
func (n names) called(e ast.Expr) (texts []string) {
	if text, ok := added(e); ok {
		return []string{strings.TrimSpace(text)}
	}
	switch e := e.(type) {
	case *ast.Ident:
		if value, known := n.constants[e.Name]; known {
			return n.called(value)
		}
	case *ast.CallExpr:
		if selector, ok := e.Fun.(*ast.SelectorExpr); ok && selector.Sel.Name == "HostCookie" {
			return prefixed(n.called(e.Args[0]))
		} else if ok && n.functions[selector.Sel.Name] != nil {
			return n.returned(n.functions[selector.Sel.Name])
		}
	}
	return texts
}

func prefixed(texts []string) (all []string) {
	for _, text := range texts {
		all = append(all, "__Host-"+text)
	}
	return all
}

func (n names) returned(f *ast.FuncDecl) (texts []string) {
	ast.Inspect(f.Body, func(node ast.Node) bool {
		if back, ok := node.(*ast.ReturnStmt); ok {
			for _, result := range back.Results {
				texts = append(texts, n.called(result)...)
			}
		}
		return true
	})
	return texts
}

// cookiesOf returns the names of the cookies that a package sets.
func cookiesOf(t *testing.T, folder string) (all []string) {
	t.Helper()
	own, files := readNames(t, folder)
	for _, file := range files {
		ast.Inspect(file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.CallExpr:
				if selector, ok := node.Fun.(*ast.SelectorExpr); ok && selector.Sel.Name == "HostCookie" {
					all = append(all, own.called(node)...)
				}
			case *ast.CompositeLit:
				all = append(all, own.literal(t, folder, node)...)
			}
			return true
		})
	}
	return all
}

// literal returns the names of an http.Cookie. A name that is a parameter is one of those that
// HostCookie makes.
func (n names) literal(t *testing.T, folder string, node *ast.CompositeLit) []string {
	t.Helper()
	selector, ok := node.Type.(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != "Cookie" {
		return nil
	}
	for _, element := range node.Elts {
		field, ok := element.(*ast.KeyValueExpr)
		if !ok || field.Key.(*ast.Ident).Name != "Name" {
			continue
		}
		if ident, ok := field.Value.(*ast.Ident); ok && n.constants[ident.Name] == nil {
			return nil
		}
		if found := n.called(field.Value); len(found) > 0 {
			return found
		}
	}
	t.Errorf("%s sets a cookie whose name this test cannot find: use a constant, or HostCookie", folder)
	return nil
}

// overTLS keeps the names that browsers see in production.
func overTLS(found []string) map[string]bool {
	all := map[string]bool{}
	for _, name := range found {
		if strings.HasPrefix(name, "__Host-") || strings.HasPrefix(name, "__Secure-") || !slices.ContainsFunc(found, func(other string) bool { return strings.HasSuffix(other, "-"+name) }) {
			all[name] = true
		}
	}
	return all
}

var (
	storing = regexp.MustCompile(`(?:local|session)Storage(?:\.\w+\(([^,)]*)|\[([^\]]*)\]|\b)`)
	hidden  = regexp.MustCompile(`indexedDB|document\.cookie|\bcaches\.|window\.name|serviceWorker`)
	keyed   = regexp.MustCompile("(?m)^const (\\w+) = [`\"]([^`\"$]*)")
)

// stored returns the beginnings of the keys under which a script stores something.
func stored(t *testing.T, path, script string) (keys []string) {
	t.Helper()
	if found := hidden.FindString(script); found != "" {
		t.Errorf("%s uses %s, which this test cannot compare with the page", path, found)
	}
	constants := map[string]string{}
	for _, match := range keyed.FindAllStringSubmatch(script, -1) {
		constants[match[1]] = match[2]
	}
	for _, match := range storing.FindAllStringSubmatch(script, -1) {
		key, known := constants[strings.TrimSpace(match[1]+match[2])]
		if !known || key == "" {
			t.Errorf("%s stores something under a key that this test cannot find: use a constant", path)
		}
		keys = append(keys, key)
	}
	return keys
}

func storageKeys(t *testing.T) (keys []string) {
	t.Helper()
	for _, path := range filesUnder(t, "web/static", ".js") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, stored(t, path, string(text))...)
	}
	return keys
}

// filesUnder returns the paths of the files of a folder with an extension.
func filesUnder(t *testing.T, folder, extension string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(root, folder), func(path string, _ os.DirEntry, err error) error {
		if strings.HasSuffix(path, extension) {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

var shownKey = regexp.MustCompile(`<span class="code">([^<]+)</span>`)

// The page names every cookie that the code sets and every key of the browser's storage, and
// no others.
func TestR34_ThePageOfCookiesNamesEachCookieAndEachStoredKey(t *testing.T) {
	t.Parallel()
	var found []string
	seen := map[string]bool{}
	for _, src := range readTree(t) {
		if folder := src.folder(); !ofTests(src.path) && (src.named["Cookie"] || src.named["HostCookie"]) && !seen[folder] {
			seen[folder] = true
			found = append(found, cookiesOf(t, folder)...)
		}
	}
	want := overTLS(found)
	for _, key := range storageKeys(t) {
		want[key+"…"] = true
	}
	if len(want) < 7 {
		t.Fatalf("only %d are found: %v", len(want), slices.Collect(maps.Keys(want)))
	}
	page, err := os.ReadFile(filepath.Join(root, "web/templates/public/cookies.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, match := range shownKey.FindAllStringSubmatch(string(page), -1) {
		if !want[match[1]] {
			t.Errorf("the page names %s, which nothing sets", match[1])
		}
		delete(want, match[1])
	}
	for name := range want {
		t.Errorf("the page does not name %s", name)
	}
}

// What the comparison finds, and what it refuses.
func TestCookiesAndKeysAreFoundHoweverTheyAreNamed(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\nconst c = \"one\"\nfunc (h *H) name() string { if h.s { return \"__Host-two\" }\nreturn \"two\" }\n", parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	own := names{map[string]ast.Expr{}, map[string]*ast.FuncDecl{}}
	own.declare(file)
	for expression, want := range map[string]string{"c": "one", "h.name()": "__Host-two two", `s.HostCookie("three")`: "__Host-three", "unknown": ""} {
		e, err := parser.ParseExpr(expression)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(own.called(e), " "); got != want {
			t.Errorf("%s is %q, want %q", expression, got, want)
		}
	}
	if got := overTLS([]string{"__Host-two", "two", "one"}); !got["__Host-two"] || got["two"] || !got["one"] {
		t.Errorf("over TLS: %v", got)
	}
	if keys := stored(t, "x.js", "const kept = `call:${location.pathname}`;\nlocalStorage.setItem(kept, 1);\nsessionStorage[kept];"); !slices.Equal(keys, []string{"call:", "call:"}) {
		t.Errorf("the keys are %q", keys)
	}
}
