package booking

import (
	"fmt"
	"net/http"
	"time"

	"socialdirect/account/people"
	"socialdirect/internal/form"
	"socialdirect/internal/mail"
	"socialdirect/internal/sms"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// Become says what became of a notice, as the switchboard reads it.
func (n Notice) Become() string {
	switch n.State {
	case NoticeQueued:
		return "En attente"
	case NoticeSent:
		return "Parti"
	case NoticeBounced:
		return "Revenu"
	case NoticeDropped:
		return "Pas envoyé"
	}
	return "Échec"
}

// causeWords say why a notice did not arrive, or was not sent.
var causeWords = map[string]string{
	string(mail.UnknownAddress): "l’adresse n’existe pas",
	string(mail.MailboxFull):    "la boîte aux lettres est pleine",
	string(mail.Rejected):       "la messagerie de la personne l’a refusé",
	string(mail.Unreachable):    "la messagerie de la personne n’a pas répondu",
	string(mail.OtherCause):     "la messagerie de la personne ne l’a pas pris",
	sms.Number:                  "ce numéro n’est pas accepté",
	causeTexts:                  "trop de SMS sont déjà partis à ce numéro ce jour-là",
	causeNoAnswer:               "il n’a pas pu partir à temps",
	causeNoChannel:              "ni e-mail ni SMS possible",
	causeStale:                  "il n’était plus vrai",
	causeLate:                   "il serait venu trop tard",
	causeUnwanted:               "la personne n’en a pas besoin, ou n’en veut pas",
}

// Why says why, empty for what arrived.
func (n Notice) Why() string { return causeWords[n.Cause] }

// By says by which channel.
func (n Notice) By() string {
	switch n.Channel {
	case ByMail:
		return "par e-mail"
	case ByText:
		return "par SMS"
	}
	return ""
}

// About says what the notice's hour is.
func (n Notice) About() string {
	if n.WaitingNoticeID != nil {
		return "Le"
	}
	return "Rendez-vous du"
}

// Lost reports whether the notice did not arrive, and nobody called since.
func (n Notice) Lost() bool { return n.lost() }

// unreachedPage is the people whom nothing reached.
type unreachedPage struct {
	Viewer  *viewer.Viewer
	Notices []Notice
	More    bool // others wait whom the viewer's day has no room for
}

func (unreachedPage) Template() string { return "booking/unreached" }
func (unreachedPage) Title() string    { return "Personnes à joindre" }

// Unreached shows the switchboard whom to call.
func (h *HTTP) Unreached(w http.ResponseWriter, r *http.Request) error {
	v := viewer.From(r.Context())
	notices, more, err := h.bookings.Unreached(r.Context(), v)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, unreachedPage{v, notices, more})
}

// toldPage is how one person was told.
type toldPage struct {
	Viewer *viewer.Viewer
	Told
	Number string
}

func (toldPage) Template() string { return "booking/told" }
func (toldPage) Title() string    { return "Messages envoyés" }

// Hours are the person's call hours: "de 8 h à 20 h".
func (p toldPage) Hours() string {
	return fmt.Sprintf("de %d\u00a0h à %d\u00a0h", p.CallFrom/60, p.CallUntil/60)
}

// Seen is when the page was shown, to the instant.
func (p toldPage) Seen() string { return p.At.UTC().Format(time.RFC3339Nano) }

// Clock names the clock of these hours.
func (p toldPage) Clock() string { return web.ZoneName(p.Told.Zone) }

// ShowTold shows the switchboard what was sent to a person, and the number to call.
func (h *HTTP) ShowTold(w http.ResponseWriter, r *http.Request) error {
	id, err := form.PathID(r, "id")
	if err != nil {
		return err
	}
	v := viewer.From(r.Context())
	told, err := h.bookings.Told(r.Context(), v, id)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, toldPage{Viewer: v, Told: told, Number: people.DisplayMobile(told.Mobile)})
}

// MarkCalled notes that the person was told by phone.
func (h *HTTP) MarkCalled(w http.ResponseWriter, r *http.Request) error {
	id, err := form.PathID(r, "id")
	if err != nil {
		return err
	}
	f, err := form.Parse(r)
	if err != nil {
		return err
	}
	seen, err := time.Parse(time.RFC3339, f.Hidden("seen", 40))
	if err != nil {
		seen = h.bookings.db.Now()
	}
	if err := h.bookings.MarkCalled(r.Context(), viewer.From(r.Context()), id, seen); err != nil {
		return err
	}
	web.Flash(w, "called")
	return web.See(w, r, "/standard/notifications")
}
