package company

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"socialdirect/company/apikey"
	"socialdirect/internal/form"
	"socialdirect/internal/zone"
	"socialdirect/web"

	"github.com/google/uuid"
)

// clientPage shows a client to administrators: contract, codes, keys, history.
type clientPage struct {
	codesPart
	apikey.List
	Form    *form.Form
	Changes []changeLine
}

type changeLine struct {
	Until time.Time
	Words contractWords
}

func (clientPage) Template() string { return "company/client" }
func (p clientPage) Title() string  { return p.Client.Name }

// Contract returns the fields of the client's contract.
func (p clientPage) Contract() contractFields { return contractFields{p.Form} }

// ClientPage shows one client to an administrator (R9).
func (h *HTTP) ClientPage(w http.ResponseWriter, r *web.Request) error {
	id, err := r.PathID("id")
	if err != nil {
		return err
	}
	page, err := h.clientPage(r, id, nil, form.New(nil))
	if err != nil {
		return err
	}
	return h.Render.Render(w, r, http.StatusOK, page)
}

// clientPage returns the page. Without a contract form it shows the saved contract.
func (h *HTTP) clientPage(r *web.Request, id uuid.UUID, contract, code *form.Form) (clientPage, error) {
	part, err := h.codesPart(r, desk{id, "/administration/entreprises/" + id.String()}, code)
	if err != nil {
		return clientPage{}, err
	}
	if contract == nil {
		contract = contractForm(part.Client)
	}
	keys, err := h.Keys.Of(r.Context(), r.Viewer, id)
	if err != nil {
		return clientPage{}, err
	}
	page := clientPage{codesPart: part, List: apikey.List{Keys: keys, KeysPath: part.Path + "/cles"}, Form: contract}
	changes, err := h.companies.Changes(r.Context(), r.Viewer, id)
	for _, c := range changes {
		page.Changes = append(page.Changes, changeLine{c.Until.In(zone.Paris()), contractWords{c.Earlier, part.Words.now}})
	}
	return page, err
}

// contractForm returns the form filled with the saved contract.
func contractForm(c Client) *form.Form {
	f := form.FromValues(url.Values{"modes": c.Modes})
	for name, value := range map[string]string{
		"name": c.Name, "slug": c.Slug, "starts_on": c.StartsOn.Format(time.DateOnly), "ends_on": c.EndsOn.Format(time.DateOnly),
		"sites": strings.Join(c.Sites, "\n"), "mail_domains": strings.Join(c.MailDomains, "\n"),
	} {
		f.Set(name, value)
	}
	if c.PerYear > 0 {
		f.Set("per_year", strconv.Itoa(c.PerYear))
	}
	return f
}

// Edit saves the contract.
func (h *HTTP) Edit(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	id, err := r.PathID("id")
	if err != nil {
		return err
	}
	client := decodeClient(f, id)
	err = f.Save(besideClient, func() error { return h.companies.Edit(r.Context(), r.Viewer, client) })
	if err != nil {
		return err
	}
	if !f.Valid() {
		return f.ShowAgain(h.clientPage(r, id, f, form.New(nil)))
	}
	return web.Done(w, r, "saved", "/administration/entreprises/"+id.String())
}
