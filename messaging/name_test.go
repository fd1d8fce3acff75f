package messaging

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestR29_NamesAreCleaned(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 300)
	for sent, want := range map[string]string{
		"facture.pdf":                   "facture.pdf",
		"Facture d’électricité n°3.pdf": "Facture d’électricité n°3.pdf",
		`C:\Users\zoe\facture.pdf`:      "facture.pdf",
		"../../etc/passwd":              "passwd",
		"a/b\\c.pdf":                    "c.pdf",
		"..":                            "document",
		"":                              "document",
		"/":                             "document",
		".pdf":                          "pdf",
		"a\x00b.pdf":                    "ab.pdf",
		"a\r\nb\t.pdf":                  "a b .pdf",
		"photo\u202egnp.exe":            "photognp.exe",
		"a\u200b\u200f\u2066b.pdf":      "ab.pdf",
		"e\u0301t\u00e9.pdf":            "été.pdf",
		"a\xff\xfeb.pdf":                "ab.pdf",
		"a\ufffdb.pdf":                  "ab.pdf",
		`<a href="x">?.pdf`:             "_a href=_x___.pdf",
		"  a \u00a0 b .pdf. ":           "a b .pdf",
		long + ".pdf":                   long[:2*116] + ".pdf",
		long + "." + long:               long[:2*120],
	} {
		t.Run(sent, func(t *testing.T) {
			if got := cleanName(sent); got != want {
				t.Errorf("%q became %q, want %q", sent, got, want)
			}
		})
	}
}

func FuzzCleanName(f *testing.F) {
	for _, seed := range []string{"a.pdf", "../x", "a\x00\xff\u202e.exe", strings.Repeat("a\u0301", 200) + ".p\u0301df", ". .", "a\u2028b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, sent string) {
		got := cleanName(sent)
		switch {
		case got == "" || !utf8.ValidString(got) || !norm.NFC.IsNormalString(got):
			t.Fatalf("%q became %q", sent, got)
		case utf8.RuneCountInString(got) > maxName:
			t.Fatalf("%q became %d characters long", sent, utf8.RuneCountInString(got))
		case strings.ContainsAny(got, "/\\<>:\"|?*\x00\r\n") || strings.HasPrefix(got, ".") || strings.HasSuffix(got, "."):
			t.Fatalf("%q became %q", sent, got)
		case strings.ContainsFunc(got, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.Is(unicode.Cf, r) }):
			t.Fatalf("%q became %q", sent, got)
		case cleanName(got) != got:
			t.Fatalf("%q became %q, then %q", sent, got, cleanName(got))
		}
	})
}
