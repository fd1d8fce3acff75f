package company

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/web"

	"github.com/google/uuid"
)

// clientsAtOnce is how many clients one page lists; the search finds the others.
const clientsAtOnce = 50

type clientsPage struct {
	Search  *form.Form
	Form    *form.Form
	Clients []clientLine
	More    bool // whether there are more than the page lists
	Alerts  []Alert
	Tasks   []Task // what waits
	Asked   bool   // whether tasks are shown: not beside a search
}

type clientLine struct {
	Client
	Words contractWords
}

// Contract returns the fields of a new client's contract.
func (p clientsPage) Contract() contractFields { return contractFields{p.Form} }

// contractFields is the form of a contract, for its template.
type contractFields struct{ Form *form.Form }

// Modes returns the modes to choose from.
func (contractFields) Modes() []form.Option { return modeOptions }

func (clientsPage) Template() string { return "company/clients" }
func (clientsPage) Title() string    { return "Administration" }

// showClients lists the clients that match the search, or all (R9).
func (h *HTTP) showClients(w http.ResponseWriter, r *web.Request) error {
	page, err := h.clientsPage(r, form.FromValues(url.Values{"modes": modes}))
	if err != nil {
		return err
	}
	return h.Render.Render(w, r, http.StatusOK, page)
}

func (h *HTTP) clientsPage(r *web.Request, f *form.Form) (clientsPage, error) {
	search := form.FromValues(r.URL.Query())
	page := clientsPage{Search: search, Form: f}
	if h.Alerts != nil {
		page.Alerts = h.Alerts(r.Context(), r.Viewer)
	}
	words := search.Text("q", form.Text{Max: 120})
	if h.Tasks != nil && words == "" {
		tasks, err := h.Tasks(r.Context(), r.Viewer)
		if err != nil {
			return page, err
		}
		page.Tasks, page.Asked = tasks, true
	}
	clients, err := h.companies.Search(r.Context(), r.Viewer, words, clientsAtOnce+1)
	if len(clients) > clientsAtOnce {
		clients, page.More = clients[:clientsAtOnce], true
	}
	now := h.companies.db.Now()
	for _, c := range clients {
		page.Clients = append(page.Clients, clientLine{c, contractWords{c.Contract(), now}})
	}
	return page, err
}

// The first and the last day of any contract.
var (
	firstContractDay = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	lastContractDay  = time.Date(2099, 12, 31, 0, 0, 0, 0, time.UTC)
)

var slugPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func decodeClient(f *form.Form, id uuid.UUID) Client {
	c := Client{
		ID:       id,
		Name:     f.Text("name", form.Text{Max: 120, Required: "Écrivez le nom de l’entreprise."}),
		Slug:     f.Text("slug", form.Text{Max: 60, Required: "Choisissez l’adresse de sa page, par exemple « exemple-sa »."}),
		StartsOn: f.Date("starts_on", firstContractDay, lastContractDay, "Indiquez le premier jour du contrat."),
		EndsOn:   f.Date("ends_on", firstContractDay, lastContractDay, "Indiquez le dernier jour du contrat."),
		Modes:    f.Choices("modes", modes, errModes.Message),
		PerYear:  decodeCount(f, "per_year", 1, MaxPerYear),
		Sites:    decodeSites(f),

		MailDomains: decodeMailDomains(f),
	}
	if c.Slug != "" && !slugPattern.MatchString(c.Slug) {
		f.Fail("slug", "L’adresse n’a que des lettres minuscules sans accent, des chiffres et des traits d’union.")
	}
	if !c.StartsOn.IsZero() && !c.EndsOn.IsZero() && c.EndsOn.Before(c.StartsOn) {
		f.Fail("ends_on", "Le contrat finit avant de commencer. Corrigez l’une des deux dates.")
	}
	return c
}

// decodeCount decodes an optional whole number, 0 when it is empty.
func decodeCount(f *form.Form, name string, least, most int) int {
	value := f.Text(name, form.Text{Max: 12})
	if value == "" {
		return 0
	}
	n, err := strconv.Atoi(strings.Join(strings.Fields(value), ""))
	if err != nil || n < least || n > most {
		f.Fail(name, fmt.Sprintf("Écrivez un nombre entre %d et %d, ou laissez vide pour ne pas limiter.", least, most))
		return 0
	}
	return n
}

// decodeSites decodes one site a line, without duplicates.
func decodeSites(f *form.Form) []string {
	text := f.Text("sites", form.Text{Max: MaxSites * (maxSiteName + 1), Lines: true})
	sites := []string{}
	for line := range strings.Lines(text) {
		site := strings.Join(strings.Fields(line), " ")
		if utf8.RuneCountInString(site) > maxSiteName {
			f.Fail("sites", fmt.Sprintf("Le nom d’un site a %d caractères au plus.", maxSiteName))
		}
		if site != "" && !slices.Contains(sites, site) {
			sites = append(sites, site)
		}
	}
	if len(sites) > MaxSites {
		f.Fail("sites", fmt.Sprintf("Il y a %d sites au plus.", MaxSites))
	}
	return sites
}

// decodeMailDomains decodes one domain a line, without duplicates.
func decodeMailDomains(f *form.Form) []string {
	text := f.Text("mail_domains", form.Text{Max: MaxMailDomains * (maxMailDomain + 1), Lines: true})
	domains := []string{}
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		domain, err := ParseMailDomain(line)
		if err != nil {
			f.Fail("mail_domains", fault.From(err).Message)
			return nil
		}
		if !slices.Contains(domains, domain) {
			domains = append(domains, domain)
		}
	}
	if len(domains) > MaxMailDomains {
		f.Fail("mail_domains", fmt.Sprintf("Il y a %d domaines au plus.", MaxMailDomains))
	}
	return domains
}

// besideClient are the fields beside which the messages about a client are shown.
var besideClient = form.Beside{ErrSlugTaken: "slug"}

// Create adds a client and redirects to its page.
func (h *HTTP) Create(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	client := decodeClient(f, uuid.Nil)
	err := f.Save(besideClient, func() (err error) {
		client.ID, err = h.companies.Create(r.Context(), r.Viewer, client)
		return err
	})
	if err != nil {
		return err
	}
	if !f.Valid() {
		return f.ShowAgain(h.clientsPage(r, f))
	}
	return web.Done(w, r, "saved", "/administration/entreprises/"+client.ID.String())
}
