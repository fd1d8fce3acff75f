package archtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// french is a text that people read: it has a letter or an apostrophe that
// English and code do without.
var french = regexp.MustCompile(`[À-ÿ’]`)

// loose is a sign that a line may begin with, because an ordinary space stands
// before it: French wants one that does not break.
var loose = regexp.MustCompile(`(?m)[\p{L}\d)’»] [:;?!»](?:\s|$)|« `)

// markup is what stands between a template's words.
var markup = regexp.MustCompile(`(?s)\{\{.*?\}\}|<[^>]*>`)

// looseIn is the first such place in a text, with the words around it.
func looseIn(text string) string {
	at := loose.FindStringIndex(text)
	if at == nil || !french.MatchString(text) {
		return ""
	}
	return text[max(0, at[0]-20):min(len(text), at[1]+20)]
}

func TestLook_NoLineBeginsWithASign(t *testing.T) {
	if looseIn("Déjà fait : oui") == "" || looseIn("Déjà fait\u00a0: oui") != "" || looseIn("error : no") != "" {
		t.Fatal("the rule does not see an ordinary space before a sign")
	}
	for _, s := range readTree(t) {
		for _, text := range s.texts {
			if words := looseIn(text); words != "" && !ofTests(s.path) && !strings.HasPrefix(s.path, "internal/sms/") {
				t.Errorf("%s: an ordinary space before a sign: %q", s.path, words)
			}
		}
	}
	checkTemplates(t)
}

// checkTemplates looks at the pages and letters; an SMS has no room for the
// other space.
func checkTemplates(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(root+"/web/templates", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), "sms_") {
			return err
		}
		text, err := os.ReadFile(file)
		for _, line := range markup.Split(string(text), -1) {
			if words := looseIn(line); words != "" {
				t.Errorf("%s: an ordinary space before a sign: %q", file, words)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
