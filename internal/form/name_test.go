package form_test

import (
	"strings"
	"testing"

	"socialdirect/internal/form"
)

func TestANameMayBeOfAnyScript(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"O’Brien", "O'Brien", "Jean-Pierre", "D’Arc", "Ñusta", "Nguyễn", "M. Dupont", "Anne Marie", "Zoé", "Saint‑Exupéry", "L’Haÿ-les-Roses",
		"Мария", "محمد", "नेहा", "李", "Ó Súilleabháin", "ʻOkelani", "N’Guessan", "J. R. R.", "Martin Luther Jr.", "T'Serclaes", "Müller–Lüdenscheidt",
		"O‘Brien", "OʼBrien", "Carroll·la", "B.", "Ł", "x́",
	} {
		f := of("x", name)
		if got := f.Name("x", "Écrivez votre nom."); !f.Valid() || got == "" {
			t.Errorf("%q is refused: %q", name, f.Error("x"))
		}
	}
	for _, name := range []string{
		"Compte bloqué : voir https://evil", "Compte bloqué, voir evil", "voir http://evil.example", "evil.example", "www.evil.example", "a@b", "Zoé <b>", "Zoé > 3", "Louis 14", "٣", "Ⅳ", "x/y", "x:y",
		"Zoé!", "Zoé?", "Zoé;", "Zoé (votre banque)", "«Zoé»", "€", "😀", "-", "...", "’", "Zoé\\", "Zoé_", "\u0301",
	} {
		f := of("x", name)
		if got := f.Name("x", "Écrivez votre nom."); got != "" || f.Valid() || f.Value("x") != name {
			t.Errorf("%q: got %q, shown %q", name, got, f.Value("x"))
		} else if !strings.Contains(f.Error("x"), "lettres") {
			t.Errorf("%q: %q does not say what to do", name, f.Error("x"))
		}
	}
	for name, c := range map[string]struct{ sent, message string }{
		"empty": {"", "Écrivez votre nom."}, "long": {strings.Repeat("é", form.MaxName+1), "caractères au plus"}, "NUL": {"Zo\x00é", "invisibles"},
	} {
		t.Run(name, func(t *testing.T) {
			f := of("x", c.sent)
			if got := f.Name("x", "Écrivez votre nom."); got != "" || !strings.Contains(f.Error("x"), c.message) {
				t.Errorf("%s: got %q, %q", name, got, f.Error("x"))
			}
		})
	}
	if f := of("x", "  Zoe\u0301  "); f.Name("x", "Écrivez votre nom.") != "Zoé" {
		t.Error("a name is not trimmed and composed as every text is")
	}
}
