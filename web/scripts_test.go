package web

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The parts of the scripts that need no browser have tests in scripttest, which Node runs: the
// verification words, and the ladder of a weak line.
func TestR23_R26_ScriptsKeepTheirRulesWithoutABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("needs node")
	}
	t.Parallel()
	tests, err := filepath.Glob("scripttest/*.test.mjs")
	if err != nil || len(tests) == 0 {
		t.Fatal("no tests", err)
	}
	for _, name := range tests {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			if _, err := os.ReadFile(name); err != nil { // so that Go runs it again when it changes
				t.Fatal(err)
			}
			if out, err := exec.CommandContext(t.Context(), "node", "--test", "--test-reporter=spec", name).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
