package archtest

import (
	"regexp"
	"testing"
)

var journaled = regexp.MustCompile(`"([a-z_]+\.[a-z_]+)":\s+"`)

// Every journaled act has its text on the page of the journal.
func TestEveryJournaledActHasItsWords(t *testing.T) {
	t.Parallel()
	words := map[string]bool{}
	for _, found := range journaled.FindAllStringSubmatch(readText(t, "account/http_journal_words.go"), -1) {
		words[found[1]] = true
	}
	act := regexp.MustCompile(`^(account|callback|code|company|contract|credential|legal|reason|report|second_factor|sheet)\.[a-z]+(_[a-z]+)*$`)
	seen := 0
	for _, src := range readTree(t) {
		if ofTests(src.path) || domains[topFolder(src.path)] == nil {
			continue
		}
		for _, text := range src.texts {
			if act.MatchString(text) {
				if seen++; !words[text] {
					t.Errorf("%s journals %s, which has no words in account/http_journal_words.go", src.path, text)
				}
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d acts were found: the test does not find them", seen)
	}
}
