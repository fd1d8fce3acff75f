package signup

import (
	"cmp"
	"errors"
	"net/http"

	"socialdirect/account/limit"
	"socialdirect/account/pages"
	"socialdirect/account/passwords"
	"socialdirect/account/people"
	"socialdirect/company"
	"socialdirect/internal/bearer"
	"socialdirect/internal/form"
	"socialdirect/web"
)

// DeclarationWording and AcceptanceWording are the words beside the two boxes of the
// sign-up page. They are stored with the acceptance (R1).
const (
	DeclarationWording = "J’ai 18 ans ou plus, je peux m’engager par moi-même, et l’organisme qui m’a donné ce code m’y donne droit."
	AcceptanceWording  = "J’ai lu et j’accepte les conditions d’utilisation et la politique de confidentialité."
)

type signUpPage struct {
	pages.PasswordFields
	entrance
	Form        *form.Form
	Declaration string
	Acceptance  string
	Texts       string // Owed.Shown of the texts that the page links to
	Checked     bool   // the code was checked in the first step
	Gone        string // why the form is to be filled in again; usually empty
}

func (signUpPage) Template() string { return "account/sign_up" }

func (p signUpPage) Title() string { return p.titled("Créer un compte") }

func (h *HTTP) signUpPage(r *web.Request, f *form.Form) (signUpPage, error) {
	texts, err := h.signUps.ShownAtSignUp(r.Context())
	return signUpPage{Form: f, Declaration: DeclarationWording, Acceptance: AcceptanceWording, Texts: texts}, err
}

// showSignUp shows the sign-up form, with a field for the code if none was checked.
func (h *HTTP) showSignUp(w http.ResponseWriter, r *web.Request) error {
	return h.showForm(w, r, entrance{})
}

func (h *HTTP) showForm(w http.ResponseWriter, r *web.Request, e entrance) error {
	code := h.code(r)
	page, err := h.signUpPage(r, form.New(map[string]string{"connection_code": code}))
	if err != nil {
		return err
	}
	page.entrance, page.Checked = e, code != ""
	return h.render.Render(w, r, http.StatusOK, page)
}

// showClient shows a client's co-branded page: the code first, then the sign-up form (R11).
func (h *HTTP) showClient(w http.ResponseWriter, r *web.Request) error {
	client, err := h.signUps.companies.BySlug(r.Context(), r.PathValue("slug"))
	if err != nil {
		return err
	}
	e := entrance{client.Name, client.Slug}
	if h.code(r) != "" {
		return h.showForm(w, r, e)
	}
	return h.render.Render(w, r, http.StatusOK, codePage{e, form.New(nil)})
}

// signUp opens an account. An address that has an account gets the same answer (R5).
func (h *HTTP) signUp(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	in := decodeSignUp(f)
	page, err := h.renderSignUpError(r, f)
	if err != nil {
		return err
	}
	if in.Shown != "" && in.Shown != page.Texts {
		untick(f)
	}
	if !f.Valid() {
		return f.Invalid(page)
	}
	in.Place = pages.Place(r)
	in.Browser, _ = bearer.New()
	err = h.signUps.SignUp(r.Context(), in)
	switch {
	case errors.Is(err, company.ErrCode):
		return pages.Refuse(f, "connection_code", err, page)
	case errors.Is(err, ErrNewTexts): // published while the page was open
		page, err = h.renderSignUpError(r, f)
		untick(f)
		return cmp.Or(err, f.Invalid(page))
	case errors.Is(err, people.ErrWorkAddress):
		pages.ConfirmNext(f, err)
		return pages.Refuse(f, "email", err, page)
	case err != nil:
		return pages.Refuse(f, "password", err, page)
	}
	r.Cookies.Set(w, codeCookie, "", 0)
	setBrowser(w, r, in.Browser)
	return web.See(w, r, validationPath)
}

// untick unticks the box of the acceptance, so that the person reads the changed texts
// first.
func untick(f *form.Form) {
	f.Set("accept_terms", "")
	f.Fail("accept_terms", ErrNewTexts.Message)
}

// renderSignUpError returns the form with its messages, co-branded if it was sent from a
// co-branded page.
func (h *HTTP) renderSignUpError(r *web.Request, f *form.Form) (signUpPage, error) {
	page, err := h.signUpPage(r, f)
	page.Checked = h.code(r) != "" && f.Error("connection_code") == ""
	page.entrance = h.entrance(r, f.Hidden("client", maxSlug))
	return page, err
}

func decodeSignUp(f *form.Form) SignUp {
	in := SignUp{
		Code:      decodeCode(f),
		FirstName: f.Name("first_name", "Écrivez votre prénom."),
		LastName:  f.Name("last_name", "Écrivez votre nom."),
		Email:     f.Email("email"),
		Mobile:    f.Mobile("mobile"),
		Shown:     f.Hidden("texts", 100),

		EmailConfirmed: f.Ticked(pages.EmailConfirmed),
	}
	in.Password = passwords.Decode(f)
	if f.Checked("adult", "Cochez cette case si c’est bien votre cas. Vous avez moins de 18 ans ? Appelez le standard.") {
		in.Declaration = DeclarationWording
	}
	if f.Checked("accept_terms", "Pour créer un compte, il faut accepter ces deux textes.") {
		in.Acceptance = AcceptanceWording
	}
	return in
}

// validationPage shows whose account the link opens, as somebody else may have signed up
// with the reader's address.
type validationPage struct {
	limit.MailBounds
	Form   *form.Form // to correct the address
	Email  string     // to which the link was sent; empty in a browser that did not sign up
	Token  string
	Name   string
	Digits string // the last two of the mobile number
}

func (validationPage) Template() string { return "account/validation" }

func (validationPage) Title() string { return "Confirmer votre adresse" }

// showValidation asks for a click. A GET request consumes nothing, as mail scanners open
// links (R3). Without a token, the page says to check one's mail.
func (h *HTTP) showValidation(w http.ResponseWriter, r *web.Request) error {
	page, err := h.validationPage(r, form.New(nil))
	if err != nil {
		return err
	}
	if page.Token = r.URL.Query().Get("token"); page.Token != "" {
		person, err := h.signUps.Waiting(r.Context(), page.Token)
		if err != nil {
			return h.goneLink(err)
		}
		page.Name, page.Digits = person.Name(), person.Digits()
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// validate consumes the link.
func (h *HTTP) validate(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	in, own, err := h.signUps.ValidateIn(r.Context(), f.Hidden("token", 100), browser(r), h.sessions.Device(r))
	if err != nil {
		return h.goneLink(err)
	}
	if !own {
		return web.Done(w, r, "validated", "/connexion")
	}
	setBrowser(w, r, "")
	web.Flash(w, r, "signed-up")
	return h.sessions.Enter(w, r, in, "")
}

type resendPage struct {
	limit.MailBounds
	Form *form.Form
	Gone bool // shown because a link no longer works
	Sent bool
}

func (resendPage) Template() string { return "account/resend" }

func (resendPage) Title() string { return "Recevoir un autre lien" }

// showResend asks for the address.
func (h *HTTP) showResend(w http.ResponseWriter, r *web.Request) error {
	_, sent := r.URL.Query()["envoye"]
	return h.render.Render(w, r, http.StatusOK, resendPage{Form: form.New(nil), Sent: sent})
}

// resend sends another link if there is a pending registration.
func (h *HTTP) resend(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	email := f.Email("email")
	if !f.Valid() {
		return f.Invalid(resendPage{Form: f})
	}
	if err := h.signUps.ResendValidation(r.Context(), email, pages.Place(r)); err != nil {
		return pages.Refuse(f, "email", err, resendPage{Form: f})
	}
	return web.See(w, r, "/inscription/renvoi?envoye")
}
