package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/web"
)

// Pages show the operator's settings and say which are missing; settings cannot add markup.
func TestR43_TheLegalNoticeShowsTheOperatorsSettings(t *testing.T) {
	t.Parallel()
	whole := Operator{
		Name: "Exemple <b>", Address: "1 rue de l’Exemple\n75001 Paris", Registration: "SAS au capital de 1 €", VAT: "FR 00 123456789", Publisher: "Ada Exemple",
		Host: "Hébergeur", HostAddress: "2 rue du Serveur\nLyon", HostPhone: "04 00 00 00 00", HostCertificate: "HDS n° 12",
		Email: "contact@exemple.fr", DPO: "dpo@exemple.fr", Mediator: "Médiateur", MediatorAddress: "3 rue de la Paix", MediatorSite: "https://mediateur.exemple.fr",
		Insurer: "Assureur, partout en France", CallPrice: "prix d’un appel local", About: "Nous aidons.",
	}
	for template, wants := range map[string][]string{
		"public/legal_notice": {"Exemple &lt;b&gt;", "Exemple<br>75001 Paris", "SAS au capital", "FR 00 123456789", "Ada Exemple", "Hébergeur", "2 rue du Serveur<br>Lyon", "04 00 00 00 00", "HDS n° 12", "Médiateur", "3 rue de la Paix", "Assureur, partout", "prix d’un appel local", "article L. 221-2, 1°", `href="mailto:contact@exemple.fr"`, `href="mailto:dpo@exemple.fr"`, `href="tel:&#43;33297000000">02 97 00 00 00</a> (le standard)`, `href="https://mediateur.exemple.fr"`},
		"public/about":        {"Nous aidons.", "Exemple &lt;b&gt;"},
		"public/cookies":      {"__Host-session"},
	} {
		t.Run(template, func(t *testing.T) {
			full, empty := rendered(t, publicPage{template, "x", "Une <phrase>.", whole, web.Phone{Display: "02 97 00 00 00", Href: "tel:+33297000000"}}), rendered(t, publicPage{template: template})
			for _, want := range wants {
				if !strings.Contains(full, want) {
					t.Errorf("%s lacks %q", template, want)
				}
			}
			if strings.Contains(full, "À compléter") {
				t.Errorf("%s says that something is missing, and nothing is", template)
			}
			if template != "public/cookies" && !strings.Contains(empty, "À compléter") {
				t.Errorf("%s does not say what is missing", template)
			}
		})
	}
}

func rendered(t *testing.T, page web.Page) string {
	t.Helper()
	render, err := web.New(web.Phone{})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	if err := render.Render(w, &web.Request{Request: httptest.NewRequest(http.MethodGet, "/", nil)}, http.StatusOK, page); err != nil {
		t.Fatal(err)
	}
	return w.Body.String()
}

// The declaration has every part that the RGAA asks for, and the foot of every page its state.
func TestR43_TheDeclarationOfAccessibilityHasEveryPart(t *testing.T) {
	t.Parallel()
	page := rendered(t, publicPage{template: "public/accessibility", Operator: Operator{Name: "Exemple", Email: "contact@exemple.fr", Address: "1 rue de l’Exemple"}, Phone: web.Phone{Display: "02 97 00 00 00"}})
	for _, want := range []string{
		"Exemple s’engage", "article 47 de la loi", "<b>" + web.AccessibilityState + "</b>", "RGAA", "Non-conformités connues", "critère 4.3", "Dérogations", "non soumis",
		`<time datetime="2026-11-30">`, "Technologies utilisées", "Environnement de test", "Pages vérifiées", "mailto:contact@exemple.fr", "02 97 00 00 00", "Défenseur des droits", "75342 Paris",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the declaration lacks %q", want)
		}
	}
	if foot := `<a href="/accessibilite">Accessibilité : ` + web.AccessibilityState + "</a>"; !strings.Contains(rendered(t, publicPage{template: "public/cookies"}), foot) {
		t.Errorf("the foot lacks %s", foot)
	}
}

// Numbers for what cannot wait are links, the same wherever they stand.
func TestR43_EmergencyNumbersAreLinks(t *testing.T) {
	t.Parallel()
	page := rendered(t, howPage{publicPage{template: "public/how"}})
	for _, number := range []string{"tel:15", "tel:17", "tel:18", "tel:112", "sms:114", "tel:3114", "tel:115", "tel:3977", "tel:116006", "tel:3919", "tel:119"} {
		if n := strings.Count(page, `href="`+number+`"`); n != 1 {
			t.Errorf("%s stands %d times", number, n)
		}
	}
}

func TestR43_SecurityTxtSaysWhereToReportAndExpires(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	s := &Server{parts: Parts{Base: "https://rdv.exemple.fr", Now: func() time.Time { return now }}}
	ask := func() (*httptest.ResponseRecorder, error) {
		w := httptest.NewRecorder()
		return w, s.security(w, &web.Request{Request: httptest.NewRequest(http.MethodGet, securityPath, nil)})
	}
	if w, err := ask(); !fault.Is(err, fault.NotFound) || w.Body.Len() != 0 {
		t.Errorf("without the setting: %v, %s", err, w.Body)
	}
	s.parts.Operator.Security = "mailto:security@exemple.fr"
	w, err := ask()
	if want := "Contact: mailto:security@exemple.fr\nExpires: 2027-05-29T00:00:00Z\nPreferred-Languages: fr, en\nCanonical: https://rdv.exemple.fr/.well-known/security.txt\n"; err != nil || w.Body.String() != want {
		t.Errorf("%v, %s", err, w.Body)
	}
	if kind := w.Header().Get("Content-Type"); kind != "text/plain; charset=utf-8" {
		t.Errorf("the type is %s", kind)
	}
}
