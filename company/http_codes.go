package company

import (
	"cmp"
	"net/http"
	"strconv"
	"time"

	"socialdirect/company/figures"
	"socialdirect/company/poster"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/internal/zone"
	"socialdirect/web"
)

// codesPart is the list of a client's codes with the form for a new one, a part of the
// administrator's page and of the manager's.
type codesPart struct {
	Client   Client
	Words    contractWords
	Address  string // of the co-branded page
	Path     string // of the page that this is a part of
	CodeForm *form.Form
	Codes    []Code
	Sites    []form.Option
	MinUses  int
}

// NearShare returns how often the noise of a limit is small, in words.
func (codesPart) NearShare() string { return figures.NearShare() }

func (h *HTTP) codesPart(r *web.Request, d desk, f *form.Form) (codesPart, error) {
	v := r.Viewer
	c, err := h.companies.Client(r.Context(), v, d.client)
	if err != nil {
		return codesPart{}, err
	}
	codes, err := h.companies.Codes(r.Context(), v, d.client)
	return codesPart{
		Client: c, Words: contractWords{c.Contract(), h.companies.db.Now()}, Address: entrance(h.Base, c.Slug), Path: d.path,
		CodeForm: f, Codes: codes, Sites: siteOptions(c.Sites), MinUses: MinUses,
	}, err
}

// deskPage returns the page that lists the desk's codes, with the given form.
func (h *HTTP) deskPage(r *web.Request, d desk, f *form.Form) (web.Page, error) {
	if r.Viewer.Role == viewer.ClientManager {
		return h.managerPage(r, d, f)
	}
	return h.clientPage(r, d.client, nil, f)
}

// DecodeCode decodes the settings of a new code. Its last day is between today and the
// contract's end.
func DecodeCode(f *form.Form, c Client, now time.Time) NewCode {
	today := zone.Day(now)
	n := NewCode{
		MaxUses: decodeCount(f, "max_uses", MinUses, MaxUses),
		Label:   f.Text("label", form.Text{Max: MaxLabel}),
	}
	if c.EndsOn.Before(today) {
		f.Fail("expires_on", "Le contrat est terminé : un code ne permettrait à personne de s’inscrire.")
		return n
	}
	if day := f.Date("expires_on", today, c.EndsOn, "Indiquez le dernier jour du code."); !day.IsZero() {
		n.ExpiresAt = zone.EndOf(day)
	}
	if len(c.Sites) > 0 {
		n.Site = f.Text("site", form.Text{Max: maxSiteName})
	}
	return n
}

// BesideCode are the fields beside which the messages about a code are shown.
var BesideCode = form.Beside{ErrExpiry: "expires_on", ErrMaxUses: "max_uses", ErrSite: "site"}

// IssueCode creates a code that expires at the end of a day.
func (h *HTTP) IssueCode(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	d, err := deskOf(r)
	if err != nil {
		return err
	}
	v := r.Viewer
	client, err := h.companies.Client(r.Context(), v, d.client)
	if err != nil {
		return err
	}
	settings := DecodeCode(f, client, h.companies.db.Now())
	err = f.Save(BesideCode, func() error {
		_, err := h.companies.IssueCode(r.Context(), v, d.client, settings)
		return err
	})
	if err != nil {
		return err
	}
	if !f.Valid() {
		return f.ShowAgain(h.deskPage(r, d, f))
	}
	return web.Done(w, r, "code-issued", d.path+"#codes")
}

// codePage is a page about one code: the confirmations to revoke or replace it, or the mail
// that distributes it.
type codePage struct {
	template string
	title    string
	Form     *form.Form
	Client   Client
	Code     Code
	Path     string // of the page that lists the codes
	Overlaps []form.Option
	Poster   poster.Poster
}

func (p codePage) Template() string { return "company/" + p.template }

// Title names the code by what its client calls it and when it was issued, never by the code
// itself: titles stay in a browser's history.
func (p codePage) Title() string {
	issued := p.Code.IssuedAt.In(zone.Paris())
	return p.title + ", " + cmp.Or(p.Code.Label, p.Code.Site, p.Client.Name) + ", émis le " + web.Date(issued) + " à " + web.Hour(issued)
}

// codePage returns the page of the code that the path names.
func (h *HTTP) codePage(r *web.Request, template, title string) (codePage, error) {
	d, err := deskOf(r)
	if err != nil {
		return codePage{}, err
	}
	id, err := r.PathID("code")
	if err != nil {
		return codePage{}, err
	}
	v := r.Viewer
	client, err := h.companies.Client(r.Context(), v, d.client)
	if err != nil {
		return codePage{}, err
	}
	code, err := h.companies.Code(r.Context(), v, d.client, id)
	return codePage{
		template: template, title: title, Form: form.New(nil), Client: client, Code: code, Path: d.path, Overlaps: overlaps,
		Poster: newPoster(client, code, h.Base, h.Render.Phone(), h.companies.db.Now()),
	}, err
}

// RevokePage shows the consequences of revoking a code and asks for a confirmation.
func (h *HTTP) RevokePage(w http.ResponseWriter, r *web.Request) error {
	page, err := h.codePage(r, "revoke", "Révoquer un code")
	if err != nil {
		return err
	}
	if page.Code.Ended() {
		return errEnded
	}
	return h.Render.Render(w, r, http.StatusOK, page)
}

// Revoke revokes a code.
func (h *HTTP) Revoke(w http.ResponseWriter, r *web.Request) error {
	page, err := h.codePage(r, "revoke", "Révoquer un code")
	if err != nil {
		return err
	}
	if err := h.companies.RevokeCode(r.Context(), r.Viewer, page.Client.ID, page.Code.ID); err != nil {
		return err
	}
	return web.Done(w, r, "code-revoked", page.Path+"#codes")
}

// overlaps are how long a replaced code may still work, in days.
var overlaps = []form.Option{{Value: "0", Label: "Tout de suite"}, {Value: "7", Label: "Dans 7 jours"}, {Value: "30", Label: "Dans 30 jours"}, {Value: "90", Label: "Dans 90 jours"}}

// RotatePage asks when the old code ends.
func (h *HTTP) RotatePage(w http.ResponseWriter, r *web.Request) error {
	page, err := h.codePage(r, "rotate", "Remplacer un code")
	if err != nil {
		return err
	}
	if !page.Code.Rotatable() {
		return errRotated
	}
	page.Form.Set("overlap", "30")
	return h.Render.Render(w, r, http.StatusOK, page)
}

// Rotate replaces a code by another with the same settings.
func (h *HTTP) Rotate(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.codePage(r, "rotate", "Remplacer un code")
	if err != nil {
		return err
	}
	days, _ := strconv.Atoi(f.Choice("overlap", []string{"0", "7", "30", "90"}, "Choisissez quand l’ancien code s’arrête."))
	if !f.Valid() {
		page.Form = f
		return f.Invalid(page)
	}
	overlap := time.Duration(days) * 24 * time.Hour
	if _, err := h.companies.RotateCode(r.Context(), r.Viewer, page.Client.ID, page.Code.ID, overlap); err != nil {
		return err
	}
	return web.Done(w, r, "code-rotated", page.Path+"#codes")
}
