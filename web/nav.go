package web

import (
	"net/http"
	"net/url"
	"strings"

	"socialdirect/internal/viewer"
)

// NavItem is one of the places to go, at most four.
type NavItem struct {
	Path, Label, Icon string
	Current           bool
}

var places = map[viewer.Role][]NavItem{
	viewer.Beneficiary: {
		{Path: "/assistants", Label: "Prendre rendez-vous", Icon: "calendar-plus"},
		{Path: "/rendez-vous", Label: "Mes rendez-vous", Icon: "calendar-check"},
		{Path: "/messages", Label: "Messages", Icon: "message-circle"},
		{Path: "/profil", Label: "Profil", Icon: "user"},
	},
	viewer.SocialWorker: {
		{Path: "/agenda", Label: "Agenda", Icon: "calendar-days"},
		{Path: "/rendez-vous", Label: "Rendez-vous", Icon: "calendar-check"},
		{Path: "/messages", Label: "Messages", Icon: "message-circle"},
		{Path: "/profil", Label: "Profil", Icon: "user"},
	},
	viewer.Administrator: {
		{Path: "/administration", Label: "Administration", Icon: "building-2"},
		{Path: "/administration/comptes", Label: "Comptes", Icon: "users"},
		{Path: "/administration/signalements", Label: "Signalements", Icon: "triangle-alert"},
		{Path: "/profil", Label: "Profil", Icon: "user"},
	},
	viewer.Switchboard: {
		{Path: "/standard", Label: "Standard", Icon: "headset"},
		{Path: "/standard/notifications", Label: "À\u00a0joindre", Icon: "phone"},
		{Path: "/profil", Label: "Profil", Icon: "user"},
	},
	viewer.ClientManager: {
		{Path: "/entreprise", Label: "Mon entreprise", Icon: "building-2"},
		{Path: "/entreprise/chiffres", Label: "Chiffres", Icon: "chart-column"},
		{Path: "/entreprise/api", Label: "Logiciels", Icon: "key-round"},
		{Path: "/profil", Label: "Profil", Icon: "user"},
	},
	viewer.DPO: {
		{Path: "/protection-des-donnees", Label: "Données", Icon: "shield-check"},
		{Path: "/profil", Label: "Profil", Icon: "user"},
	},
}

// administration are the places inside the administration, shown at the top of
// each of them.
var administration = []NavItem{
	{Path: "/administration", Label: "Entreprises"},
	{Path: "/administration/assistants", Label: "Assistantes sociales"},
	{Path: "/administration/comptes", Label: "Comptes"},
	{Path: "/administration/signalements", Label: "Signalements"},
	{Path: "/administration/motifs", Label: "Motifs"},
	{Path: "/administration/textes", Label: "Textes"},
	{Path: "/administration/chiffres", Label: "Chiffres"},
}

// administrationPlaces are they, with the current one marked.
func administrationPlaces(current string) []NavItem {
	items := append([]NavItem(nil), administration...)
	for i := range items {
		items[i].Current = items[i].Path == current
	}
	return items
}

// begunAt are pages whose address is elsewhere, with the place that they belong to:
// whoever books is not among their appointments yet.
var begunAt = map[string]string{"/rendez-vous/nouveau": "/assistants", "/au-plus-tot": "/assistants", "/liste-attente": "/assistants"}

// HomePath is the first page of a role.
func HomePath(role viewer.Role) string {
	if items := places[role]; len(items) > 0 {
		return items[0].Path
	}
	return "/"
}

func navigation(v *viewer.Viewer, path string) []NavItem {
	if v == nil {
		return nil
	}
	items := append([]NavItem(nil), places[v.Role]...)
	if v.Pending {
		items = openWhilePending(items)
	}
	if place, ok := begunAt[path]; ok {
		path = place
	}
	current := -1
	for i, item := range items {
		inside := path == item.Path || strings.HasPrefix(path, item.Path+"/")
		if inside && (current < 0 || len(item.Path) > len(items[current].Path)) {
			current = i
		}
	}
	if current >= 0 {
		items[current].Current = true
	}
	return items
}

// PlaceOf is the label and the path of the place that a path is inside, if it is
// in one of the viewer's.
func PlaceOf(v *viewer.Viewer, path string) (label, place string, inside bool) {
	for _, item := range navigation(v, path) {
		if item.Current {
			return item.Label, item.Path, true
		}
	}
	return "", "", false
}

// openWhilePending keeps the places that are open to somebody who has not accepted
// the texts in force, behind the one where they can.
func openWhilePending(items []NavItem) []NavItem {
	open := []NavItem{{Path: "/acceptation", Label: "Votre accord", Icon: "file-text"}}
	for _, item := range items {
		if item.Path == "/rendez-vous" {
			open = append(open, item)
		}
	}
	return open
}

// flashes are the lines that may be said once after a success; the cookie only
// names one, so that nobody can put words on our pages.
var flashes = map[string]string{
	"called": "C’est noté : la personne est prévenue.",

	"signed-out":     "Votre session est fermée. À bientôt.",
	"validated":      "Votre adresse est confirmée. Vous pouvez vous connecter.",
	"booked":         "C’est réservé. Un e-mail de confirmation vous est envoyé.",
	"booked-for":     "C’est réservé. Un e-mail de confirmation part à la personne.",
	"requested":      "La demande est envoyée, et l’heure est gardée. La réponse arrive par e-mail.",
	"accepted":       "C’est accepté. Un e-mail le dit à la personne.",
	"declined":       "C’est décliné. Un e-mail le dit à la personne.",
	"moved":          "Le rendez-vous est déplacé. Un e-mail dit la nouvelle heure.",
	"by-phone":       "Ce rendez-vous se fera par téléphone. Un e-mail le confirme.",
	"mark-cleared":   "C’est effacé : les prochains rendez-vous seront confirmés tout de suite.",
	"cancelled":      "Le rendez-vous est annulé.",
	"cleared":        "C’est annulé. Chaque personne est prévenue et reçoit d’autres heures.",
	"saved":          "C’est enregistré.",
	"waiting":        "C’est noté. Nous vous écrivons dès qu’une heure se libère.",
	"not-waiting":    "C’est fait : vous n’attendez plus cette heure.",
	"deleted":        "C’est supprimé.",
	"invited":        "L’invitation part par e-mail.",
	"second-factor":  "Votre double vérification est en place.",
	"sent":           "Votre message est envoyé.",
	"token-revoked":  "La clé est retirée : elle n’ouvre plus rien.",
	"code-issued":    "Le nouveau code est prêt : il est en tête de la liste.",
	"code-revoked":   "Le code ne permet plus de s’inscrire.",
	"code-rotated":   "Le nouveau code est prêt. Pensez à changer les affiches.",
	"passkey-added":  "Votre clé d’accès est enregistrée.",
	"published":      "C’est publié, à la date indiquée.",
	"withdrawn":      "La date est retirée : le texte redevient un brouillon.",
	"decided":        "La décision est enregistrée.",
	"reported":       "Votre signalement est transmis à l’administration.",
	"calendar-added": "L’agenda est ajouté. Nous le lisons maintenant.",
	"calendar-asked": "Nous relisons cet agenda maintenant. Rechargez la page dans un instant.",
	"calendar-soon":  "C’est enregistré. Cet agenda est relu dans la minute.",
	"feed-revoked":   "L’adresse est révoquée : elle ne montre plus rien.",

	"password-reset":   "Votre nouveau mot de passe est enregistré. Connectez-vous avec lui.",
	"password-changed": "Votre nouveau mot de passe est enregistré. Vos autres sessions sont fermées.",
	"session-ended":    "Cette session est fermée.",
	"sessions-ended":   "Vos autres sessions sont fermées.",
	"code-sent":        "Un code part par SMS.",
	"mobile-proved":    "Votre numéro est confirmé.",
	"email-asked":      "Un lien part à votre nouvelle adresse. L’ancienne reste la vôtre tant que vous ne l’avez pas ouvert.",
	"email-changed":    "Votre adresse e-mail est changée.",
	"rights-asked":     "Votre demande est reçue. Elle est rappelée ci-dessous.",
	"rights-withdrawn": "Votre demande est retirée. Rien ne change pour votre compte.",
	"rights-erased":    "Le compte est supprimé.",
	"offers-declined":  "C’est noté. Vous pouvez chercher une autre heure quand vous voulez.",
	"link-sent":        "C’est fait : le lien part. La personne termine elle-même.",
}

const flashCookie = "flash"

// Flash has the next page say, once, the success line of that name.
func Flash(w http.ResponseWriter, name string) {
	http.SetCookie(w, &http.Cookie{Name: flashCookie, Value: url.QueryEscape(name), Path: "/", MaxAge: 60, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

func takeFlash(w http.ResponseWriter, r *Request) string {
	cookie, err := r.Cookie(flashCookie)
	if err != nil {
		return ""
	}
	http.SetCookie(w, &http.Cookie{Name: flashCookie, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return flashes[cookie.Value]
}

// Done ends a form that did what it was for: a flash, and on to path.
func Done(w http.ResponseWriter, r *Request, flash, path string) error {
	Flash(w, flash)
	return See(w, r, path)
}

// See answers 303 to path, the way every successful form ends.
func See(w http.ResponseWriter, r *Request, path string) error {
	http.Redirect(w, r.Request, path, http.StatusSeeOther)
	return nil
}
