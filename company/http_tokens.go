package company

import (
	"errors"
	"net/http"
	"time"

	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/internal/zone"
	"socialdirect/web"

	"github.com/google/uuid"
)

// tokensPart is a client's keys as they stand on the administrator's page and on
// the manager's.
type tokensPart struct {
	Tokens     []Token
	TokensPath string // below it, each has an address of its own
}

type tokensPage struct {
	tokensPart
	Form   *form.Form
	Secret string // of the key that was just made; shown once
}

func (tokensPage) Template() string { return "company/tokens" }
func (tokensPage) Title() string    { return "Clés pour logiciels" }

// KeysHTTP is the pages of a client's keys.
type KeysHTTP struct {
	companies *Service
	render    *web.Renderer
	secure    bool
}

// NewKeysHTTP returns the pages. secure says that browsers reach the platform over TLS
// alone.
func NewKeysHTTP(companies *Service, render *web.Renderer, secure bool) *KeysHTTP {
	return &KeysHTTP{companies, render, secure}
}

// secretCookie carries a new key's secret to the one page that shows it.
const secretCookie = "cle"

const tokensPath = "/entreprise/api"

// Between these days a key may end.
var (
	firstDay = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	lastDay  = time.Date(2099, 12, 31, 0, 0, 0, 0, time.UTC)
)

// TokensPage lists a client's keys, and shows the secret of one that was just made.
func (h *KeysHTTP) TokensPage(w http.ResponseWriter, r *http.Request) error {
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
func (h *KeysHTTP) ownSecret(r *http.Request, secret string) string {
	_, owner, err := h.companies.peekToken(r.Context(), secret)
	if v := viewer.From(r.Context()); err != nil || v == nil || owner.ClientID != v.ClientID {
		return ""
	}
	return secret
}

func (h *KeysHTTP) handOver(w http.ResponseWriter, secret string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: secretCookie, Value: secret, Path: tokensPath, MaxAge: seconds, HttpOnly: true, Secure: h.secure, SameSite: http.SameSiteStrictMode,
	})
}

func (h *KeysHTTP) tokensPage(r *http.Request, f *form.Form) (tokensPage, error) {
	v := viewer.From(r.Context())
	if err := viewer.RequireOwnClient(v); err != nil {
		return tokensPage{}, err
	}
	tokens, err := h.companies.Tokens(r.Context(), v, v.ClientID)
	return tokensPage{tokensPart: tokensPart{tokens, tokensPath}, Form: f}, err
}

// MakeToken makes a key.
func (h *KeysHTTP) MakeToken(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Parse(r)
	if err != nil {
		return err
	}
	name := f.Text("name", form.Text{Max: MaxTokenName, Required: "Dites à quoi sert cette clé, par exemple « Intranet »."})
	day := f.Date("expires_on", firstDay, lastDay, "Indiquez le dernier jour de la clé.")
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

func (h *KeysHTTP) makeToken(r *http.Request, f *form.Form, name string, day time.Time) (secret string, err error) {
	if !f.Valid() {
		return "", nil
	}
	secret, err = h.companies.MakeToken(r.Context(), viewer.From(r.Context()), name, zone.EndOf(day))
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

// RevokeToken ends a key, and leads back to the page where it stood.
func (h *KeysHTTP) RevokeToken(w http.ResponseWriter, r *http.Request) error {
	v := viewer.From(r.Context())
	client, back, err := whoseKeys(r, v)
	if err != nil {
		return err
	}
	id, err := form.PathID(r, "key")
	if err != nil {
		return err
	}
	if err := h.companies.RevokeToken(r.Context(), v, client, id); err != nil {
		return err
	}
	web.Flash(w, "token-revoked")
	return web.See(w, r, back)
}

// whoseKeys is the client that a request is about, and the page where its keys stand:
// a manager has one client, an administrator names it in the path.
func whoseKeys(r *http.Request, v *viewer.Viewer) (client uuid.UUID, page string, err error) {
	if v != nil && v.Role == viewer.ClientManager {
		return v.ClientID, tokensPath, nil
	}
	client, err = form.PathID(r, "id")
	return client, "/administration/entreprises/" + client.String() + "#cles", err
}
