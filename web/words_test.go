package web_test

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // zones do not depend on the machine

	"socialdirect/web"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestR14_BothTimesAreShownIfTheyDiffer(t *testing.T) {
	t.Parallel()
	paris, reunion, noumea := zone(t, "Europe/Paris"), zone(t, "Indian/Reunion"), zone(t, "Pacific/Noumea")
	at := time.Date(2026, 12, 1, 13, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		reader, other *time.Location
		want          string
	}{
		{paris, paris, "mardi 1er décembre à 14 h, heure de Paris"},
		{reunion, paris, "mardi 1er décembre à 17 h, heure de La Réunion (14 h, heure de Paris)"},
		{paris, noumea, "mardi 1er décembre à 14 h, heure de Paris (mercredi 2 décembre à 0 h, heure de Nouvelle-Calédonie)"},
	} {
		t.Run(c.want, func(t *testing.T) {
			if got := strings.ReplaceAll(web.Both(at, c.reader, c.other), "\u00a0", " "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestWordsAreFrench(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 8, 15, 9, 5, 0, 0, time.UTC)
	for got, want := range map[string]string{
		web.Day(at): "samedi 15\u00a0août", web.Date(at): "15\u00a0août 2026", web.Hour(at): "9\u00a0h\u00a005",
		web.Either(nil): "", web.Either([]string{"a"}): "a", web.Either([]string{"a", "b"}): "a ou b", web.Either([]string{"a", "b", "c"}): "a, b ou c",
		web.Bytes(340_000): "340\u00a0ko", web.Bytes(1_234_567): "1,2\u00a0Mo", web.Initials("Nadia Le Goff"): "NL",
		string(web.Paragraphs("a<b>\nc")):             "a&lt;b&gt;<br>c",
		string(web.Linked("voir http://x.fr/?a=1&b")): `voir <a href="http://x.fr/?a=1&amp;b">http://x.fr/?a=1&amp;b</a>`,
	} {
		t.Run(got, func(t *testing.T) {
			if got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestR12_NamesFollowAnElidedWord(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Nadia Le Goff": "de Nadia Le Goff", "Odette": "d’Odette", "Élie": "d’Élie", "Œdipe": "d’Œdipe", "Île": "d’Île", "Hélène": "d’Hélène", "Henri": "d’Henri",
		"Hassan": "de Hassan", "Yves": "d’Yves", "Yann": "de Yann", "Y": "d’Y", "amina": "d’amina", "": "de ",
	} {
		if got := web.Elide("de", name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
	if got := web.Elide("que", "Inès"); got != "qu’Inès" {
		t.Errorf("got %q", got)
	}
}
