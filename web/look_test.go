package web

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"socialdirect/internal/form"
)

// The style sheet travels on every first visit, most often over a phone.
const styleLimit = 26 << 10

func TestStyleSheetIsLightAndAsksNobodyElse(t *testing.T) {
	t.Parallel()
	sheet, err := files.ReadFile("static/app.css")
	if err != nil {
		t.Fatal(err)
	}
	if len(sheet) > styleLimit {
		t.Errorf("app.css has %d bytes, want at most %d", len(sheet), styleLimit)
	}
	for _, address := range regexp.MustCompile(`url\(([^)]+)\)`).FindAllStringSubmatch(string(sheet), -1) {
		if _, err := fs.Stat(files, "static/"+address[1]); err != nil {
			t.Errorf("app.css names %s, which is not ours: %v", address[1], err)
		}
	}
}

// A mistake stands beside its field, tied to it, and a password never comes back.
func TestFieldTiesItsMistakeAndHidesPasswords(t *testing.T) {
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
		t.Errorf("a password comes back:\n%s", password)
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

// Every page has the way out and the switchboard, and asks nobody else for anything.
func TestR34EveryPageHasItsWaysOutAndNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	r, err := New(Phone{Display: "02 97 00 00 00", Href: "tel:+33297000000"})
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	if err := r.Render(answer, httptest.NewRequest(http.MethodGet, "/", nil), http.StatusOK, homePage{}); err != nil {
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

func TestSmallLabels(t *testing.T) {
	t.Parallel()
	for label, want := range map[string]string{"Par vidéo": "par vidéo", "Écrit": "écrit", "": ""} {
		if got := Small(label); got != want {
			t.Errorf("Small(%q) = %q, want %q", label, got, want)
		}
	}
}
