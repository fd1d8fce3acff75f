package company

import (
	"errors"
	"net/http"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

type tokensPage struct {
	Form   *form.Form
	Tokens []Token
	Secret string // of the key that was just made; shown once
}

func (tokensPage) Template() string { return "company/tokens" }
func (tokensPage) Title() string    { return "Clés pour logiciels" }

// secretCookie carries a new key's secret to the one page that shows it.
const secretCookie = "cle"

const tokensPath = "/entreprise/api"

// TokensPage lists a client's keys, and shows the secret of one that was just made.
func (h *FiguresHTTP) TokensPage(w http.ResponseWriter, r *http.Request) error {
	page, err := h.tokensPage(r, form.New(nil))
	if err != nil {
		return err
	}
	if cookie, err := r.Cookie(secretCookie); err == nil {
		h.handOver(w, "", -1)
		page.Secret = h.ownSecret(r, cookie.Value)
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// ownSecret is the secret that the cookie holds, if it opens the viewer's own
// client: nobody puts words on our pages.
func (h *FiguresHTTP) ownSecret(r *http.Request, secret string) string {
	_, owner, err := h.companies.peekToken(r.Context(), secret)
	if v := viewer.From(r.Context()); err != nil || v == nil || owner.ClientID != v.ClientID {
		return ""
	}
	return secret
}

func (h *FiguresHTTP) handOver(w http.ResponseWriter, secret string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: secretCookie, Value: secret, Path: tokensPath, MaxAge: seconds, HttpOnly: true, Secure: h.secure, SameSite: http.SameSiteStrictMode,
	})
}

func (h *FiguresHTTP) tokensPage(r *http.Request, f *form.Form) (tokensPage, error) {
	tokens, err := h.companies.Tokens(r.Context(), viewer.From(r.Context()))
	return tokensPage{Form: f, Tokens: tokens}, err
}

// MakeToken makes a key.
func (h *FiguresHTTP) MakeToken(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Parse(r)
	if err != nil {
		return err
	}
	name := f.Text("name", form.Text{Max: MaxTokenName, Required: "Dites à quoi sert cette clé, par exemple « Intranet »."})
	day := f.Date("expires_on", firstContractDay, lastContractDay, "Indiquez le dernier jour de la clé.")
	secret, err := h.makeToken(r, f, name, day)
	if err != nil {
		return err
	}
	if !f.Valid() {
		page, err := h.tokensPage(r, f)
		if err != nil {
			return err
		}
		return f.Invalid(page)
	}
	h.handOver(w, secret, 60)
	return web.See(w, r, tokensPath)
}

func (h *FiguresHTTP) makeToken(r *http.Request, f *form.Form, name string, day time.Time) (secret string, err error) {
	if !f.Valid() {
		return "", nil
	}
	secret, err = h.companies.MakeToken(r.Context(), viewer.From(r.Context()), name, endOfDay(day))
	switch {
	case errors.Is(err, ErrTokenLifetime):
		f.Fail("expires_on", ErrTokenLifetime.Message)
	case errors.Is(err, ErrTooManyTokens):
		f.Fail("name", ErrTooManyTokens.Message)
	default:
		return secret, err
	}
	return "", nil
}

// RevokeToken ends a key.
func (h *FiguresHTTP) RevokeToken(w http.ResponseWriter, r *http.Request) error {
	id, err := form.ParseID(r.PathValue("id"))
	if err != nil {
		return fault.Wrap(fault.NotFound, err)
	}
	if err := h.companies.RevokeToken(r.Context(), viewer.From(r.Context()), id); err != nil {
		return err
	}
	web.Flash(w, "token-revoked")
	return web.See(w, r, tokensPath)
}
