package signaling

import (
	"context"
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/internal/socket"
	"socialdirect/internal/zone"
	"socialdirect/signaling/guest"
	"socialdirect/web"

	"github.com/google/uuid"
)

const (
	// guestPath is a guest's call page, and the address of the links.
	guestPath = "/appel/invite"
	// guestCookie makes a browser a guest's; it is sent to guestPath alone.
	guestCookie = "invite"
	// linkCookie carries a new link's token to the page that shows it once.
	linkCookie = "lien"
	// linkShown is how long the page has to show it, in seconds.
	linkShown = 60
)

// invitationsPage lists the guests of a call, and invites another.
type invitationsPage struct {
	AppointmentID uuid.UUID
	Guests        []guest.Invitation
	Full          bool
	Link          string // of the invitation just made; shown once
	Form          *form.Form
	Kinds         []form.Option
}

func (invitationsPage) Template() string { return "signaling/invitations" }
func (invitationsPage) Title() string    { return "Inviter quelqu’un dans l’appel" }

// Path is the page's own.
func (p invitationsPage) Path() string { return invitationsPath(p.AppointmentID) }

func invitationsPath(id uuid.UUID) string {
	return "/rendez-vous/" + id.String() + "/appel/invitation"
}

// linkPage asks a guest to enter, so that a program that looks at links opens nothing.
type linkPage struct{ Token string }

func (linkPage) Template() string { return "signaling/invited" }
func (linkPage) Title() string    { return "Vous êtes invité dans un appel" }

// showInvitations answers GET /rendez-vous/{id}/appel/invitation.
func (h *HTTP) showInvitations(w http.ResponseWriter, r *web.Request) error {
	page, err := h.invitations(r, form.New(nil))
	if err != nil {
		return err
	}
	page.Link = h.newLink(w, r, page.AppointmentID)
	return h.render.Render(w, r, http.StatusOK, page)
}

// newLink returns the link that showLink has left for the page of an appointment, once; empty for
// none.
func (h *HTTP) newLink(w http.ResponseWriter, r *web.Request, id uuid.UUID) string {
	token := r.Cookies.Get(r.Request, linkCookie)
	if token == "" {
		return ""
	}
	r.Cookies.Set(w, linkCookie, "", 0)
	if i, err := h.calls.guests.Openable(r.Context(), token); err != nil || i.AppointmentID != id {
		return ""
	}
	return h.origin + guestPath + "?token=" + url.QueryEscape(token)
}

func (h *HTTP) invitations(r *web.Request, f *form.Form) (invitationsPage, error) {
	id, err := r.PathID("id")
	if err != nil {
		return invitationsPage{}, err
	}
	guests, err := h.calls.guests.To(r.Context(), r.Viewer, id)
	page := invitationsPage{AppointmentID: id, Guests: guests, Full: len(guests) >= guest.MaxGuests, Form: f}
	for _, kind := range guest.Kinds() {
		page.Kinds = append(page.Kinds, form.Option{Value: string(kind), Label: kind.Label()})
	}
	return page, err
}

// maxGuestName is the maximum length of a guest's name in characters.
const maxGuestName = 60

// invite answers POST /rendez-vous/{id}/appel/invitation.
func (h *HTTP) invite(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.invitations(r, f)
	if err != nil {
		return err
	}
	n := guest.NewInvitation{
		Name:  guestName(f),
		Kind:  guest.Kind(f.Choice("kind", kindValues(), "Dites qui est cette personne.")),
		Email: f.OptionalEmail("email"),
	}
	if !f.Valid() {
		return f.Invalid(page)
	}
	token, _, err := h.calls.guests.Invite(r.Context(), r.Viewer, page.AppointmentID, n)
	if err != nil {
		return f.Refused("email", err, page)
	}
	return showLink(w, r, token, n, page.Path())
}

func guestName(f *form.Form) string {
	return f.Text("name", form.Text{Max: maxGuestName, Required: "Indiquez le nom de la personne : les autres le verront."})
}

// showLink goes to the page that shows a new link once.
func showLink(w http.ResponseWriter, r *web.Request, token string, n guest.NewInvitation, page string) error {
	r.Cookies.Set(w, linkCookie, token, linkShown)
	if n.Email != "" {
		return web.Done(w, r, "link-mailed", page)
	}
	return web.See(w, r, page)
}

func kindValues() (values []string) {
	for _, kind := range guest.Kinds() {
		values = append(values, string(kind))
	}
	return values
}

// revokeInvitation answers POST /rendez-vous/{id}/appel/invitation/{guest}/retrait.
func (h *HTTP) revokeInvitation(w http.ResponseWriter, r *web.Request) error {
	id, err := r.PathID("id")
	if err != nil {
		return err
	}
	invitation, err := r.PathID("guest")
	if err != nil {
		return err
	}
	if err := h.calls.guests.Revoke(r.Context(), r.Viewer, id, invitation); err != nil {
		return err
	}
	return web.Done(w, r, "invitation-revoked", invitationsPath(id))
}

// showGuest answers GET /appel/invite: the page of a link, or the guest's call page.
func (h *HTTP) showGuest(w http.ResponseWriter, r *web.Request) error {
	if token := r.URL.Query().Get("token"); token != "" {
		return h.showLinkPage(w, r, token)
	}
	i, a, err := h.guestOf(r)
	if err != nil {
		return err
	}
	if at := stateAt(a, h.calls.db.Now()); at != open {
		return h.render.Render(w, r, http.StatusOK, closedToGuest(at, a))
	}
	page, err := h.callForGuest(a, i)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// showLinkPage shows the page of a link, which uses nothing up.
func (h *HTTP) showLinkPage(w http.ResponseWriter, r *web.Request, token string) error {
	i, err := h.openable(r, token)
	if err != nil {
		return err
	}
	if h.calls.db.Now().Before(i.OpensAt) {
		return h.render.Render(w, r, http.StatusOK, earlyForGuest(i.OpensAt))
	}
	return h.render.Render(w, r, http.StatusOK, linkPage{Token: token})
}

// openLink answers POST /appel/invite: the browser becomes the guest's.
func (h *HTTP) openLink(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	token := f.Hidden("token", 64)
	if _, err := h.openable(r, token); err != nil {
		return err
	}
	cookie, err := h.calls.guests.Open(r.Context(), token)
	if err != nil {
		return err
	}
	r.Cookies.Within(guestPath).Set(w, guestCookie, cookie, 0)
	return web.See(w, r, guestPath)
}

// openable returns the invitation of a link. It fails unless whoever asks can open it: the two people of the call have
// a way of their own, and would use up what they made for somebody else.
func (h *HTTP) openable(r *web.Request, token string) (guest.Invitation, error) {
	i, err := h.calls.guests.Openable(r.Context(), token)
	if err != nil || r.Viewer == nil {
		return i, err
	}
	_, err = h.calls.appointments.Appointment(r.Context(), r.Viewer, i.AppointmentID)
	switch {
	case err == nil:
		return i, errOwnLink
	case fault.Is(err, fault.NotFound):
		return i, nil
	}
	return i, err
}

// guestSocket answers GET /appel/invite/ws.
func (h *HTTP) guestSocket(w http.ResponseWriter, r *web.Request) error {
	if err := socket.SameOrigin(r.Request, h.origin); err != nil {
		return err
	}
	i, a, err := h.guestOf(r)
	if err != nil {
		return err
	}
	p := h.calls.newGuest(a, i)
	_, err = h.calls.sockets.Serve(w, r.Request, h.origin, func(conn *socket.Conn) { h.calls.serve(conn, p, a, i.Admitted) })
	return err
}

// guestOf returns the invitation of the guest whose browser asks, and its appointment.
func (h *HTTP) guestOf(r *web.Request) (guest.Invitation, appointment.Appointment, error) {
	i, err := h.calls.guests.Of(r.Context(), r.Cookies.Within(guestPath).Get(r.Request, guestCookie))
	if err != nil {
		return i, appointment.Appointment{}, err
	}
	a, err := h.calls.invitedTo(r.Context(), i)
	return i, a, err
}

func (s *Service) invitedTo(ctx context.Context, i guest.Invitation) (appointment.Appointment, error) {
	found, err := s.appointments.Calls(ctx, []uuid.UUID{i.AppointmentID})
	if err != nil {
		return appointment.Appointment{}, err
	}
	a, there := found[i.AppointmentID]
	if !there {
		return appointment.Appointment{}, guest.ErrEnded
	}
	return a, nil
}

// callForGuest is the call as a guest sees it: nothing of the appointment beside its time, which
// is in the zone of Paris, as nobody knows where a guest is.
func (h *HTTP) callForGuest(a appointment.Appointment, i guest.Invitation) (callPage, error) {
	servers, _ := h.calls.iceServers(h.calls.newGuest(a, i).holder, a)
	ice, err := json.Marshal(servers)
	return callPage{
		Guest: true, SelfRole: role(i.Kind), With: "l’appel", Now: h.calls.db.Now(),
		StartsAt: a.StartsAt.In(zone.Paris()), EndsAt: a.EndsAt.In(zone.Paris()), ClosesAt: closesAt(a).In(zone.Paris()),
		ICEServers: template.JS(ice), Phone: h.render.Phone(),
	}, err
}

func closedToGuest(at state, a appointment.Appointment) closedPage {
	switch at {
	case early:
		return earlyForGuest(opensAt(a))
	case over:
		return closedPage{Heading: "L’appel est terminé", Message: "Merci d’y avoir participé. Vous pouvez fermer cette page."}
	}
	return closedPage{Heading: "Cet appel n’aura pas lieu", Message: "Le rendez-vous a été annulé ou changé. Vous pouvez fermer cette page."}
}

func earlyForGuest(opensAt time.Time) closedPage {
	return closedPage{Heading: "L’appel n’est pas encore ouvert", Message: "Vous pourrez entrer " + when(opensAt.In(zone.Paris())) + ", heure de Paris. Gardez cette page, et rechargez-la alors."}
}
