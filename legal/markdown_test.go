package legal_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"socialdirect/legal"
)

func html(t testing.TB, markdown string) string {
	t.Helper()
	out, err := legal.Text{Markdown: markdown}.HTML()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestMarkdownShowsWhatATextNeeds(t *testing.T) {
	t.Parallel()
	for markdown, want := range map[string]string{
		"# Titre":                         "<h2>Titre</h2>",
		"### Sous-titre":                  "<h3>Sous-titre</h3>",
		"- un\n- deux":                    "<li>un</li>",
		"**gras**":                        "<strong>gras</strong>",
		"[nous](/mentions-legales)":       `<a href="/mentions-legales">nous</a>`,
		"[CNIL](https://www.cnil.fr/)":    `<a href="https://www.cnil.fr/">CNIL</a>`,
		"[écrire](mailto:a@b.fr)":         `<a href="mailto:a@b.fr">écrire</a>`,
		"<https://www.cnil.fr/>":          `<a href="https://www.cnil.fr/">`,
		"| a | b |\n|:--|--:|\n| 1 | 2 |": "<td>1</td>",
		"a &lt; b":                        "a &lt; b",
	} {
		t.Run(markdown, func(t *testing.T) {
			if got := html(t, markdown); !strings.Contains(got, want) {
				t.Errorf("%q gives %q, want %q in it", markdown, got, want)
			}
		})
	}
}

// allowedTag matches the only tags that the HTML of a text may contain.
var (
	tag        = regexp.MustCompile(`<[^>]*>`)
	allowedTag = regexp.MustCompile(`^<(?:/?(?:h[2-6]|p|ul|ol|li|strong|em|code|pre|blockquote|hr|br|table|thead|tbody|tr|th|td|a)|ol start="\d+"|hr /|br /|pre|code class="language-[^"]*"|a href="(?:(?:https?:|mailto:|tel:)[^"]*|[^":/?#]*(?:[/?#][^"]*)?)"(?: title="[^"]*")?|!-- raw HTML omitted --)>$`)
)

func harmless(t testing.TB, markdown string) {
	t.Helper()
	for _, found := range tag.FindAllString(html(t, markdown), -1) {
		if !allowedTag.MatchString(found) {
			t.Errorf("%q lets through %q", markdown, found)
		}
	}
}

var attacks = []string{
	`<script>alert(1)</script>`, `a <img src=x onerror=alert(1)> b`, `<a href="javascript:alert(1)">x</a>`, `<svg onload=alert(1)>`,
	`[x](javascript:alert(1))`, `[x](JaVaScRiPt:alert(1))`, `[x](&#106;avascript:alert(1))`, `[x](&#x6a;avascript&colon;alert(1))`,
	`[x](java&Tab;script:alert(1))`, `[x](\javascript:alert(1))`, `[x](<java` + "\t" + `script:alert(1)>)`, `[x](vbscript:msgbox)`,
	`[x](data:text/html;base64,PHNjcmlwdD4=)`, `[x](file:///etc/passwd)`, `<javascript:alert(1)>`, `<vbscript:x>`, `<data:text/html,x>`,
	`![x](https://evil.example/p.png)`, `![x](data:image/svg+xml;base64,PHN2Zz4=)`, `![x](javascript:alert(1))`, `[![x](https://evil.example/p.png)](javascript:alert(1))`,
	"[x]: javascript:alert(1)\n\n[x]", `[x](https://a.fr "\" onmouseover=\"alert(1)")`, `[x](https://a.fr"onmouseover="alert(1))`,
	"| <b onclick=x> | ![a](//e.fr/p) |\n|--|--|\n| [x](javascript:a) | y |", "```html\"><script>alert(1)</script>\nx\n```", `<!-- --><script>alert(1)</script>`,
	"<div\nonclick=alert(1)>", `</div></main><form action=https://evil.example>`, "# x {onclick=alert(1)}", `[x][y]` + "\n\n[y]: <javascript:alert(1)>",
}

func TestR33_MarkdownCannotInjectAnything(t *testing.T) {
	t.Parallel()
	for _, attack := range attacks {
		harmless(t, attack)
	}
	if got := html(t, `Voyez ![le plan](https://evil.example/plan.png) et [ici](javascript:x).`); !strings.Contains(got, "Voyez le plan et ici.") {
		t.Errorf("the words are lost: %q", got)
	}
}

func FuzzR33_MarkdownCannotInjectAnything(f *testing.F) {
	for _, attack := range attacks {
		f.Add(attack)
	}
	f.Fuzz(func(t *testing.T, markdown string) { harmless(t, markdown) })
}

// supplied returns a text that comes with the platform.
func supplied(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("texts/" + name + ".md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The terms that come with the platform cover what an operator must settle.
func TestR43_TheTermsSuppliedCoverEverySubject(t *testing.T) {
	t.Parallel()
	for subject, words := range map[string]string{
		"other use": "Tout autre usage est exclu", "no transfer": "Il ne se cède pas", "holding hours": "tient les heures qu’elle propose",
		"no resale": "Pas de revente", "property": "Ce qui est à nous", "database": "base de données protégée", "insurance": "Assurance.",
		"duration": "sans limite de durée", "force majeure": "article 1218 du code civil", "no waiver": "Pas de renonciation",
		"withdrawal": "article L. 221-2, 1°", "rights": "(/vos-droits)", "own data": "(/profil/donnees)",
	} {
		if !strings.Contains(supplied(t, "terms"), words) {
			t.Errorf("the terms say nothing of %s", subject)
		}
	}
	for _, path := range []string{"(/vos-droits)", "(/profil/donnees)"} {
		if !strings.Contains(supplied(t, "privacy"), path) {
			t.Errorf("the policy does not lead to %s", path)
		}
	}
}
