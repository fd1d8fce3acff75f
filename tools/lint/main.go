// Command lint finds what vet and staticcheck do not look for. It runs under vet, which
// remembers what it found:
//
//	go vet -vettool=bin/lint ./...
//
// This file is its whole configuration.
package main

import (
	"strings"

	"github.com/jingyugao/rowserrcheck/passes/rowserr"
	"github.com/kisielk/errcheck/errcheck"
	"github.com/polyfloyd/go-errorlint/errorlint"
	"github.com/timakin/bodyclose/passes/bodyclose"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/nilness"
	"golang.org/x/tools/go/analysis/passes/unusedwrite"
	"golang.org/x/tools/go/analysis/unitchecker"
)

func main() {
	errcheck.DefaultExcludedSymbols = append(errcheck.DefaultExcludedSymbols, harmless...)
	unitchecker.Main(
		errcheck.Analyzer,                              // an error that nobody looks at; written "_ =", somebody did
		inProduct(bodyclose.Analyzer),                  // the body of an answer that is left open holds a connection
		rowserr.NewAnalyzer("github.com/jackc/pgx/v5"), // rows that end early, taken for all of them
		errorlint.NewAnalyzer(),                        // an error compared without what it wraps
		nilness.Analyzer,                               // a pointer used where it is nil
		unusedwrite.Analyzer,                           // a field of a copy that nobody reads
	)
}

// harmless are the functions whose error says nothing more: of what was only read, of
// what ends anyhow, and of writing to somebody who may have gone. Files that must last
// are synced before they are closed, and that error is looked at.
var harmless = []string{
	"(io.Closer).Close", "(io.ReadCloser).Close", "(io.ReadSeekCloser).Close", "(*os.File).Close", "(*io.PipeWriter).Close",
	"(net.Conn).Close", "(net.Listener).Close", "(net.PacketConn).Close", "(*net.UDPConn).Close",
	"(*github.com/gorilla/websocket.Conn).Close", "(*github.com/jackc/pgx/v5.Conn).Close", "(*github.com/pion/stun/v4.Client).Close",
	"(*github.com/minio/minio-go/v7.Object).Close",
	"(*github.com/pressly/goose/v3.Provider).Close", "(*socialdirect/internal/blob.Object).Close", "(*socialdirect/messaging.Download).Close",
	"fmt.Fprint", "fmt.Fprintf", "fmt.Fprintln",
}

// inProduct leaves tests out: in them a helper often closes what another opened.
func inProduct(a *analysis.Analyzer) *analysis.Analyzer {
	run := a.Run
	a.Run = func(pass *analysis.Pass) (any, error) {
		report := pass.Report
		pass.Report = func(d analysis.Diagnostic) {
			if !strings.HasSuffix(pass.Fset.Position(d.Pos).Filename, "_test.go") {
				report(d)
			}
		}
		return run(pass)
	}
	return a
}
