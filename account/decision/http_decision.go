package decision

import (
	"net/http"
	"slices"

	"socialdirect/account/pages"
	"socialdirect/account/people"
	"socialdirect/account/signup"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// wording is what pages say of an act, in French.
type wording struct {
	link   string // label of the link to its page
	title  string
	does   string // its consequences
	button string
	done   string // in the list of past decisions
	takes  bool   // it restricts the account
}

// Done returns the words for a past decision.
func (a Act) Done() string { return wordings[a].done }

// Link returns the label of the link to a possible decision.
func (a Act) Link() string { return wordings[a].link }

var wordings = map[Act]wording{
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
		"Aucun autre compte ne s’ouvrira avec ces coordonnées. Qui essaie reçoit la même réponse que tout le monde. Ce compte-ci ne change pas. Le refus dure deux ans, même si la personne fait supprimer son compte\u00a0; vous pouvez le lever avant.",
		"Refuser l’inscription", "Nouvelle inscription refusée", true},
	Allow: {"Permettre de nouveau l’inscription", "Permettre de nouveau l’inscription ?", "Un compte pourra de nouveau s’ouvrir avec ces coordonnées.",
		"Permettre l’inscription", "Inscription de nouveau permise", false},
	ChangeRole: {"Changer le rôle", "Changer le rôle de cette personne ?", "Ses sessions se ferment tout de suite. À la prochaine connexion, elle aura le nouveau rôle.",
		"Changer le rôle", "Rôle changé", true},
}

type decisionPage struct {
	Account people.Account
	Act     Act
	Form    *form.Form
	Roles   []form.Option
	Refuse  []form.Option
	Left    int // appointments to come that a worker can no longer attend
}

func (decisionPage) Template() string { return "account/decision" }

func (p decisionPage) Title() string {
	return wordings[p.Act].link + ", compte " + web.Elide("de", p.Account.Name())
}

// Heading returns the question in the heading.
func (p decisionPage) Heading() string { return wordings[p.Act].title }

// Does returns the consequences of the act.
func (p decisionPage) Does() string { return wordings[p.Act].does }

// Button returns the label of the button.
func (p decisionPage) Button() string { return wordings[p.Act].button }

// Takes reports whether the act restricts the account.
func (p decisionPage) Takes() bool { return wordings[p.Act].takes }

// Mailed reports whether the person is notified by mail.
func (p decisionPage) Mailed() bool { return mailTemplates[p.Act] != "" }

func newDecisionPage(f *form.Form, a people.Account, act Act) decisionPage {
	page := decisionPage{Account: a, Act: act, Form: f}
	switch act {
	case ChangeRole:
		for _, role := range exchangeable {
			if role != a.Role {
				page.Roles = append(page.Roles, form.Option{Value: string(role), Label: people.RoleLabel(role)})
			}
		}
	case Refuse:
		page.Refuse = append(page.Refuse, form.Option{Value: signup.RefuseEmail, Label: a.Email})
		if a.Mobile != "" {
			page.Refuse = append(page.Refuse, form.Option{Value: signup.RefuseMobile, Label: people.DisplayMobile(a.Mobile)})
		}
	}
	return page
}

// showDecision shows the consequences of a decision and asks for its reason.
func (h *HTTP) showDecision(w http.ResponseWriter, r *web.Request) error {
	page, err := h.decisionPage(r, form.New(nil), Act(r.URL.Query().Get("act")))
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// decisionPage returns the page of an act. It fails unless the act is possible now.
func (h *HTTP) decisionPage(r *web.Request, f *form.Form, act Act) (decisionPage, error) {
	id, err := r.PathID("id")
	if err != nil {
		return decisionPage{}, err
	}
	v := r.Viewer
	account, err := h.decisions.people.Account(r.Context(), v, id)
	if err != nil {
		return decisionPage{}, err
	}
	_, refused, err := h.decisions.About(r.Context(), v, id)
	switch {
	case err != nil:
		return decisionPage{}, err
	case !slices.Contains(Acts, act):
		return decisionPage{}, errDecision
	case v.ID == id:
		return decisionPage{}, ErrOwnAccount
	case !slices.Contains(Possible(account, refused != nil), act):
		return decisionPage{}, errNotApplicable
	}
	page := newDecisionPage(f, account, act)
	if account.Role == viewer.SocialWorker && (act == Suspend || act == Close || act == ChangeRole) {
		page.Left, err = h.coming(r.Context(), id)
	}
	return page, err
}

// decide carries the decision out.
func (h *HTTP) decide(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.decisionPage(r, f, Act(f.Hidden("act", 20)))
	if err != nil {
		return err
	}
	d := Decision{Act: page.Act, Reason: f.Text("reason", form.Text{Max: MaxReason, Required: "Écrivez pourquoi, en une ou deux phrases.", Lines: true})}
	switch d.Act {
	case ChangeRole:
		d.Role = viewer.Role(f.Choice("role", form.Values(page.Roles), "Choisissez le nouveau rôle."))
	case Refuse:
		d.Refuse = f.Choices("refuse", form.Values(page.Refuse), "Choisissez au moins une coordonnée.")
	}
	if !f.Valid() {
		return f.Invalid(page)
	}
	if err := h.decisions.Decide(r.Context(), r.Viewer, page.Account.ID, d); err != nil {
		return err
	}
	return web.Done(w, r, "decided", pages.AccountPath(page.Account.ID))
}
