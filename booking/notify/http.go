package notify

import (
	"fmt"
	"net/http"
	"time"

	"socialdirect/account/people"
	"socialdirect/internal/form"
	"socialdirect/internal/mail"
	"socialdirect/internal/sms"
	"socialdirect/internal/viewer"
	"socialdirect/notification"
	"socialdirect/web"
)

// Become is the delivery state on the switchboard's pages.
func (d Delivery) Become() string {
	switch d.State {
	case notification.Queued:
		return "En attente"
	case notification.Sent:
		return "Parti"
	case notification.Bounced:
		return "Revenu"
	case notification.Dropped:
		return "Pas envoyé"
	}
	return "Échec"
}

// causeWords are the causes on the switchboard's pages.
var causeWords = map[string]string{
	string(mail.UnknownAddress): "l’adresse n’existe pas",
	string(mail.MailboxFull):    "la boîte aux lettres est pleine",
	string(mail.Rejected):       "la messagerie de la personne l’a refusé",
	string(mail.Unreachable):    "la messagerie de la personne n’a pas répondu",
	string(mail.OtherCause):     "la messagerie de la personne ne l’a pas pris",
	sms.Number:                  "ce numéro n’est pas accepté",
	notification.TooManySMS:     "trop de SMS sont déjà partis à ce numéro ce jour-là",
	notification.NoAnswer:       "il n’a pas pu partir à temps",
	notification.Unreachable:    "ni e-mail ni SMS possible",
	notification.Stale:          "il n’était plus vrai",
	notification.Late:           "il serait venu trop tard",
	notification.Unwanted:       "la personne n’en a pas besoin, ou n’en veut pas",
}

// Why is the cause, empty if there is none.
func (d Delivery) Why() string { return causeWords[d.Cause] }

// By is the channel.
func (d Delivery) By() string {
	switch d.Channel {
	case notification.Mail:
		return "par e-mail"
	case notification.SMS:
		return "par SMS"
	}
	return ""
}

// HTTP serves the switchboard's pages of the delivery log.
type HTTP struct {
	notify *Service
	render *web.Renderer
}

// NewHTTP returns the pages.
func NewHTTP(notify *Service, render *web.Renderer) *HTTP { return &HTTP{notify, render} }

// unreachedPage lists the people whom no notification reached.
type unreachedPage struct {
	Viewer *viewer.Viewer
	All    []Delivery
	More   bool // there are more people than the viewer may open today
}

func (unreachedPage) Template() string { return "booking/unreached" }
func (unreachedPage) Title() string    { return "Personnes à appeler faute de message" }

// unreached lists the people to call.
func (h *HTTP) unreached(w http.ResponseWriter, r *web.Request) error {
	v := r.Viewer
	all, more, err := h.notify.Unreached(r.Context(), v)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, unreachedPage{v, all, more})
}

// deliveriesPage is the delivery log of one person.
type deliveriesPage struct {
	Viewer *viewer.Viewer
	Deliveries
	Number string
}

func (deliveriesPage) Template() string { return "booking/deliveries" }
func (p deliveriesPage) Title() string  { return "Messages envoyés à " + p.Name() }

// Hours are the person's call hours: "de 8 h à 20 h".
func (p deliveriesPage) Hours() string {
	return fmt.Sprintf("de %d\u00a0h à %d\u00a0h", p.CallFrom/60, p.CallUntil/60)
}

// Seen is the instant at which the page was made.
func (p deliveriesPage) Seen() string { return p.At.UTC().Format(time.RFC3339Nano) }

// Clock names the person's time zone.
func (p deliveriesPage) Clock() string { return web.ZoneName(p.Reachable.Zone) }

// deliveries shows the delivery log of a person, and the number to call.
func (h *HTTP) deliveries(w http.ResponseWriter, r *web.Request) error {
	id, err := r.PathID("id")
	if err != nil {
		return err
	}
	v := r.Viewer
	d, err := h.notify.Deliveries(r.Context(), v, id)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, deliveriesPage{Viewer: v, Deliveries: d, Number: people.DisplayMobile(d.Mobile)})
}

// markCalled records that the person was called.
func (h *HTTP) markCalled(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	id, err := r.PathID("id")
	if err != nil {
		return err
	}
	seen, err := time.Parse(time.RFC3339, f.Hidden("seen", 40))
	if err != nil {
		seen = h.notify.DB.Now()
	}
	if err := h.notify.MarkCalled(r.Context(), r.Viewer, id, seen); err != nil {
		return err
	}
	return web.Done(w, r, "called", "/standard/notifications")
}
