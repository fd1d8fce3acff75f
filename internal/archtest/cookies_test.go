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

// names are a package's constants, to find out what a cookie is called.
type names struct{ constants map[string]ast.Expr }

// readNames parses a package without its tests.
func readNames(t *testing.T, folder string) (names, []*ast.File) {
	t.Helper()
	own := names{map[string]ast.Expr{}}
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
		general, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range general.Specs {
			if value, ok := spec.(*ast.ValueSpec); ok && len(value.Values) == len(value.Names) {
				for i, name := range value.Names {
					n.constants[name.Name] = value.Values[i]
				}
			}
		}
	}
}

// called returns the text of a constant, empty for anything else.
func (n names) called(e ast.Expr) string {
	if text, ok := added(e); ok {
		return strings.TrimSpace(text)
	}
	if ident, ok := e.(*ast.Ident); ok && n.constants[ident.Name] != nil {
		return n.called(n.constants[ident.Name])
	}
	return ""
}

// cookiesOf returns the names, over TLS, of the cookies that a package sets with web.Cookies.
func cookiesOf(t *testing.T, folder string) (all []string) {
	t.Helper()
	own, files := readNames(t, folder)
	for _, file := range files {
		ast.Inspect(file, func(node ast.Node) bool {
			if call, ok := node.(*ast.CallExpr); ok && setsCookie(call) != "" {
				name := own.called(call.Args[1])
				if name == "" {
					t.Errorf("%s sets a cookie whose name this test cannot find: use a constant", folder)
				}
				all = append(all, setsCookie(call)+name)
			}
			return true
		})
	}
	return all
}

// setsCookie returns how the name of a cookie begins over TLS that a call of Cookies.Set sets,
// whatever holds the Cookies; empty for any other call.
func setsCookie(call *ast.CallExpr) string {
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || method.Sel.Name != "Set" || len(call.Args) != 4 {
		return ""
	}
	of, prefix := method.X, "__Host-"
	if within, ok := of.(*ast.CallExpr); ok { // Cookies.Within(path)
		narrowed, ok := within.Fun.(*ast.SelectorExpr)
		if !ok || narrowed.Sel.Name != "Within" {
			return ""
		}
		of, prefix = narrowed.X, "__Secure-"
	}
	if holder, ok := of.(*ast.SelectorExpr); ok && strings.EqualFold(holder.Sel.Name, "cookies") {
		return prefix
	}
	return ""
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
	want, seen := map[string]bool{}, map[string]bool{}
	for _, src := range readTree(t) {
		folder := src.folder()
		if ofTests(src.path) || seen[folder] {
			continue
		}
		if src.named["SetCookie"] && folder != "web" {
			t.Errorf("%s sets a cookie by itself: web.Cookies does, so that each is safe and on the page", src.path)
		}
		if src.named["Cookies"] || src.named["cookies"] {
			seen[folder] = true
			for _, name := range cookiesOf(t, folder) {
				want[name] = true
			}
		}
	}
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
	file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\nconst c = \"one\"\n", parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	own := names{map[string]ast.Expr{}}
	own.declare(file)
	for expression, want := range map[string]string{"c": "one", `"two"`: "two", "unknown": "", "f()": ""} {
		e, err := parser.ParseExpr(expression)
		if err != nil {
			t.Fatal(err)
		}
		if got := own.called(e); got != want {
			t.Errorf("%s is %q, want %q", expression, got, want)
		}
	}
	for expression, want := range map[string]string{"r.Cookies.Set(w, c, v, 60)": "__Host-", "h.cookies.Set(w, c, v, 0)": "__Host-", "r.Cookies.Within(p).Set(w, c, v, 0)": "__Secure-", "h.Set(w, c, v, 0)": "", `w.Header().Set("a", "b")`: ""} {
		e, err := parser.ParseExpr(expression)
		if err != nil {
			t.Fatal(err)
		}
		if got := setsCookie(e.(*ast.CallExpr)); got != want {
			t.Errorf("%s sets a cookie %q…", expression, got)
		}
	}
	if keys := stored(t, "x.js", "const kept = `call:${location.pathname}`;\nlocalStorage.setItem(kept, 1);\nsessionStorage[kept];"); !slices.Equal(keys, []string{"call:", "call:"}) {
		t.Errorf("the keys are %q", keys)
	}
}
