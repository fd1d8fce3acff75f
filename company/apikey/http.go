package apikey

import (
	"net/http"
	"time"

	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/internal/zone"
	"socialdirect/web"

	"github.com/google/uuid"
)

// List is the list of a client's keys, a part of the administrator's page and of the
// manager's.
type List struct {
	Keys     []Key
	KeysPath string // each key's path is below this one
}

type page struct {
	List
	Form   *form.Form
	Secret string // of the key just created; shown once
}

func (page) Template() string { return "company/tokens" }

func (page) Title() string { return "Clés pour logiciels" }

// HTTP serves the pages of a client's keys.
type HTTP struct {
	keys   *Service
	render *web.Renderer
}

// NewHTTP returns the pages.
func NewHTTP(keys *Service, render *web.Renderer) *HTTP {
	return &HTTP{keys, render}
}

// secretCookie is the cookie that carries a new key's secret to the page that shows it.
const secretCookie = "cle"

const pagePath = "/entreprise/api"

// The first and the last day on which a key may end.
var (
	firstDay = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	lastDay  = time.Date(2099, 12, 31, 0, 0, 0, 0, time.UTC)
)

// showKeys lists a client's keys, and shows the secret of the one just created.
func (h *HTTP) showKeys(w http.ResponseWriter, r *web.Request) error {
	page, err := h.page(r, form.New(nil))
	if err != nil {
		return err
	}
	if secret := r.Cookies.Get(r.Request, secretCookie); secret != "" {
		r.Cookies.Set(w, secretCookie, "", 0)
		page.Secret = h.ownSecret(r, secret)
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// ownSecret returns the secret in the cookie if it is of a key of the viewer's own client, so
// that a forged cookie cannot put text on the page.
func (h *HTTP) ownSecret(r *web.Request, secret string) string {
	_, owner, err := h.keys.peek(r.Context(), secret)
	if v := r.Viewer; err != nil || v == nil || owner.ClientID != v.ClientID {
		return ""
	}
	return secret
}

func (h *HTTP) page(r *web.Request, f *form.Form) (page, error) {
	v := r.Viewer
	if err := viewer.RequireOwnClient(v); err != nil {
		return page{}, err
	}
	tokens, err := h.keys.Of(r.Context(), v, v.ClientID)
	return page{List: List{tokens, pagePath}, Form: f}, err
}

// makeKey creates a key.
func (h *HTTP) makeKey(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	name := f.Text("name", form.Text{Max: maxName, Required: "Dites à quoi sert cette clé, par exemple « Intranet »."})
	day := f.Date("expires_on", firstDay, lastDay, "Indiquez le dernier jour de la clé.")
	secret := ""
	err := f.Save(beside, func() (err error) {
		secret, err = h.keys.Make(r.Context(), r.Viewer, name, zone.EndOf(day))
		return err
	})
	if err != nil {
		return err
	}
	if !f.Valid() {
		return f.ShowAgain(h.page(r, f))
	}
	r.Cookies.Set(w, secretCookie, secret, 60)
	return web.See(w, r, pagePath)
}

// beside are the fields beside which the messages about a key are shown.
var beside = form.Beside{errLifetime: "expires_on", errTooMany: "name"}

// revoke ends a key, and redirects to the page that lists it.
func (h *HTTP) revoke(w http.ResponseWriter, r *web.Request) error {
	v := r.Viewer
	client, back, err := whose(r, v)
	if err != nil {
		return err
	}
	id, err := r.PathID("key")
	if err != nil {
		return err
	}
	if err := h.keys.revoke(r.Context(), v, client, id); err != nil {
		return err
	}
	return web.Done(w, r, "token-revoked", back)
}

// whose returns the client that a request is about, and the path of the page that lists its
// keys. A manager has one client; an administrator names it in the path.
func whose(r *web.Request, v *viewer.Viewer) (client uuid.UUID, page string, err error) {
	if v != nil && v.Role == viewer.ClientManager {
		return v.ClientID, pagePath, nil
	}
	client, err = r.PathID("id")
	return client, "/administration/entreprises/" + client.String() + "#cles", err
}
