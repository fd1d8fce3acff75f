package account

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// RoleLabel says a role as pages do.
func RoleLabel(role viewer.Role) string { return roleLabels[role] }

var roleLabels = map[viewer.Role]string{
	viewer.Beneficiary: "Bénéficiaire", viewer.SocialWorker: "Assistante sociale", viewer.Switchboard: "Standard",
	viewer.ClientManager: "Gestionnaire d’une entreprise", viewer.Administrator: "Administration", viewer.DPO: "Protection des données (DPO)",
}

// Label says the state as a person would.
func (s State) Label() string { return stateLabels[s] }

var stateLabels = map[State]string{
	Open: "Ouvert", Unvalidated: "Adresse à confirmer", Invited: "Invitation envoyée", Suspended: "Suspendu", Closed: "Fermé",
}

func pathID(r *http.Request) (uuid.UUID, error) {
	id, err := form.ParseID(r.PathValue("id"))
	if err != nil {
		return uuid.Nil, fault.Wrap(fault.NotFound, err)
	}
	return id, nil
}

const accountsPath = "/administration/comptes"

type searchPage struct {
	Form  *form.Form
	Asked bool // something was looked for
	Found []Account

	Previous, Next int // the pages beside this one, 0 for none
}

func (searchPage) Template() string { return "account/search" }
func (searchPage) Title() string    { return "Comptes" }

// Role is a role's name, for the template.
func (searchPage) Role(role viewer.Role) string { return RoleLabel(role) }

// SearchPage shows the form of the search.
func (h *HTTP) SearchPage(w http.ResponseWriter, r *http.Request) error {
	return h.render.Render(w, r, http.StatusOK, searchPage{Form: form.New(nil)})
}

// SearchAccounts finds accounts by name, address or number; it is a POST, its
// further pages too, so that none of them stays in an address.
func (h *HTTP) SearchAccounts(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Parse(r)
	if err != nil {
		return err
	}
	page := searchPage{Form: f}
	query := f.Text("q", form.Text{Max: 100, Required: ErrShortSearch.Message})
	if !f.Valid() {
		return f.Invalid(page)
	}
	number, _ := strconv.Atoi(f.Hidden("page", 4)) // what is no number is the first page
	number = min(max(number, 1), foundPages)
	found, more, err := h.accounts.FindAccounts(r.Context(), viewer.From(r.Context()), query, number)
	if err != nil {
		return refuse(f, "q", err, page)
	}
	page.Asked, page.Found, page.Previous = true, found, number-1
	if more {
		page.Next = number + 1
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

type accountPage struct {
	Account
	Viewer    *viewer.Viewer
	Own       bool // the viewer's own, about which they decide nothing
	Client    string
	Coming    int // appointments that stand
	Decisions []Decided
	Resets    []pastReset // of the second factor
	Reports   []Report
	Possible  []Act
	Recovery  bool   // the second factor can be reset here
	ResetCode string // to be read out, in groups of four, once after a reset
}

func (accountPage) Template() string { return "account/account" }
func (accountPage) Title() string    { return "Compte" }

// RoleName is the role's name, for the template.
func (accountPage) RoleName(role viewer.Role) string { return RoleLabel(role) }

// Done says a past decision, and Link leads to one that is possible.
func (accountPage) Done(d Decided) string { return acts[d.Act].done }

// Link is what the button of a possible decision says.
func (accountPage) Link(act Act) string { return acts[act].link }

// Display is the number as people read it.
func (p accountPage) Display() string { return DisplayMobile(p.Mobile) }

// Resendable reports whether an invitation can be sent again.
func (p accountPage) Resendable() bool { return p.State == Invited && p.Role.Staff() }

// ShowAccount is one account's page.
func (h *HTTP) ShowAccount(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	page, err := h.accountPage(r.Context(), viewer.From(r.Context()), id)
	if err != nil {
		return err
	}
	if r.Method == http.MethodGet { // asking for the head alone shows nothing
		code, err := h.accounts.TakeResetCode(r.Context(), page.Viewer, id)
		if err != nil {
			return err
		}
		page.ResetCode = web.InFours(code, " ")
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

func (h *HTTP) accountPage(ctx context.Context, v *viewer.Viewer, id uuid.UUID) (page accountPage, err error) {
	page.Viewer, page.Own = v, v.ID == id
	if page.Account, err = h.accounts.Account(ctx, v, id); err != nil {
		return page, err
	}
	page.CreatedAt = page.CreatedAt.In(v.Zone)
	var refused bool
	if page.Decisions, refused, err = h.accounts.Decisions(ctx, v, id); err != nil {
		return page, err
	}
	if page.Resets, err = h.resets(ctx, v, id); err != nil {
		return page, err
	}
	if page.Reports, err = h.accounts.ReportsAbout(ctx, v, id); err != nil {
		return page, err
	}
	if page.Coming, err = h.coming(ctx, id); err != nil {
		return page, err
	}
	if page.Role == viewer.ClientManager {
		names, err := h.accounts.companies.Names(ctx)
		if err != nil {
			return page, err
		}
		page.Client = names[page.ClientID]
	}
	if !page.Own {
		page.Possible, page.Recovery = page.Account.Possible(refused), page.Role.Staff() && page.Accepted
	}
	return page, nil
}

// pastReset is a reset with its author's name.
type pastReset struct {
	Reset
	Author string
}

func (h *HTTP) resets(ctx context.Context, v *viewer.Viewer, id uuid.UUID) ([]pastReset, error) {
	all, err := h.accounts.SecondFactorResets(ctx, v, id)
	if err != nil {
		return nil, err
	}
	var ids []uuid.UUID
	for _, reset := range all {
		ids = append(ids, reset.AuthorID)
	}
	authors, err := h.accounts.People(ctx, ids)
	named := make([]pastReset, len(all))
	for i, reset := range all {
		named[i] = pastReset{reset, nameOf(authors, reset.AuthorID)}
	}
	return named, err
}

// CountComing hands in how many appointments somebody has before them, which a
// domain above knows.
func (h *HTTP) CountComing(count func(context.Context, uuid.UUID) (int, error)) { h.comingOf = count }

func (h *HTTP) coming(ctx context.Context, id uuid.UUID) (int, error) {
	if h.comingOf == nil {
		return 0, nil
	}
	return h.comingOf(ctx, id)
}

// wording is how pages speak of an act.
type wording struct {
	link   string // to its page
	title  string
	does   string // what follows from it
	button string
	done   string // in the list of what was decided
	takes  bool   // it takes something away
}

var acts = map[Act]wording{
	Suspend: {"Suspendre ce compte", "Suspendre ce compte ?",
		"Cette personne ne pourra plus se connecter, et ses sessions se ferment tout de suite. Rien n’est effacé ; les rendez-vous déjà pris restent.",
		"Suspendre le compte", "Compte suspendu", true},
	Resume: {"Lever la suspension", "Lever la suspension ?", "Cette personne pourra de nouveau se connecter.",
		"Lever la suspension", "Suspension levée", false},
	Close: {"Fermer ce compte", "Fermer ce compte ?",
		"Cette personne ne pourra plus se connecter, et ses sessions se ferment tout de suite. Les rendez-vous déjà pris restent ; la fermeture peut être annulée.",
		"Fermer le compte", "Compte fermé", true},
	Reopen: {"Rouvrir ce compte", "Rouvrir ce compte ?", "Le compte redevient ce qu’il était avant sa fermeture.",
		"Rouvrir le compte", "Compte rouvert", false},
	Withdraw: {"Retirer l’invitation", "Retirer cette invitation ?", "Le lien envoyé ne marchera plus. Personne n’en est prévenu.",
		"Retirer l’invitation", "Invitation retirée", true},
	Refuse: {"Refuser une nouvelle inscription", "Refuser une nouvelle inscription ?",
		"Aucun autre compte ne s’ouvrira avec ces coordonnées. Qui essaie reçoit la même réponse que tout le monde. Ce compte-ci ne change pas.",
		"Refuser l’inscription", "Nouvelle inscription refusée", true},
	Allow: {"Permettre de nouveau l’inscription", "Permettre de nouveau l’inscription ?", "Un compte pourra de nouveau s’ouvrir avec ces coordonnées.",
		"Permettre l’inscription", "Inscription de nouveau permise", false},
	ChangeRole: {"Changer le rôle", "Changer le rôle de cette personne ?", "Ses sessions se ferment tout de suite. À la prochaine connexion, elle aura le nouveau rôle.",
		"Changer le rôle", "Rôle changé", true},
}

type decisionPage struct {
	Account Account
	Act     Act
	Form    *form.Form
	Roles   []option
	Refuse  []option
}

func (decisionPage) Template() string { return "account/decision" }
func (decisionPage) Title() string    { return "Décision" }

// Heading asks whether it shall be done.
func (p decisionPage) Heading() string { return acts[p.Act].title }

// Does says what follows.
func (p decisionPage) Does() string { return acts[p.Act].does }

// Button does it.
func (p decisionPage) Button() string { return acts[p.Act].button }

// Takes reports whether it takes something away.
func (p decisionPage) Takes() bool { return acts[p.Act].takes }

// Told reports whether the person gets a mail.
func (p decisionPage) Told() bool { return decisionNotices[p.Act] != "" }

func newDecisionPage(f *form.Form, a Account, act Act) decisionPage {
	page := decisionPage{Account: a, Act: act, Form: f}
	switch act {
	case ChangeRole:
		for _, role := range exchangeable {
			if role != a.Role {
				page.Roles = append(page.Roles, option{string(role), RoleLabel(role)})
			}
		}
	case Refuse:
		page.Refuse = append(page.Refuse, option{RefuseEmail, a.Email})
		if a.Mobile != "" {
			page.Refuse = append(page.Refuse, option{RefuseMobile, DisplayMobile(a.Mobile)})
		}
	}
	return page
}

func values(options []option) []string {
	all := make([]string, len(options))
	for i, o := range options {
		all[i] = o.Value
	}
	return all
}

// DecisionPage asks for the reason of a decision and says what follows from it.
func (h *HTTP) DecisionPage(w http.ResponseWriter, r *http.Request) error {
	page, err := h.decisionPage(r, form.New(nil), Act(r.URL.Query().Get("act")))
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// decisionPage is the page of an act that the account can be decided now.
func (h *HTTP) decisionPage(r *http.Request, f *form.Form, act Act) (decisionPage, error) {
	id, err := pathID(r)
	if err != nil {
		return decisionPage{}, err
	}
	v := viewer.From(r.Context())
	account, err := h.accounts.Account(r.Context(), v, id)
	if err != nil {
		return decisionPage{}, err
	}
	_, refused, err := h.accounts.Decisions(r.Context(), v, id)
	switch {
	case err != nil:
		return decisionPage{}, err
	case !slices.Contains(Acts, act):
		return decisionPage{}, errDecision
	case v.ID == id:
		return decisionPage{}, errOwnAccount
	case !slices.Contains(account.Possible(refused), act):
		return decisionPage{}, errStands
	}
	return newDecisionPage(f, account, act), nil
}

// Decide carries the decision out.
func (h *HTTP) Decide(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Parse(r)
	if err != nil {
		return err
	}
	page, err := h.decisionPage(r, f, Act(f.Hidden("act", 20)))
	if err != nil {
		return err
	}
	d := Decision{Act: page.Act, Reason: f.Text("reason", form.Text{Max: MaxReason, Required: "Écrivez pourquoi, en une ou deux phrases.", Lines: true})}
	switch d.Act {
	case ChangeRole:
		d.Role = viewer.Role(f.Choice("role", values(page.Roles), "Choisissez le nouveau rôle."))
	case Refuse:
		d.Refuse = f.Choices("refuse", values(page.Refuse), "Choisissez au moins une coordonnée.")
	}
	if !f.Valid() {
		return f.Invalid(page)
	}
	if err := h.accounts.Decide(r.Context(), viewer.From(r.Context()), page.Account.ID, d); err != nil {
		return err
	}
	web.Flash(w, "decided")
	return web.See(w, r, accountsPath+"/"+page.Account.ID.String())
}

type invitePage struct {
	Form    *form.Form
	Roles   []option
	Clients []option
	Zones   []option
}

func (invitePage) Template() string { return "account/invite" }
func (invitePage) Title() string    { return "Inviter" }

func (h *HTTP) invitePage(r *http.Request, f *form.Form) (invitePage, error) {
	page := invitePage{Form: f}
	for _, role := range invitable {
		page.Roles = append(page.Roles, option{string(role), RoleLabel(role)})
	}
	for _, zone := range Zones {
		page.Zones = append(page.Zones, option{zone.Name, zone.Label})
	}
	names, err := h.accounts.companies.Names(r.Context())
	for id, name := range names {
		page.Clients = append(page.Clients, option{id.String(), name})
	}
	slices.SortFunc(page.Clients, func(a, b option) int { return strings.Compare(a.Label+a.Value, b.Label+b.Value) })
	return page, err
}

// InvitePage shows the form that invites a member of staff.
func (h *HTTP) InvitePage(w http.ResponseWriter, r *http.Request) error {
	page, err := h.invitePage(r, form.New(map[string]string{"time_zone": defaultZone}))
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

func decodeInvitation(f *form.Form, page invitePage) Invitation {
	in := Invitation{
		Role:      viewer.Role(f.Choice("role", values(page.Roles), "Choisissez ce que cette personne fera.")),
		FirstName: f.Name("first_name", "Écrivez le prénom."),
		LastName:  f.Name("last_name", "Écrivez le nom."),
		Email:     f.Email("email"),
		Zone:      f.Choice("time_zone", values(page.Zones), "Choisissez où cette personne travaille."),
	}
	if in.Role.OfClient() {
		client := f.Choice("client_id", values(page.Clients), "Choisissez l’entreprise de cette personne.")
		in.ClientID, _ = form.ParseID(client) // one of ours, or empty with a message
	}
	return in
}

// Invite invites a member of staff.
func (h *HTTP) Invite(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Parse(r)
	if err != nil {
		return err
	}
	page, err := h.invitePage(r, f)
	if err != nil {
		return err
	}
	in := decodeInvitation(f, page)
	if !f.Valid() {
		return f.Invalid(page)
	}
	id, err := h.accounts.InviteStaff(r.Context(), viewer.From(r.Context()), in)
	if errors.Is(err, ErrEmailKnown) {
		return refuse(f, "email", err, page)
	}
	if err != nil {
		return err
	}
	web.Flash(w, "invited")
	return web.See(w, r, accountsPath+"/"+id.String())
}

// Reinvite sends an invitation again.
func (h *HTTP) Reinvite(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := h.accounts.ResendInvitation(r.Context(), viewer.From(r.Context()), id); err != nil {
		return err
	}
	web.Flash(w, "invited")
	return web.See(w, r, accountsPath+"/"+id.String())
}

type factorResetPage struct {
	Account Account
	Form    *form.Form
}

func (factorResetPage) Template() string { return "account/factor_reset" }
func (factorResetPage) Title() string    { return "Double vérification" }

// factorReset is what the two handlers of a lost second factor begin with.
func (h *HTTP) factorReset(r *http.Request, f *form.Form) (factorResetPage, error) {
	id, err := pathID(r)
	if err != nil {
		return factorResetPage{}, err
	}
	account, err := h.accounts.Account(r.Context(), viewer.From(r.Context()), id)
	if err != nil {
		return factorResetPage{}, err
	}
	if !account.Role.Staff() {
		return factorResetPage{}, fault.New(fault.NotFound, "Ce compte n’a pas de double vérification.")
	}
	return factorResetPage{Account: account, Form: f}, nil
}

// FactorResetPage asks why a second factor is to be set up anew.
func (h *HTTP) FactorResetPage(w http.ResponseWriter, r *http.Request) error {
	page, err := h.factorReset(r, form.New(nil))
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// ResetFactor has it set up anew at the next sign-in.
func (h *HTTP) ResetFactor(w http.ResponseWriter, r *http.Request) error {
	f, err := form.Parse(r)
	if err != nil {
		return err
	}
	page, err := h.factorReset(r, f)
	if err != nil {
		return err
	}
	reason := f.Text("reason", form.Text{Max: MaxResetReason, Required: "Écrivez comment vous avez vérifié qui vous parle.", Lines: true})
	if !f.Valid() {
		return f.Invalid(page)
	}
	if err := h.accounts.ResetSecondFactor(r.Context(), viewer.From(r.Context()), page.Account.ID, reason); err != nil {
		return err
	}
	web.Flash(w, "decided")
	return web.See(w, r, accountsPath+"/"+page.Account.ID.String())
}
