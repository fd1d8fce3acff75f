package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"socialdirect/internal/viewer"
)

// NavItem is one link of the navigation, at most four for each role.
type NavItem struct {
	Path, Label, Icon string
	Current           bool
}

// Place is the position of a route in the navigation of a role.
type Place struct {
	Role        viewer.Role
	Order       int // from 1
	Label, Icon string
}

// tab is the position of a route in the tabs of the administration.
type tab struct {
	order int // from 1
	label string
}

// In adds the route to the navigation.
func (r Route) In(places ...Place) Route {
	r.places = places
	return r
}

// InAdministration adds the route to the tabs of the administration at that position, counted
// from 1.
func (r Route) InAdministration(order int, label string) Route {
	r.tab = tab{order, label}
	return r
}

// Within makes the navigation mark the place of path when the route is shown, for instance
// while an appointment is being booked, which is not under the appointments yet.
func (r Route) Within(path string) Route {
	r.within = path
	return r
}

// navigation is the navigation of all pages, as the packages' routes declare it.
type navigation struct {
	places map[viewer.Role][]NavItem
	tabs   []NavItem         // of the administration
	within map[string]string // paths that are marked as another one
}

// Join gives the renderer what surrounds every page: the navigation of all routes, and the
// reminder for a request, nil for none. Package server calls it when it joins the routes.
func (r *Renderer) Join(routes []Route, remind func(*Request) *Reminder) {
	r.remind = remind
	n := navigation{map[viewer.Role][]NavItem{}, nil, map[string]string{}}
	for _, role := range viewer.Roles {
		n.places[role] = inOrder(routes, func(route Route) (order int, item NavItem) {
			for _, p := range route.places {
				if p.Role == role {
					return p.Order, NavItem{Path: route.Path, Label: p.Label, Icon: p.Icon}
				}
			}
			return 0, NavItem{}
		})
	}
	n.tabs = inOrder(routes, func(route Route) (order int, item NavItem) {
		return route.tab.order, NavItem{Path: route.Path, Label: route.tab.label}
	})
	for _, route := range routes {
		if route.within != "" {
			n.within[route.Path] = route.within
		}
	}
	r.navigation = n
}

// inOrder returns the items of the routes in their order; routes with order 0 have none.
func inOrder(routes []Route, of func(Route) (order int, item NavItem)) []NavItem {
	type ordered struct {
		order int
		item  NavItem
	}
	var all []ordered
	for _, route := range routes {
		if order, item := of(route); order > 0 {
			all = append(all, ordered{order, item})
		}
	}
	slices.SortStableFunc(all, func(a, b ordered) int { return cmp.Compare(a.order, b.order) })
	items := make([]NavItem, len(all))
	for i, one := range all {
		items[i] = one.item
	}
	return items
}

// administrationPlaces returns the tabs of the administration, with the current one marked.
func (r *Renderer) administrationPlaces(current string) []NavItem {
	items := slices.Clone(r.navigation.tabs)
	for i := range items {
		items[i].Current = items[i].Path == current
	}
	return items
}

// homes are the first pages of the roles.
var homes = map[viewer.Role]string{
	viewer.Beneficiary: "/assistants", viewer.SocialWorker: "/agenda", viewer.Administrator: "/administration",
	viewer.Switchboard: "/standard", viewer.ClientManager: "/entreprise", viewer.DPO: "/protection-des-donnees",
}

// HomePath returns the first page of a role, which is the first of its navigation.
func HomePath(role viewer.Role) string { return cmp.Or(homes[role], "/") }

// Places returns the navigation of a page, with the current place marked.
func (r *Renderer) Places(v *viewer.Viewer, path string) []NavItem {
	if v == nil {
		return nil
	}
	items := slices.Clone(r.navigation.places[v.Role])
	if v.Pending {
		items = openWhilePending(items)
	}
	path = cmp.Or(r.navigation.within[path], path)
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

// PlaceOf returns the label and path of the viewer's place that contains path, if any.
func (r *Renderer) PlaceOf(v *viewer.Viewer, path string) (label, place string, inside bool) {
	for _, item := range r.Places(v, path) {
		if item.Current {
			return item.Label, item.Path, true
		}
	}
	return "", "", false
}

// openWhilePending keeps the places open to somebody who has not accepted the current legal
// texts, after the one where they can.
func openWhilePending(items []NavItem) []NavItem {
	open := []NavItem{{Path: "/acceptation", Label: "Votre accord", Icon: "file-text"}}
	for _, item := range items {
		if item.Path == "/rendez-vous" {
			open = append(open, item)
		}
	}
	return open
}

// flashes are the messages that may be shown once after a success. The cookie contains only a
// name, so that nobody can put texts on our pages.
var flashes = map[string]string{
	"appointment-missed": "C’est noté\u00a0: cette heure ne compte pas, et rien n’est retenu contre vous. Choisissez une autre heure.",
	"invitation-revoked": "C’est fait\u00a0: le lien ne fonctionne plus, et la personne n’est plus dans l’appel.",
	"told-both":          "C’est noté. Les deux personnes du rendez-vous sont prévenues.",
	"link-mailed":        "C’est fait\u00a0: le lien part par e-mail. Le voici aussi, au cas où.",
	"called":             "C’est noté : la personne est prévenue.",

	"form-kept":    "Votre session s’était fermée\u00a0: rien n’est encore envoyé. Connectez-vous, et vous retrouverez ce que vous avez écrit.",
	"form-lost":    "Votre session s’était fermée\u00a0: rien n’a été envoyé. Connectez-vous, puis recommencez.",
	"form-resumed": "Voici ce que vous aviez écrit. Rien n’est encore envoyé\u00a0: vérifiez, puis envoyez.",

	"signed-out":     "Votre session est fermée. À bientôt.",
	"validated":      "Votre adresse est confirmée. Vous pouvez vous connecter.",
	"signed-up":      "Votre adresse est confirmée, et votre compte est prêt.",
	"corrected":      "C’est corrigé : le lien part à cette adresse.",
	"booked":         "C’est réservé. Une confirmation vous est envoyée.",
	"booked-untold":  "C’est noté. Ni e-mail ni SMS ne part\u00a0: vous retrouvez l’heure dans vos rendez-vous.",
	"booked-for":     "C’est réservé. Une confirmation part à la personne.",
	"untold":         "C’est fait. Ni e-mail ni SMS ne part à la personne\u00a0: dites-le-lui de vive voix.",
	"requested":      "La demande est envoyée, et l’heure est gardée. La réponse suit.",
	"accepted":       "C’est accepté. Un e-mail le dit à la personne.",
	"declined":       "C’est décliné. Un e-mail le dit à la personne.",
	"moved":          "Le rendez-vous est déplacé. Un message dit la nouvelle heure.",
	"by-phone":       "Ce rendez-vous se fera par téléphone. Un message le confirme.",
	"mark-cleared":   "C’est effacé : les prochains rendez-vous seront confirmés tout de suite.",
	"cancelled":      "Le rendez-vous est annulé.",
	"hour-open":      "Le rendez-vous est annulé. Quelqu’un d’autre peut prendre cette heure.",
	"hour-closed":    "Le rendez-vous est annulé, et l’heure est fermée. Vous pouvez la rouvrir dans vos absences.",
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

// WithFlash makes the page that answers r show the success message of that name.
func WithFlash(r *Request, name string) {
	others := r.Request.Cookies()
	r.Header.Del("Cookie")
	r.AddCookie(&http.Cookie{Name: r.Cookies.Name(flashCookie), Value: name})
	for _, c := range others {
		r.AddCookie(c)
	}
}

// Flash makes the next page show the success message of that name, once.
func Flash(w http.ResponseWriter, r *Request, name string) {
	r.Cookies.Set(w, flashCookie, name, 60)
}

func takeFlash(w http.ResponseWriter, r *Request) string {
	name := r.Cookies.Get(r.Request, flashCookie)
	if name != "" {
		r.Cookies.Set(w, flashCookie, "", 0)
	}
	return flashes[name]
}

// Done answers a successful form: it sets a flash and redirects to path.
func Done(w http.ResponseWriter, r *Request, flash, path string) error {
	Flash(w, r, flash)
	return See(w, r, path)
}

// See answers 303 to path, the answer to every successful form.
func See(w http.ResponseWriter, r *Request, path string) error {
	http.Redirect(w, r.Request, path, http.StatusSeeOther)
	return nil
}
