package privacy

import (
	"net/http"

	"socialdirect/account/limit"
	"socialdirect/internal/config"
	"socialdirect/internal/form"
	"socialdirect/web"
)

// operator is the operator's addresses, as an alternative to the form.
type operator config.Operator

func (h *HTTP) contact() operator { return operator(h.operator) }

// Known reports whether the operator has configured an address.
func (o operator) Known() bool { return o.DPO != "" || o.Email != "" || o.Address != "" }

// rightsPage is the public page about people's rights, with the form of a request.
type rightsPage struct {
	Form     *form.Form
	Operator operator
	About    []form.Option
}

func (rightsPage) Template() string { return "privacy/rights" }
func (rightsPage) Title() string    { return "Vos droits" }

// Whom a public request is about.
const (
	aboutMe    = "me"
	aboutChild = "child"
)

func (h *HTTP) rightsPage(f *form.Form) rightsPage {
	return rightsPage{Form: f, Operator: h.contact(), About: []form.Option{
		{Value: aboutMe, Label: "Je demande la suppression de mes données"}, {Value: aboutChild, Label: "Je signale les données d’un enfant"},
	}}
}

// showRights shows the public page.
func (h *HTTP) showRights(w http.ResponseWriter, r *web.Request) error {
	return h.render.Render(w, r, http.StatusOK, h.rightsPage(form.New(map[string]string{"about": aboutMe})))
}

// askPublicly saves a request. The answer is the same for known and unknown people.
func (h *HTTP) askPublicly(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	about := f.Choice("about", []string{aboutMe, aboutChild}, "Dites de qui sont les données.")
	d := written(f)
	if child := f.Text("child", form.Text{Max: form.MaxName}); about == aboutChild {
		if d.Child = child; child == "" {
			f.Fail("child", "Écrivez le nom de l’enfant, tel qu’il a pu l’écrire ici.")
		}
	}
	if d.Email == "" && d.Mobile == "" {
		f.Fail("email", "Écrivez une adresse e-mail ou un numéro de portable, pour que nous puissions vous répondre.")
	}
	if !f.Valid() {
		return f.Invalid(h.rightsPage(f))
	}
	if err := h.rights.AskPublicly(r.Context(), d, place(r)); err != nil {
		return f.Refused("name", err, h.rightsPage(f))
	}
	return web.See(w, r, "/vos-droits/suite")
}

// nextPage says what happens next, in the same words for everybody.
type nextPage struct{ limit.MailBounds }

func (nextPage) Template() string { return "privacy/next" }
func (nextPage) Title() string    { return "Votre demande, la suite" }

// next shows that page.
func (h *HTTP) next(w http.ResponseWriter, r *web.Request) error {
	return h.render.Render(w, r, http.StatusOK, nextPage{})
}

// confirmPage asks for a click, as mail scanners open links.
type confirmPage struct {
	Token string
	Done  bool
}

func (confirmPage) Template() string { return "privacy/confirm" }
func (confirmPage) Title() string    { return "Confirmer votre demande" }

const maxToken = 100

// showConfirm shows the page without consuming the link.
func (h *HTTP) showConfirm(w http.ResponseWriter, r *web.Request) error {
	token := r.URL.Query().Get("token")
	if len(token) > maxToken {
		return errGone
	}
	if err := h.rights.CheckLink(r.Context(), token); err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, confirmPage{Token: token})
}

// confirm consumes the link.
func (h *HTTP) confirm(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	if err := h.rights.Confirm(r.Context(), f.Hidden("token", maxToken)); err != nil {
		return err
	}
	return web.See(w, r, "/vos-droits/confirmation/merci")
}

// confirmed shows the date until which the request will be answered.
func (h *HTTP) confirmed(w http.ResponseWriter, r *web.Request) error {
	return h.render.Render(w, r, http.StatusOK, confirmPage{Done: true})
}
