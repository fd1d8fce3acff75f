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

// showPasskeys lists the viewer's passkeys, with the button that adds one.
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
	Problem string // why the passkey was not removed
}

func (passkeyPage) Template() string { return "account/passkey" }

func (passkeyPage) Title() string { return "Clé d’accès" }

// showPasskey shows the form that renames or removes a passkey.
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

// renamePasskey renames a passkey.
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

// removePasskey removes a passkey.
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

// passkeyResponse is the JSON body that the passkey script sends: the browser's response
// to a challenge.
type passkeyResponse struct {
	Credential json.RawMessage `json:"credential"`
	Name       string          `json:"name"`
	Next       string          `json:"suite"`
}

// readResponse decodes the body. It fails with TooLarge over the size limit of a form, and
// with Invalid when it is not what the script sends.
func readResponse(r *web.Request) (passkeyResponse, error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/json" {
		return passkeyResponse{}, fault.Wrap(fault.Invalid, fmt.Errorf("content type %q", kind))
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, form.MaxBytes+1))
	if err != nil {
		return passkeyResponse{}, fault.Wrap(fault.Invalid, err)
	}
	if len(body) > form.MaxBytes {
		return passkeyResponse{}, form.Drain(r.Body)
	}
	var g passkeyResponse
	if err := json.Unmarshal(body, &g); err != nil {
		return passkeyResponse{}, fault.Wrap(fault.Invalid, err)
	}
	if len(g.Credential) == 0 {
		return passkeyResponse{}, fault.Wrap(fault.Invalid, errors.New("no credential"))
	}
	return g, nil
}

// passkeyName returns the name typed for a new passkey, or a default name.
func (g passkeyResponse) passkeyName() (string, error) {
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

// writeJSON answers the script.
func writeJSON(w http.ResponseWriter, what any) error {
	body, err := json.Marshal(what)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(body)
	return err
}

// writeLocation answers the script with the page to open, and sets the cookies of a new
// session, if any.
func (h *HTTP) writeLocation(w http.ResponseWriter, in session.SignedIn, next string) error {
	if in.Token != "" {
		h.sessions.SetSession(w, in.Token)
	}
	if in.Mark != "" {
		h.sessions.SetMark(w, in.Mark)
	}
	return writeJSON(w, map[string]string{"location": session.Landing(in, pages.LocalPath(next))})
}

// askToAddPasskey answers with the options from which the browser creates a passkey.
func (h *HTTP) askToAddPasskey(w http.ResponseWriter, r *web.Request) error {
	if err := h.giveResetCode(r); err != nil {
		return err
	}
	options, err := h.factors.AskToAddPasskey(r.Context(), r.Viewer)
	if err != nil {
		return err
	}
	return writeJSON(w, options)
}

// giveResetCode checks the reset code, which the script sends with its first request when
// the page has a field for it.
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

// addPasskey saves the passkey that the browser created.
func (h *HTTP) addPasskey(w http.ResponseWriter, r *web.Request) error {
	g, err := readResponse(r)
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
	web.Flash(w, r, "passkey-added")
	if in.Token == "" {
		return writeJSON(w, map[string]string{"location": passkeysPath})
	}
	return h.writeLocation(w, in, g.Next)
}

// holderCookie is the cookie that binds a challenge to a browser before sign-in.
const holderCookie = "passkey"

// askPasskeySignIn answers with a challenge to sign in with any passkey.
func (h *HTTP) askPasskeySignIn(w http.ResponseWriter, r *web.Request) error {
	token, holder := bearer.New()
	options, err := h.factors.AskPasskeySignIn(r.Context(), holder)
	if err != nil {
		return err
	}
	r.Cookies.Set(w, holderCookie, token, int(ChallengeLifetime.Seconds()))
	return writeJSON(w, options)
}

// signInWithPasskey opens a session for the response to that challenge.
func (h *HTTP) signInWithPasskey(w http.ResponseWriter, r *web.Request) error {
	g, err := readResponse(r)
	if err != nil {
		return err
	}
	holder := r.Cookies.Get(r.Request, holderCookie)
	if holder == "" || len(holder) > 100 {
		return errChallenge
	}
	in, err := h.factors.SignInWithPasskey(r.Context(), bearer.Hash(holder), g.Credential, h.sessions.Device(r))
	if err != nil {
		return err
	}
	r.Cookies.Set(w, holderCookie, "", 0)
	return h.writeLocation(w, in, g.Next)
}

// askPasskeyProof answers with a challenge to the viewer's passkeys.
func (h *HTTP) askPasskeyProof(w http.ResponseWriter, r *web.Request) error {
	options, err := h.factors.AskPasskeyProof(r.Context(), r.Viewer)
	if err != nil {
		return err
	}
	return writeJSON(w, options)
}

// provePasskey accepts a passkey as second factor.
func (h *HTTP) provePasskey(w http.ResponseWriter, r *web.Request) error {
	g, err := readResponse(r)
	if err != nil {
		return err
	}
	in, err := h.factors.ProvePasskey(r.Context(), r.Viewer, g.Credential)
	if err != nil {
		return err
	}
	return h.writeLocation(w, in, g.Next)
}
