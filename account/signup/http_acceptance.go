package signup

import (
	"cmp"
	"net/http"
	"strings"

	"socialdirect/account/pages"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/legal"
	"socialdirect/web"
)

type acceptancePage struct {
	Form        *form.Form
	Owed        Owed
	Next        string
	Declaration string
	Acceptance  string
	Message     string // why the page is shown again
}

func (acceptancePage) Template() string { return "account/acceptance" }

func (acceptancePage) Title() string { return "Avant de continuer" }

// TextPath returns the path of a text's page.
func (acceptancePage) TextPath(t legal.Text) string { return legal.Path(t.Kind) }

// Name returns the name of a text as used within a sentence.
func (acceptancePage) Name(t legal.Text) string { return legal.Name(t.Kind) }

func newAcceptancePage(f *form.Form, owed Owed, next string) acceptancePage {
	return acceptancePage{Form: f, Owed: owed, Next: next, Declaration: DeclarationWording, Acceptance: owed.wording()}
}

// showAcceptance shows what changed in the texts in force, and asks for the acceptance (R4,
// R33).
func (h *HTTP) showAcceptance(w http.ResponseWriter, r *web.Request) error {
	v, next := r.Viewer, pages.LocalPath(r.URL.Query().Get("suite"))
	owed, err := h.signUps.Owed(r.Context(), v)
	if err != nil {
		return err
	}
	if owed.nothing() {
		return h.goOn(w, r, next)
	}
	return h.render.Render(w, r, http.StatusOK, newAcceptancePage(form.New(nil), owed, next))
}

// goOn redirects to next, or to the role's first page.
func (h *HTTP) goOn(w http.ResponseWriter, r *web.Request, next string) error {
	return web.See(w, r, cmp.Or(next, web.HomePath(r.Viewer.Role)))
}

// acceptTexts saves the acceptance.
func (h *HTTP) acceptTexts(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	v, next := r.Viewer, pages.LocalPath(cmp.Or(f.Hidden("suite", 500), r.URL.Query().Get("suite")))
	owed, err := h.signUps.Owed(r.Context(), v)
	if err != nil {
		return err
	}
	if owed.nothing() {
		return h.goOn(w, r, next)
	}
	page := newAcceptancePage(f, owed, next)
	said := decodeAcceptance(f, owed)
	if !f.Valid() {
		return f.Invalid(page)
	}
	if err := h.signUps.Accept(r.Context(), v, said); err != nil {
		return h.otherTexts(r, err, next)
	}
	return h.goOn(w, r, next)
}

func decodeAcceptance(f *form.Form, owed Owed) Acceptance {
	said := Acceptance{Shown: f.Hidden("texts", 100)}
	if owed.Adult && f.Checked("adult", "Cochez cette case si c’est bien votre cas. Vous avez moins de 18 ans ? Appelez le standard.") {
		said.Declaration = DeclarationWording
	}
	if len(owed.Texts) > 0 && f.Checked("accept_terms", "Pour continuer, cochez cette case. Sinon, la fin de cette page dit ce que vous pouvez encore faire.") {
		said.Wording = owed.wording()
	}
	return said
}

// wording returns the words beside the box, which name what is owed and only that.
func (o Owed) wording() string {
	var names []string
	for _, t := range o.Texts {
		names = append(names, within[t.Kind])
	}
	return "J’ai lu et j’accepte " + strings.Join(names, " et ") + "."
}

// within are the names of the texts within a sentence, with their articles.
var within = map[legal.Kind]string{legal.Terms: "les conditions d’utilisation", legal.Privacy: "la politique de confidentialité"}

// otherTexts shows the page again with the texts that are in force now and its boxes
// unticked.
func (h *HTTP) otherTexts(r *web.Request, err error, next string) error {
	if !fault.Is(err, fault.Conflict) {
		return err
	}
	v := r.Viewer
	owed, readErr := h.signUps.Owed(r.Context(), v)
	if readErr != nil {
		return readErr
	}
	page := newAcceptancePage(form.New(nil), owed, next)
	page.Message = fault.From(err).Message
	return fault.WithPage(err, page)
}
