package privacy

import (
	"net/http"
	"time"

	"socialdirect/account"
	"socialdirect/account/people"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

const (
	deskPath     = "/protection-des-donnees"
	requestsPath = deskPath + "/demandes"
)

// deskPage is the officer's first page.
type deskPage struct {
	Zone         *time.Location
	Open, Closed []Line
}

func (deskPage) Template() string { return "privacy/desk" }
func (deskPage) Title() string    { return "Demandes" }

// desk lists the requests to be answered, the earliest due first.
func (h *HTTP) desk(w http.ResponseWriter, r *web.Request) error {
	v := r.Viewer
	open, closed, err := h.rights.Requests(r.Context(), v)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, deskPage{v.Zone, open, closed})
}

// enterPage is the form in which the officer enters a request that came by letter, phone or
// mail.
type enterPage struct {
	Form     *form.Form
	Channels []form.Option
}

func (enterPage) Template() string { return "privacy/enter" }
func (enterPage) Title() string    { return "Enregistrer une demande" }

func newEnterPage(f *form.Form) enterPage {
	page := enterPage{Form: f}
	for _, c := range channels {
		page.Channels = append(page.Channels, form.Option{Value: string(c), Label: c.Label()})
	}
	return page
}

func (p enterPage) channels() []string {
	values := make([]string, len(p.Channels))
	for i, o := range p.Channels {
		values[i] = o.Value
	}
	return values
}

// showEnter shows the form.
func (h *HTTP) showEnter(w http.ResponseWriter, r *web.Request) error {
	return h.render.Render(w, r, http.StatusOK, newEnterPage(form.New(nil)))
}

// enter saves the request.
func (h *HTTP) enter(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, today := newEnterPage(f), day(h.rights.db.Now())
	entered := Written{
		Channel:    Channel(f.Choice("channel", page.channels(), "Dites comment la demande est arrivée.")),
		ReceivedOn: f.Date("received_on", today.AddDate(-1, 0, 0), today, "Écrivez le jour où la demande est arrivée."),
		Details:    written(f),
	}
	if !f.Valid() {
		return f.Invalid(page)
	}
	id, err := h.rights.Enter(r.Context(), r.Viewer, entered)
	if err != nil {
		return f.Refused("received_on", err, page)
	}
	return web.Done(w, r, "saved", requestsPath+"/"+id.String())
}

// casePage is one request with the forms to handle it.
type casePage struct {
	Case
	Zone  *time.Location
	Form  *form.Form // of the search
	Note  *form.Form
	Why   *form.Form // of the refusal
	Asked bool       // a search was made
	Found []people.Account
	Years int
}

func (casePage) Template() string { return "privacy/case" }
func (p casePage) Title() string  { return p.title("Demande de suppression") }

// Role returns the name of a role.
func (casePage) Role(role viewer.Role) string { return people.RoleLabel(role) }

// Display returns a number as people read it.
func (casePage) Display(mobile string) string { return people.DisplayMobile(mobile) }

// Erasable reports whether the request can be carried out now.
func (p casePage) Erasable() bool {
	return p.State == Open && p.Account != nil && p.Account.State != people.Erased
}

// title tells the pages of one request from those of another: whose it is, if it says so, and
// the day on which it came.
func (c Case) title(what string) string {
	if c.Details.Name != "" {
		what += ", " + c.Details.Name
	}
	return what + ", reçue le " + web.Date(c.ReceivedAt.In(legalZone))
}

func (h *HTTP) casePage(r *web.Request) (casePage, error) {
	id, err := r.PathID("id")
	if err != nil {
		return casePage{}, err
	}
	v := r.Viewer
	found, err := h.rights.Case(r.Context(), v, id)
	empty := form.New(nil)
	return casePage{Case: found, Zone: v.Zone, Form: empty, Note: empty, Why: empty, Years: archiveYears}, err
}

// request shows one request.
func (h *HTTP) request(w http.ResponseWriter, r *web.Request) error {
	page, err := h.casePage(r)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// search searches for the account. It is a POST, so that names do not appear in URLs.
func (h *HTTP) search(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.casePage(r)
	if err != nil {
		return err
	}
	page.Form = f
	query := f.Text("query", form.Text{Max: 100, Required: "Écrivez un nom, une adresse e-mail ou un numéro."})
	if !f.Valid() {
		return f.Invalid(page)
	}
	if page.Found, err = h.rights.accounts.Lookups.FindForRights(r.Context(), r.Viewer, query); err != nil {
		return f.Refused("query", err, page)
	}
	page.Asked = true
	return h.render.Render(w, r, http.StatusOK, page)
}

// match matches the request to an account.
func (h *HTTP) match(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.casePage(r)
	if err != nil {
		return err
	}
	subject, err := form.ParseID(f.Hidden("account", 40))
	if err != nil {
		f.Fail("query", "Choisissez un compte dans la liste.")
		page.Form = f
		return f.Invalid(page)
	}
	return h.done(w, r, page, h.rights.Match(r.Context(), r.Viewer, page.ID, subject))
}

// addNote records a step.
func (h *HTTP) addNote(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.casePage(r)
	if err != nil {
		return err
	}
	page.Note = f
	text := f.Text("note", form.Text{Max: maxText, Required: "Écrivez ce qui a été fait.", Lines: true})
	if !f.Valid() {
		return f.Invalid(page)
	}
	return h.done(w, r, page, h.rights.Note(r.Context(), r.Viewer, page.ID, text))
}

// refuse closes the request with a reason.
func (h *HTTP) refuse(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.casePage(r)
	if err != nil {
		return err
	}
	page.Why = f
	reason := f.Text("reason", form.Text{Max: MaxReason, Required: "Écrivez pourquoi\u00a0: la personne le lira.", Lines: true})
	if !f.Valid() {
		return f.Invalid(page)
	}
	return h.done(w, r, page, h.rights.Refuse(r.Context(), r.Viewer, page.ID, reason))
}

func (h *HTTP) done(w http.ResponseWriter, r *web.Request, page casePage, err error) error {
	if err != nil {
		return err
	}
	return web.Done(w, r, "saved", requestsPath+"/"+page.ID.String())
}

// carryPage asks the officer to confirm an erasure, and shows its consequences.
type carryPage struct {
	Case
	Form   *form.Form
	Zone   *time.Location
	Coming int // appointments that will be cancelled
	Years  int

	Evidence account.Evidence // reports, decisions and the like, to be seen first
}

func (carryPage) Template() string { return "privacy/carry" }
func (p carryPage) Title() string  { return p.title("Supprimer le compte") }

// Role returns the name of a role.
func (carryPage) Role(role viewer.Role) string { return people.RoleLabel(role) }

func (h *HTTP) carryPage(r *web.Request, f *form.Form) (carryPage, error) {
	page, err := h.casePage(r)
	switch {
	case err != nil:
		return carryPage{}, err
	case page.State != Open:
		return carryPage{}, errClosed
	case !page.Erasable():
		return carryPage{}, errUnmatched
	}
	coming, err := h.rights.appointments.CountComing(r.Context(), page.AccountID)
	if err != nil {
		return carryPage{}, err
	}
	evidence, err := h.rights.accounts.Evidence(r.Context(), r.Viewer, page.AccountID)
	return carryPage{Case: page.Case, Zone: r.Viewer.Zone, Form: f, Coming: coming, Years: archiveYears, Evidence: evidence}, err
}

// showCarryOut shows the exact consequences of the erasure.
func (h *HTTP) showCarryOut(w http.ResponseWriter, r *web.Request) error {
	page, err := h.carryPage(r, form.New(nil))
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// carryOut erases the person.
func (h *HTTP) carryOut(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.carryPage(r, f)
	if err != nil {
		return err
	}
	if page.Evidence.Any() {
		f.Checked("seen", "Lisez d’abord ce qui est signalé et décidé, puis cochez cette case.")
	}
	f.Checked("confirm", "Cochez cette case\u00a0: une suppression ne se défait pas.")
	if !f.Valid() {
		return f.Invalid(page)
	}
	// The account that the officer saw; the request may have been matched to another since.
	shown, err := form.ParseID(f.Hidden("account", 40))
	if err != nil {
		shown = page.AccountID
	}
	if err := h.rights.CarryOut(r.Context(), r.Viewer, page.ID, shown); err != nil {
		return err
	}
	return web.Done(w, r, "rights-erased", requestsPath+"/"+page.ID.String())
}

// archivePage shows what is kept of an erased person.
type archivePage struct {
	ID      uuid.UUID
	Form    *form.Form
	Archive *Archive // nil until it is opened
}

func (archivePage) Template() string { return "privacy/archive" }
func (archivePage) Title() string    { return "Archive" }

// showArchive asks for the reason to open the archive.
func (h *HTTP) showArchive(w http.ResponseWriter, r *web.Request) error {
	page, err := h.casePage(r)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, archivePage{ID: page.ID, Form: form.New(nil)})
}

// openArchive shows the archive in its answer.
func (h *HTTP) openArchive(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.casePage(r)
	if err != nil {
		return err
	}
	shown := archivePage{ID: page.ID, Form: f}
	reason := f.Text("reason", form.Text{Max: MaxReason, Required: "Écrivez pourquoi vous l’ouvrez.", Lines: true})
	if !f.Valid() {
		return f.Invalid(shown)
	}
	archive, err := h.rights.OpenArchive(r.Context(), r.Viewer, page.ID, reason)
	if err != nil {
		return err
	}
	shown.Archive = &archive
	return h.render.Render(w, r, http.StatusOK, shown)
}
