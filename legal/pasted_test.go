package legal

import (
	"strings"
	"testing"
)

func TestR33_APastedTextBecomesListsAndHeadings(t *testing.T) {
	t.Parallel()
	for pasted, want := range map[string]string{
		"Article 3. Votre compte\nIl est à vous.\n•\tun nom\n• une adresse\n\uf0b7 un code\nVoilà.": "## Article 3. Votre compte\n\nIl est à vous.\n\n- un nom\n- une adresse\n- un code\n\nVoilà.",
		"ARTICLE 1er – OBJET\nCeci.":                            "## ARTICLE 1er. OBJET\n\nCeci.",
		"Article 2.4\u00a0: Autres usages\nAucun.\nNon plus.":   "### Article 2.4. Autres usages\n\nAucun.\n\nNon plus.",
		"Article 3. Le service est réservé aux adultes.":        "## Article 3\n\nLe service est réservé aux adultes.",
		"– premier\n— second":                                   "- premier\n- second",
		"Article 5":                                             "## Article 5",
		"## Déjà\n\n- ainsi\n- écrit\n\nUne ligne\net la suite": "## Déjà\n\n- ainsi\n- écrit\n\nUne ligne\net la suite",
		"L’article 3 dit que\nnous lisons.":                     "L’article 3 dit que\nnous lisons.",
	} {
		got := fromPasted(pasted)
		if got != want {
			t.Errorf("%q became\n%q, want\n%q", pasted, got, want)
		}
		if again := fromPasted(got); again != got {
			t.Errorf("%q became %q when it was saved again", got, again)
		}
	}
}

func TestR33_APastedTextIsShownWithListsAndHeadings(t *testing.T) {
	t.Parallel()
	page, err := newTextPage(Text{Markdown: fromPasted("Article 3. Votre compte\n• un nom\n• une adresse")})
	if err != nil {
		t.Fatal(err)
	}
	if html := string(page.HTML); !strings.Contains(html, "<h2>Article 3. Votre compte</h2>") || strings.Count(html, "<li>") != 2 || !page.HasHeadings() || !page.HasLists() {
		t.Errorf("%s", html)
	}
	page, err = newTextPage(Text{Markdown: "Des mots."})
	if err != nil || page.HasHeadings() || page.HasLists() {
		t.Errorf("words alone count as a heading or a list: %v", err)
	}
}
