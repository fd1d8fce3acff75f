package web

import (
	"regexp"
	"strings"
	"testing"
)

// One byte selects one word. No two words may be the same, or two different connections could
// show the same code.
func TestR23_VerificationHas256DifferentWords(t *testing.T) {
	t.Parallel()
	source, err := files.ReadFile("static/call/words.js")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, line := range regexp.MustCompile(`(?m)^  "([^"]+)"`).FindAllStringSubmatch(string(source), -1) {
		for word := range strings.FieldsSeq(line[1]) {
			if seen[word] {
				t.Errorf("%q occurs twice", word)
			}
			seen[word] = true
		}
	}
	if len(seen) != 256 {
		t.Errorf("%d words, want 256", len(seen))
	}
}
