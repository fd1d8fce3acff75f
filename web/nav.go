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
		{Path: "/administration", Label: "Entreprises", Icon: "building-2"},
		{Path: "/administration/assistants", Label: "Assistantes sociales", Icon: "users"},
		{Path: "/profil", Label: "Profil", Icon: "user"},
	},
	viewer.Switchboard: {
		{Path: "/standard", Label: "Standard", Icon: "headset"},
		{Path: "/profil", Label: "Profil", Icon: "user"},
	},
	viewer.ClientManager: {
		{Path: "/entreprise", Label: "Mon entreprise", Icon: "building-2"},
		{Path: "/entreprise/chiffres", Label: "Chiffres", Icon: "chart-column"},
		{Path: "/entreprise/api", Label: "Clés d’accès", Icon: "key-round"},
		{Path: "/profil", Label: "Profil", Icon: "user"},
	},
	viewer.DPO: {
		{Path: "/protection-des-donnees", Label: "Données", Icon: "shield-check"},
		{Path: "/profil", Label: "Profil", Icon: "user"},
	},
}

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

// flashes are the lines that may be said once after a success; the cookie only
// names one, so that nobody can put words on our pages.
var flashes = map[string]string{
	"signed-out":    "Votre session est fermée. À bientôt.",
	"validated":     "Votre adresse est confirmée. Vous pouvez vous connecter.",
	"booked":        "C’est réservé. Un e-mail de confirmation vous est envoyé.",
	"cancelled":     "Le rendez-vous est annulé.",
	"saved":         "C’est enregistré.",
	"deleted":       "C’est supprimé.",
	"invited":       "L’invitation part par e-mail.",
	"second-factor": "Votre double vérification est en place.",
	"sent":          "Votre message est envoyé.",
	"token-revoked": "La clé est retirée : elle n’ouvre plus rien.",
	"code-issued":   "Le nouveau code est prêt : il est en tête de la liste.",
	"code-revoked":  "Le code ne permet plus de s’inscrire.",
	"code-rotated":  "Le nouveau code est prêt. Pensez à changer les affiches.",
}

const flashCookie = "flash"

// Flash has the next page say, once, the success line of that name.
func Flash(w http.ResponseWriter, name string) {
	http.SetCookie(w, &http.Cookie{Name: flashCookie, Value: url.QueryEscape(name), Path: "/", MaxAge: 60, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

func takeFlash(w http.ResponseWriter, r *http.Request) string {
	cookie, err := r.Cookie(flashCookie)
	if err != nil {
		return ""
	}
	http.SetCookie(w, &http.Cookie{Name: flashCookie, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return flashes[cookie.Value]
}

// See answers 303 to path, the way every successful form ends.
func See(w http.ResponseWriter, r *http.Request, path string) error {
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}
