package web

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"socialdirect/internal/form"
)

// styleLimit bounds the style sheet, which every first visit loads, mostly on a phone.
const styleLimit = 24 << 10

func TestStyleSheetsAreSmallAndLoadNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	for name := range sheets {
		sheet, err := sheet(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(sheet) > styleLimit {
			t.Errorf("%s.css has %d bytes, want at most %d", name, len(sheet), styleLimit)
		}
		for _, address := range regexp.MustCompile(`url\(([^)]+)\)`).FindAllStringSubmatch(string(sheet), -1) {
			if _, err := fs.Stat(files, "static/"+address[1]); err != nil {
				t.Errorf("%s.css names %s, which is not ours: %v", name, address[1], err)
			}
		}
	}
}

// Every file under styles is in exactly one sheet.
func TestEveryStyleFileIsInOneSheet(t *testing.T) {
	t.Parallel()
	var written, served []string
	err := fs.WalkDir(files, "styles", func(file string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			written = append(written, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, parts := range sheets {
		for _, part := range parts {
			served = append(served, "styles/"+name+"/"+part+".css")
		}
	}
	slices.Sort(served)
	if !slices.Equal(written, served) {
		t.Errorf("written: %v\nserved: %v", written, served)
	}
}

// squeeze does not change how a browser interprets a sheet.
func TestStyleSheetsAreSqueezedWithoutLoss(t *testing.T) {
	t.Parallel()
	written := `/* A comment;
   of two lines } */

a,
b > c {
  color: var(--ink); /* and why */
  font: 1rem/1.5
    var(--font);
}

@media (min-width: 40rem) {
  a::before {
    content: "✓\a0 " / "";
  }
}
`
	want := `a,b > c {color: var(--ink);font: 1rem/1.5 var(--font)}@media (min-width: 40rem) {a::before {content: "✓\a0 " / ""}}` + "\n"
	if got := squeeze(written); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// One declaration per line makes changes readable.
func TestStyleSheetsHaveOneDeclarationPerLine(t *testing.T) {
	t.Parallel()
	several := regexp.MustCompile(`;[ \t]*[a-z-]+:`)
	for name, parts := range sheets {
		for _, part := range parts {
			text, err := files.ReadFile("styles/" + name + "/" + part + ".css")
			if err != nil {
				t.Fatal(err)
			}
			for number, line := range strings.Split(comment.ReplaceAllString(string(text), ""), "\n") {
				if several.MatchString(line) || strings.Count(line, "{") > 1 {
					t.Errorf("%s/%s.css, line %d without its comments: %s", name, part, number+1, line)
				}
			}
		}
	}
}

// A message is next to its field and linked to it, and a password is never shown again.
func TestAFieldIsLinkedToItsMessageAndHidesPasswords(t *testing.T) {
	t.Parallel()
	f := form.New(map[string]string{"email": "zoe@", "password": "Tilleul-7"})
	f.Fail("email", "Écrivez une adresse complète.")
	f.Fail("password", "Choisissez un mot de passe.")

	email := partial(t, "field", hint("La vôtre.", input("email")(f, "email", "Adresse e-mail")))
	for _, want := range []string{`<label for="email">`, `value="zoe@"`, `aria-describedby="email-hint email-error"`, `aria-invalid="true"`, `id="email-hint"`, `id="email-error"`} {
		if !strings.Contains(email, want) {
			t.Errorf("the field lacks %s:\n%s", want, email)
		}
	}
	if password := partial(t, "field", input("password")(f, "password", "Mot de passe")); strings.Contains(password, "value=") {
		t.Errorf("a password is shown again:\n%s", password)
	}
	if summary := partial(t, "summary", f); !strings.Contains(summary, `href="#email"`) || !strings.Contains(summary, "2 points") {
		t.Errorf("the summary leads nowhere:\n%s", summary)
	}
}

func partial(t *testing.T, name string, data any) string {
	t.Helper()
	r, err := New(Phone{})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := r.pages["public/home"].ExecuteTemplate(&out, name, data); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

type homePage struct{}

func (homePage) Template() string { return "public/home" }
func (homePage) Title() string    { return "Accueil" }

// Every page has the quick exit and the switchboard's number, and loads nothing from
// elsewhere.
func TestR34_EveryPageHasTheQuickExitAndLoadsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	r, err := New(Phone{Display: "02 97 00 00 00", Href: "tel:+33297000000"})
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	if err := r.Render(answer, &Request{Request: httptest.NewRequest(http.MethodGet, "/", nil)}, http.StatusOK, homePage{}); err != nil {
		t.Fatal(err)
	}
	page := answer.Body.String()
	for _, want := range []string{`class="exit" href="https://`, `href="tel:&#43;33297000000"`, `href="/connexion"`, `href="#contenu"`, `<main id="contenu"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if foreign := regexp.MustCompile(`(?:src|<link[^>]*href)="(?:https?:)?//[^"]*"`).FindString(page); foreign != "" {
		t.Errorf("the page loads %s", foreign)
	}
}

// A page declares its styles and scripts in Go, and only the layout loads them.
func TestTemplatesLoadNothingThemselves(t *testing.T) {
	t.Parallel()
	loads := regexp.MustCompile(`<link\b|<style\b|<script\b[^>]*\bsrc=|\bstyle=`)
	err := fs.WalkDir(files, "templates", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || file == "templates/layout.html" {
			return err
		}
		text, err := files.ReadFile(file)
		if found := loads.Find(text); found != nil {
			t.Errorf("%s: %s", file, found)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

type styledPage struct{ homePage }

func (styledPage) Styles() []string  { return []string{"film.css"} }
func (styledPage) Scripts() []string { return []string{"messages.js"} }

func TestAPageLoadsTheStylesAndScriptsItDeclares(t *testing.T) {
	t.Parallel()
	r, err := New(Phone{})
	if err != nil {
		t.Fatal(err)
	}
	for want, page := range map[string]Page{"app.css leave.js": homePage{}, "app.css film.css leave.js messages.js": styledPage{}} {
		t.Run(want, func(t *testing.T) {
			answer := httptest.NewRecorder()
			if err := r.Render(answer, &Request{Request: httptest.NewRequest(http.MethodGet, "/", nil)}, http.StatusOK, page); err != nil {
				t.Fatal(err)
			}
			head, _, _ := strings.Cut(answer.Body.String(), "</head>")
			var loaded []string
			for _, address := range regexp.MustCompile(`(?:stylesheet" href|module" src)="/static/([a-z.]+)\?v=`).FindAllStringSubmatch(head, -1) {
				loaded = append(loaded, address[1])
			}
			if got := strings.Join(loaded, " "); got != want {
				t.Errorf("%T loads %s, want %s", page, got, want)
			}
		})
	}
}

func TestSmallLabels(t *testing.T) {
	t.Parallel()
	for label, want := range map[string]string{"Par vidéo": "par vidéo", "Écrit": "écrit", "": ""} {
		t.Run(label, func(t *testing.T) {
			if got := Small(label); got != want {
				t.Errorf("Small(%q) = %q, want %q", label, got, want)
			}
		})
	}
}
