// Package archtest keeps the house as its plan says: who may import whom, whose
// SQL names which table, where the clock is read; and holds docs/ to what the
// code is. A failing test says the reason of the rule that was broken.
package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// root is the repository's folder, from this one.
const root = "../.."

// source is what the rules look at in one Go file.
type source struct {
	path    string   // from the root, with slashes
	imports []string // import paths; those of this module from its root
	texts   []string // string constants, those added together as one
	clock   []string // uses of the machine's clock, such as time.Now
	zones   int      // uses of time.LoadLocation
	days    int      // calendar days worked out of time.Now
	tests   []string // its test, fuzz and benchmark functions
	cheap   bool     // makes the hashes of passwords cheap
	funcs   []declared
	named   map[string]bool // what is named with a dot before it: names of other packages, methods, fields
	outside bool            // a test of the package from outside
}

// declared is a function or a method.
type declared struct{ receiver, name string }

const module = "socialdirect/"

func (s source) folder() string { return path.Dir(s.path) }

// house is the first element of a path: the room it is in.
func house(p string) string {
	first, _, _ := strings.Cut(p, "/")
	return first
}

// ofTests reports whether a path is code that only tests run: a test file, or a
// package made for tests.
func ofTests(p string) bool {
	if strings.HasSuffix(p, "_test.go") {
		return true
	}
	for element := range strings.SplitSeq(p, "/") {
		if strings.HasSuffix(element, "test") || element == "testdir" || element == "e2e" || element == "bench" {
			return true
		}
	}
	return false
}

// readTree reads every Go file of the repository, those of its other modules
// included.
func readTree(t *testing.T) []source {
	t.Helper()
	var sources []source
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			return skipped(file, entry.Name())
		case !strings.HasSuffix(file, ".go"):
			return nil
		}
		src, err := readFile(file)
		sources = append(sources, src)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

func skipped(file, name string) error {
	if file != root && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "bin" || name == "testdata" || name == "data") {
		return fs.SkipDir
	}
	return nil
}

func readFile(file string) (source, error) {
	name, err := filepath.Rel(root, file)
	if err != nil {
		return source{}, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return source{}, err
	}
	return parseSource(filepath.ToSlash(name), string(text))
}

func parseSource(name, text string) (source, error) {
	src := source{path: name, named: map[string]bool{}}
	file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
	if err != nil {
		return src, err
	}
	src.outside = strings.HasSuffix(file.Name.Name, "_test")
	for _, spec := range file.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		src.imports = append(src.imports, strings.TrimPrefix(imported, module))
	}
	for _, decl := range file.Decls {
		if general, ok := decl.(*ast.GenDecl); !ok || general.Tok != token.IMPORT {
			src.look(decl)
		}
	}
	return src, nil
}

// look collects what the rules ask about from one declaration.
func (s *source) look(decl ast.Decl) {
	if f, ok := decl.(*ast.FuncDecl); ok {
		s.funcs = append(s.funcs, declared{strings.TrimSuffix(receiver(f), "."), f.Name.Name})
		if f.Recv == nil && isTestName(f.Name.Name) && strings.HasSuffix(s.path, "_test.go") {
			s.tests = append(s.tests, f.Name.Name)
		}
	}
	ast.Inspect(decl, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if text, ok := added(n); ok {
				s.texts = append(s.texts, text)
				ast.Inspect(n, func(part ast.Node) bool { // what is added to the text may use a clock
					if used, ok := part.(*ast.SelectorExpr); ok {
						s.selector(used)
					}
					return true
				})
				return false
			}
		case *ast.BasicLit:
			if text, ok := added(n); ok {
				s.texts = append(s.texts, text)
			}
		case *ast.CallExpr:
			return !setsDeadline(n)
		case *ast.SelectorExpr:
			s.selector(n)
		}
		return true
	})
}

// selector notes what the rules ask of one use of a package or a value.
func (s *source) selector(n *ast.SelectorExpr) {
	s.named[n.Sel.Name] = true
	if isOfTime(n, "LoadLocation") {
		s.zones++
	}
	if isDayOfNow(n) {
		s.days++
	}
	if on, ok := n.X.(*ast.Ident); ok && on.Name == "passhash" && n.Sel.Name == "Cheapen" {
		s.cheap = true
	}
	if isOfTime(n, "Now", "Since", "Until") {
		s.clock = append(s.clock, "time."+n.Sel.Name)
	}
}

func isTestName(name string) bool {
	for _, prefix := range []string{"Test", "Fuzz", "Benchmark"} {
		if strings.HasPrefix(name, prefix) && name != "TestMain" {
			return true
		}
	}
	return false
}

// added is the text of string constants added together; what else is in the sum
// counts as a blank.
func added(n ast.Expr) (string, bool) {
	switch n := n.(type) {
	case *ast.BasicLit:
		if n.Kind != token.STRING {
			return "", false
		}
		text, err := strconv.Unquote(n.Value)
		return text, err == nil
	case *ast.BinaryExpr:
		if n.Op != token.ADD {
			return "", false
		}
		left, some := added(n.X)
		right, more := added(n.Y)
		return left + " " + right, some || more
	}
	return "", false
}

// isOfTime reports whether a selector is one of those names of package time.
func isOfTime(s *ast.SelectorExpr, names ...string) bool {
	on, ok := s.X.(*ast.Ident)
	return ok && on.Name == "time" && slices.Contains(names, s.Sel.Name)
}

// isDayOfNow reports whether a selector takes the machine's clock for a day or an hour,
// as time.Now().AddDate does, and not for the end of some patience.
func isDayOfNow(s *ast.SelectorExpr) bool {
	call, ok := s.X.(*ast.CallExpr)
	if !ok || !slices.Contains([]string{"AddDate", "In", "UTC", "Year", "Truncate", "Format"}, s.Sel.Name) {
		return false
	}
	now, ok := call.Fun.(*ast.SelectorExpr)
	return ok && isOfTime(now, "Now")
}

// setsDeadline reports whether a call gives a connection its deadline, which is
// by the machine's clock and no other.
func setsDeadline(call *ast.CallExpr) bool {
	f, ok := call.Fun.(*ast.SelectorExpr)
	return ok && (f.Sel.Name == "SetReadDeadline" || f.Sel.Name == "SetWriteDeadline" || f.Sel.Name == "WriteControl")
}
