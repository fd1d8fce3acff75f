package archtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// french matches text that people read: it contains a letter or an apostrophe that English
// text and code do not.
var french = regexp.MustCompile(`[À-ÿ’]`)

// loose matches a sign after an ordinary space, at which a line might break: French requires a
// no-break space there.
var loose = regexp.MustCompile(`(?m)[\p{L}\d)’»] [:;?!»](?:\s|$)|« `)

// markup matches what is between the words of a template.
var markup = regexp.MustCompile(`(?s)\{\{.*?\}\}|<[^>]*>`)

// looseIn returns the first such place in a text, with the words around it.
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

// checkTemplates checks pages and mails; an SMS has no room for the no-break space.
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
