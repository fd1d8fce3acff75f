package signup

import (
	"errors"
	"net/http"
	"net/url"

	"socialdirect/account/lookup"
	"socialdirect/account/pages"
	"socialdirect/account/people"
	"socialdirect/account/smscode"
	"socialdirect/company"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/web"
)

// standardPage is the switchboard's first page: to search people, sign them up, and follow
// their sign-ups.
type standardPage struct {
	Form     *form.Form
	Searched bool
	Found    []lookup.Double
	More     bool // more people match the search
	Accounts []Assistance
	Tasks
}

// Tasks are how many people the switchboard has to call, and how many interpreters to find.
type Tasks struct{ Recalls, Interpreters int }

func (standardPage) Template() string { return "account/standard" }

func (standardPage) Title() string { return "Standard" }

func (h *HTTP) standardPage(r *web.Request, f *form.Form) (standardPage, error) {
	accounts, err := h.signUps.Assistances(r.Context(), r.Viewer)
	page := standardPage{Form: f, Accounts: accounts}
	if err == nil && h.tasks != nil {
		page.Tasks, err = h.tasks(r.Context())
	}
	return page, err
}

// showStandard shows the switchboard's first page.
func (h *HTTP) showStandard(w http.ResponseWriter, r *web.Request) error {
	page, err := h.standardPage(r, form.New(nil))
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// searchPeople shows who matches a search. It is a POST, so that names and numbers do not
// appear in URLs.
func (h *HTTP) searchPeople(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.standardPage(r, f)
	if err != nil {
		return err
	}
	words := f.Text("search", form.Text{Max: 254, Required: lookup.ErrSearch.Message})
	if !f.Valid() {
		return f.Invalid(page)
	}
	page.Found, page.More, err = h.signUps.Lookups.Search(r.Context(), r.Viewer, words, mobileIn(words))
	if err != nil {
		return pages.Refuse(f, "search", err, page)
	}
	page.Searched = true
	return h.render.Render(w, r, http.StatusOK, page)
}

// mobileIn returns the mobile number that was typed as a search, or an empty string.
func mobileIn(words string) string {
	return form.FromValues(url.Values{"mobile": {words}}).Mobile("mobile")
}

// assistPage is the form in which a switchboard agent signs a person up.
type assistPage struct {
	Form  *form.Form
	Texts bool // somebody without an address can be signed up
}

func (assistPage) Template() string { return "account/assist" }

func (assistPage) Title() string { return "Inscrire une personne" }

// Scripts returns the script that shows likely doubles while the agent types.
func (assistPage) Scripts() []string { return []string{"standard.js"} }

func (h *HTTP) assistPage(f *form.Form) assistPage {
	return assistPage{Form: f, Texts: h.signUps.People.SMS}
}

// showAssist shows the form.
func (h *HTTP) showAssist(w http.ResponseWriter, r *web.Request) error {
	return h.render.Render(w, r, http.StatusOK, h.assistPage(form.New(nil)))
}

// doublesPage is the list of likely doubles that the script inserts into the form.
type doublesPage struct{ Doubles []lookup.Double }

func (doublesPage) Template() string { return "account/doubles" }

func (doublesPage) Title() string { return "Comptes qui ressemblent" }

// compareAssisted shows the likely doubles of what is typed so far. Incomplete fields match
// nothing.
func (h *HTTP) compareAssisted(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	typed := lookup.Probe{
		FirstName: f.Text("first_name", form.Text{Max: form.MaxName}), LastName: f.Text("last_name", form.Text{Max: form.MaxName}),
		Email: f.Email("email"), Mobile: f.Mobile("mobile"),
	}
	var page doublesPage
	if typed.Email != "" || typed.Mobile != "" {
		doubles, err := h.signUps.Lookups.LikelyDoubles(r.Context(), r.Viewer, typed)
		if err != nil {
			return err
		}
		page.Doubles = doubles
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// assistedFields are the fields of the form.
var assistedFields = []string{"connection_code", "first_name", "last_name", "email", "no_email", "mobile"}

// correctAssisted shows the form again with the typed values.
func (h *HTTP) correctAssisted(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	typed := map[string]string{}
	for _, name := range assistedFields {
		typed[name] = f.Hidden(name, 1000)
	}
	return h.render.Render(w, r, http.StatusOK, h.assistPage(form.New(typed)))
}

// decodeAssisted decodes the form, with messages that address the agent instead of the
// person.
func (h *HTTP) decodeAssisted(f *form.Form) Assisted {
	in := Assisted{Code: f.Text("connection_code", form.Text{Max: 40, Required: "Écrivez le code de connexion que la personne a reçu."})}
	if f.Text("mobile", form.Text{Max: 40, Required: "Écrivez le numéro de portable."}) != "" {
		in.Mobile = f.Mobile("mobile")
	}
	in.FirstName = f.Name("first_name", "Écrivez le prénom.")
	in.LastName = f.Name("last_name", "Écrivez le nom.")
	if f.Ticked("no_email") {
		h.refuseAddress(f)
	} else if f.Text("email", form.Text{Max: 254, Required: "Écrivez l’adresse e-mail, ou dites qu’il n’y en a pas."}) != "" {
		in.Email = f.Email("email")
	}
	return in
}

// refuseAddress checks a form that says that the person has no e-mail address.
func (h *HTTP) refuseAddress(f *form.Form) {
	if f.Text("email", form.Text{Max: 254}) != "" {
		f.Fail("email", "Effacez cette adresse, ou décochez la case « Pas d’adresse e-mail ».")
	}
	if !h.signUps.People.SMS {
		f.Fail("email", smscode.ErrNoSMS.Message)
	}
}

// field is a value in a hidden field.
type field struct{ Name, Value string }

// assistedPage shows all values for a confirmation before they are saved.
type assistedPage struct {
	Form    *form.Form
	Person  Assisted
	Mobile  string // in pairs, to be read back
	Fields  []field
	Doubles []lookup.Double
	Work    bool // the address is the client's own
}

func (assistedPage) Template() string { return "account/assisted" }

func (assistedPage) Title() string { return "Vérifier avec la personne" }

func (h *HTTP) assistedPage(r *web.Request, f *form.Form, in Assisted) (assistedPage, error) {
	doubles, err := h.signUps.Lookups.LikelyDoubles(r.Context(), r.Viewer, in.probe())
	if err != nil {
		return assistedPage{}, err
	}
	page := assistedPage{Form: f, Person: in, Mobile: people.DisplayMobile(in.Mobile), Doubles: doubles}
	for _, name := range assistedFields {
		if value := f.Value(name); value != "" {
			page.Fields = append(page.Fields, field{name, value})
		}
	}
	page.Work, err = h.signUps.WorkAddress(r.Context(), r.Viewer, in.Code, in.Email)
	return page, err
}

// checkAssisted shows the typed values for a confirmation, with the likely doubles.
func (h *HTTP) checkAssisted(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	in := h.decodeAssisted(f)
	if !f.Valid() {
		return f.Invalid(h.assistPage(f))
	}
	page, err := h.assistedPage(r, f, in)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// assist opens the account and sends the link.
func (h *HTTP) assist(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	in := h.decodeAssisted(f)
	in.DespiteDoubles, in.EmailConfirmed = f.Ticked("other_person"), f.Ticked(pages.EmailConfirmed)
	if !f.Valid() {
		return f.Invalid(h.assistPage(f))
	}
	if _, err := h.signUps.Assist(r.Context(), r.Viewer, in); err != nil {
		return h.refuseAssisted(r, f, in, err)
	}
	return web.Done(w, r, "link-sent", "/standard")
}

// besides are the fields beside which the messages of faults are shown.
var besides = form.Beside{company.ErrCode: "connection_code", ErrRefused: "mobile", ErrKnown: "email", ErrTaken: "mobile", smscode.ErrNoSMS: "email"}

func (h *HTTP) refuseAssisted(r *web.Request, f *form.Form, in Assisted, err error) error {
	if errors.Is(err, ErrDoubles) {
		page, broken := h.assistedPage(r, f, in)
		if broken != nil {
			return broken
		}
		return pages.Refuse(f, "other_person", err, page)
	}
	if errors.Is(err, people.ErrWorkAddress) {
		page, broken := h.assistedPage(r, f, in)
		if broken != nil {
			return broken
		}
		f.Fail(pages.EmailConfirmed, "Dites-le à la personne, puis cochez cette case si elle préfère cette adresse.")
		return f.Invalid(page)
	}
	for known, name := range besides {
		if errors.Is(err, known) {
			return pages.Refuse(f, name, err, h.assistPage(f))
		}
	}
	return err
}

// resendLink sends the link again.
func (h *HTTP) resendLink(w http.ResponseWriter, r *web.Request) error {
	id, err := form.ParseID(r.PathValue("id"))
	if err != nil {
		return fault.Wrap(fault.NotFound, err)
	}
	if err := h.signUps.ResendLink(r.Context(), r.Viewer, id); err != nil {
		return err
	}
	return web.Done(w, r, "link-sent", "/standard")
}
