package company

import (
	"errors"
	"net/http"
	"regexp"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// HTTP is the pages of this package.
type HTTP struct {
	companies *Service
	render    *web.Renderer
	base      string
}

// NewHTTP returns the pages. base is the platform's public address, without a
// slash at its end.
func NewHTTP(companies *Service, render *web.Renderer, base string) *HTTP {
	return &HTTP{companies: companies, render: render, base: base}
}

type clientsPage struct {
	Form    *form.Form
	Clients []Client
	Base    string
}

func (clientsPage) Template() string { return "company/clients" }
func (clientsPage) Title() string    { return "Entreprises" }

// ClientsPage lists the clients with their codes (R9).
func (h *HTTP) ClientsPage(w http.ResponseWriter, r *http.Request) error {
	page, err := h.clientsPage(r, form.New(nil))
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

func (h *HTTP) clientsPage(r *http.Request, f *form.Form) (clientsPage, error) {
	clients, err := h.companies.Clients(r.Context(), viewer.From(r.Context()))
	return clientsPage{Form: f, Clients: clients, Base: h.base}, err
}

// The days between which a contract may lie.
var (
	firstContractDay = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	lastContractDay  = time.Date(2099, 12, 31, 0, 0, 0, 0, time.UTC)
)

var slugPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func decodeClient(f *form.Form) Client {
	c := Client{
		Name:     f.Text("name", form.Text{Max: 120, Required: "Écrivez le nom de l’entreprise."}),
		Slug:     f.Text("slug", form.Text{Max: 60, Required: "Choisissez l’adresse de sa page, par exemple « exemple-sa »."}),
		StartsOn: f.Date("starts_on", firstContractDay, lastContractDay, "Indiquez le premier jour du contrat."),
		EndsOn:   f.Date("ends_on", firstContractDay, lastContractDay, "Indiquez le dernier jour du contrat."),
	}
	if c.Slug != "" && !slugPattern.MatchString(c.Slug) {
		f.Fail("slug", "L’adresse n’a que des lettres minuscules sans accent, des chiffres et des traits d’union.")
	}
	if !c.StartsOn.IsZero() && c.EndsOn.Before(c.StartsOn) {
		f.Fail("ends_on", "Le contrat finit avant de commencer. Corrigez l’une des deux dates.")
	}
	return c
}

// Create adds a client.
func (h *HTTP) Create(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Parse(r)
	if err != nil {
		return err
	}
	client := decodeClient(f)
	if f.Valid() {
		_, err = h.companies.Create(r.Context(), viewer.From(r.Context()), client)
		if errors.Is(err, ErrSlugTaken) {
			f.Fail("slug", ErrSlugTaken.Message)
		} else if err != nil {
			return err
		}
	}
	if !f.Valid() {
		page, err := h.clientsPage(r, f)
		if err != nil {
			return err
		}
		return f.Invalid(page)
	}
	web.Flash(w, "saved")
	return web.See(w, r, "/administration")
}

// IssueCode makes a code that expires at the end of a day.
func (h *HTTP) IssueCode(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Parse(r)
	if err != nil {
		return err
	}
	client, err := form.ParseID(r.PathValue("id"))
	if err != nil {
		return fault.Wrap(fault.NotFound, err)
	}
	field := "expires_on"
	day := f.Date(field, firstContractDay, lastContractDay, "Indiquez le dernier jour du code.")
	if !f.Valid() {
		page, err := h.clientsPage(r, f)
		if err != nil {
			return err
		}
		return f.Invalid(page)
	}
	if _, err := h.companies.IssueCode(r.Context(), viewer.From(r.Context()), client, endOfDay(day)); err != nil {
		return err
	}
	web.Flash(w, "saved")
	return web.See(w, r, "/administration")
}

// endOfDay is the midnight that ends a calendar day where contracts are signed.
func endOfDay(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, contractZone())
}
