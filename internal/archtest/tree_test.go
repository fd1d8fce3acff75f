// Package archtest tests the architecture: who imports whom, which package owns which table,
// where the clock is read; and that docs/ match the code. A failing test gives the reason of
// the broken rule.
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

// root is the repository's folder, relative to this one.
const root = "../.."

// source is what the rules need of one Go file.
type source struct {
	path    string   // from the root, with slashes
	imports []string // import paths; those of this module from its root
	texts   []string // string constants, concatenated ones as one
	clock   []string // uses of the machine's clock, such as time.Now
	zones   int      // uses of time.LoadLocation
	days    int      // calendar days computed from time.Now
	tests   []string // its test, fuzz and benchmark functions
	cheap   bool     // makes the hashes of passwords cheap
	funcs   []declared
	named   map[string]bool // selectors: names of other packages, methods, fields
	outside bool            // an external test of the package
}

// declared is a declared function or method.
type declared struct{ receiver, name string }

const module = "socialdirect/"

func (s source) folder() string { return path.Dir(s.path) }

// topFolder returns the first element of a path: its top folder.
func topFolder(p string) string {
	first, _, _ := strings.Cut(p, "/")
	return first
}

// ofTests reports whether only tests use the file: a test file, or one in a package for tests.
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

// readTree reads every Go file of the repository, including those of its other modules.
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

// look collects what the rules need from one declaration.
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
				ast.Inspect(n, func(part ast.Node) bool { // an operand of the concatenation may use a clock
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

// selector records what the rules need of one selector.
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

// added returns the text of concatenated string constants; other operands count as a blank.
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

// isDayOfNow reports whether a selector computes a day or an hour from the machine's clock, as
// time.Now().AddDate does, and not the end of a timeout.
func isDayOfNow(s *ast.SelectorExpr) bool {
	call, ok := s.X.(*ast.CallExpr)
	if !ok || !slices.Contains([]string{"AddDate", "In", "UTC", "Year", "Truncate", "Format"}, s.Sel.Name) {
		return false
	}
	now, ok := call.Fun.(*ast.SelectorExpr)
	return ok && isOfTime(now, "Now")
}

// setsDeadline reports whether a call sets a connection's deadline, which must use the
// machine's clock.
func setsDeadline(call *ast.CallExpr) bool {
	f, ok := call.Fun.(*ast.SelectorExpr)
	return ok && (f.Sel.Name == "SetReadDeadline" || f.Sel.Name == "SetWriteDeadline" || f.Sel.Name == "WriteControl")
}
