package factor

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"time"

	"socialdirect/account/pages"
	"socialdirect/account/session"
	"socialdirect/internal/bearer"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/web"

	"github.com/google/uuid"
)

func (secondFactorPage) Scripts() []string { return []string{session.PasskeyScript} }

func (enrolmentPage) Scripts() []string { return []string{session.PasskeyScript} }

func (passkeysPage) Scripts() []string { return []string{session.PasskeyScript} }

func (recoveryPage) Scripts() []string { return []string{session.PasskeyScript} }

const (
	passkeysPath = "/profil/securite/cles"
)

type passkeysPage struct {
	Passkeys []Passkey
	Zone     *time.Location
	Staff    bool
}

func (passkeysPage) Template() string { return "account/passkeys" }

func (passkeysPage) Title() string { return "Clés d’accès" }

// showPasskeys lists the viewer's passkeys and adds one.
func (h *HTTP) showPasskeys(w http.ResponseWriter, r *web.Request) error {
	v := r.Viewer
	passkeys, err := h.factors.Passkeys(r.Context(), v)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, passkeysPage{Passkeys: passkeys, Zone: v.Zone, Staff: v.Role.Staff()})
}

type passkeyPage struct {
	Form    *form.Form
	Passkey Passkey
	Zone    *time.Location
	Problem string // why it was not removed
}

func (passkeyPage) Template() string { return "account/passkey" }

func (passkeyPage) Title() string { return "Clé d’accès" }

// showPasskey renames and removes one.
func (h *HTTP) showPasskey(w http.ResponseWriter, r *web.Request) error {
	page, err := h.passkeyPage(r)
	if err != nil {
		return err
	}
	page.Form = form.New(map[string]string{"name": page.Passkey.Name})
	return h.render.Render(w, r, http.StatusOK, page)
}

func (h *HTTP) passkeyPage(r *web.Request) (passkeyPage, error) {
	v := r.Viewer
	id, err := passkeyID(r)
	if err != nil {
		return passkeyPage{}, err
	}
	passkeys, err := h.factors.Passkeys(r.Context(), v)
	if err != nil {
		return passkeyPage{}, err
	}
	for _, passkey := range passkeys {
		if passkey.ID == id {
			return passkeyPage{Passkey: passkey, Zone: v.Zone}, nil
		}
	}
	return passkeyPage{}, fault.New(fault.NotFound, "")
}

func passkeyID(r *web.Request) (uuid.UUID, error) {
	id, err := form.ParseID(r.PathValue("id"))
	if err != nil {
		return id, fault.Wrap(fault.NotFound, err)
	}
	return id, nil
}

// renamePasskey gives one another name.
func (h *HTTP) renamePasskey(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.passkeyPage(r)
	if err != nil {
		return err
	}
	page.Form = f
	name := f.Text("name", form.Text{Max: maxPasskeyName, Required: "Donnez un nom à cette clé, par exemple « Mon téléphone »."})
	if !f.Valid() {
		return f.Invalid(page)
	}
	if err := h.factors.RenamePasskey(r.Context(), r.Viewer, page.Passkey.ID, name); err != nil {
		return err
	}
	return web.Done(w, r, "saved", passkeysPath)
}

// removePasskey removes one.
func (h *HTTP) removePasskey(w http.ResponseWriter, r *web.Request) error {
	page, err := h.passkeyPage(r)
	if err != nil {
		return err
	}
	err = h.factors.RemovePasskey(r.Context(), r.Viewer, page.Passkey.ID)
	if fault.Is(err, fault.Conflict) {
		page.Form, page.Problem = form.New(map[string]string{"name": page.Passkey.Name}), fault.From(err).Message
		return fault.WithPage(err, page)
	}
	if err != nil {
		return err
	}
	return web.Done(w, r, "deleted", passkeysPath)
}

// given is what the module sends: what the browser made of a challenge.
type given struct {
	Credential json.RawMessage `json:"credential"`
	Name       string          `json:"name"`
	Next       string          `json:"suite"`
}

// readGiven decodes it: TooLarge over the bound of a form, Invalid when it is not
// what the module sends.
func readGiven(r *web.Request) (given, error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/json" {
		return given{}, fault.Wrap(fault.Invalid, fmt.Errorf("content type %q", kind))
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, form.MaxBytes+1))
	if err != nil {
		return given{}, fault.Wrap(fault.Invalid, err)
	}
	if len(body) > form.MaxBytes {
		return given{}, form.Drain(r.Body)
	}
	var g given
	if err := json.Unmarshal(body, &g); err != nil {
		return given{}, fault.Wrap(fault.Invalid, err)
	}
	if len(g.Credential) == 0 {
		return given{}, fault.Wrap(fault.Invalid, errors.New("no credential"))
	}
	return g, nil
}

// passkeyName is the name typed for a new passkey, or one that says what it is.
func (g given) passkeyName() (string, error) {
	f := form.FromValues(url.Values{"name": {g.Name}})
	name := f.Text("name", form.Text{Max: maxPasskeyName})
	if message := f.Error("name"); message != "" {
		return "", fault.New(fault.Invalid, message)
	}
	if name == "" {
		name = "Clé d’accès"
	}
	return name, nil
}

// tell answers the module.
func tell(w http.ResponseWriter, what any) error {
	body, err := json.Marshal(what)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(body)
	return err
}

// notifyPlace sends the browser on, with its session where it got a new one.
func (h *HTTP) notifyPlace(w http.ResponseWriter, in session.SignedIn, next string) error {
	if in.Token != "" {
		h.sessions.SetSession(w, in.Token)
	}
	if in.Mark != "" {
		h.sessions.SetMark(w, in.Mark)
	}
	return tell(w, map[string]string{"location": session.Landing(in, pages.LocalPath(next))})
}

// askToAddPasskey answers with what the browser makes a passkey from.
func (h *HTTP) askToAddPasskey(w http.ResponseWriter, r *web.Request) error {
	if err := h.giveResetCode(r); err != nil {
		return err
	}
	options, err := h.factors.AskToAddPasskey(r.Context(), r.Viewer)
	if err != nil {
		return err
	}
	return tell(w, options)
}

// giveResetCode takes the code given by voice, which the module sends where the page
// asks for it, before the browser makes anything.
func (h *HTTP) giveResetCode(r *web.Request) error {
	v := r.Viewer
	owed, err := h.factors.OwesResetCode(r.Context(), v)
	if err != nil || !owed {
		return err
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, form.MaxBytes))
	if err != nil {
		return fault.Wrap(fault.Invalid, err)
	}
	var typed struct {
		Code string `json:"reset_code"`
	}
	if json.Unmarshal(body, &typed) != nil || typed.Code == "" || len(typed.Code) > maxCode {
		return errResetCode
	}
	return h.factors.GiveResetCode(r.Context(), v, typed.Code)
}

// addPasskey keeps the passkey that the browser made.
func (h *HTTP) addPasskey(w http.ResponseWriter, r *web.Request) error {
	g, err := readGiven(r)
	if err != nil {
		return err
	}
	name, err := g.passkeyName()
	if err != nil {
		return err
	}
	in, err := h.factors.AddPasskey(r.Context(), r.Viewer, name, g.Credential)
	if err != nil {
		return err
	}
	web.Flash(w, "passkey-added")
	if in.Token == "" {
		return tell(w, map[string]string{"location": passkeysPath})
	}
	return h.notifyPlace(w, in, g.Next)
}

// passkeyHolder is the cookie that ties a challenge to a browser where nobody is
// signed in.
func (h *HTTP) passkeyHolder() string {
	if h.secure {
		return "__Host-passkey"
	}
	return "passkey"
}

func (h *HTTP) setPasskeyHolder(w http.ResponseWriter, token string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: h.passkeyHolder(), Value: token, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: h.secure, SameSite: http.SameSiteStrictMode,
	})
}

// askPasskeySignIn answers with a challenge to any passkey.
func (h *HTTP) askPasskeySignIn(w http.ResponseWriter, r *web.Request) error {
	token, holder := bearer.New()
	options, err := h.factors.AskPasskeySignIn(r.Context(), holder)
	if err != nil {
		return err
	}
	h.setPasskeyHolder(w, token, int(ChallengeLifetime.Seconds()))
	return tell(w, options)
}

// signInWithPasskey opens a session.
func (h *HTTP) signInWithPasskey(w http.ResponseWriter, r *web.Request) error {
	g, err := readGiven(r)
	if err != nil {
		return err
	}
	cookie, err := r.Cookie(h.passkeyHolder())
	if err != nil || len(cookie.Value) > 100 {
		return errChallenge
	}
	in, err := h.factors.SignInWithPasskey(r.Context(), bearer.Hash(cookie.Value), g.Credential, h.sessions.Device(r))
	if err != nil {
		return err
	}
	h.setPasskeyHolder(w, "", -1)
	return h.notifyPlace(w, in, g.Next)
}

// askPasskeyProof answers with a challenge to the viewer's passkeys.
func (h *HTTP) askPasskeyProof(w http.ResponseWriter, r *web.Request) error {
	options, err := h.factors.AskPasskeyProof(r.Context(), r.Viewer)
	if err != nil {
		return err
	}
	return tell(w, options)
}

// provePasskey takes a passkey for the second factor.
func (h *HTTP) provePasskey(w http.ResponseWriter, r *web.Request) error {
	g, err := readGiven(r)
	if err != nil {
		return err
	}
	in, err := h.factors.ProvePasskey(r.Context(), r.Viewer, g.Credential)
	if err != nil {
		return err
	}
	return h.notifyPlace(w, in, g.Next)
}
