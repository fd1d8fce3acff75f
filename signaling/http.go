package signaling

import (
	"context"
	"encoding/json"
	"html/template"
	"net/http"
	"time"

	"socialdirect/booking"
	"socialdirect/booking/appointment"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// HTTP is the call page and its socket.
type HTTP struct {
	calls  *Service
	render *web.Renderer
	origin string
}

// NewHTTP returns the handlers. origin is the platform's own, such as
// "https://rdv.example.org": pages of any other origin cannot open a socket.
func NewHTTP(service *Service, render *web.Renderer, origin string) *HTTP {
	return &HTTP{calls: service, render: render, origin: origin}
}

// callPage is an open call. Its times are in the viewer's zone.
type callPage struct {
	AppointmentID  uuid.UUID
	SelfRole       role
	Guest          bool   // the viewer is a guest, and sees nothing of the appointment
	With           string // the other person's name
	ByWriting      bool   // the beneficiary has asked to speak by writing alone
	Signing        bool   // the beneficiary has asked for sign language
	Now            time.Time
	StartsAt       time.Time
	EndsAt         time.Time
	ClosesAt       time.Time
	ICEServers     template.JS // the same as in the welcome: the browser gathers candidates before it opens the socket
	ConversationID uuid.UUID
	Rebook         string    // the path at which the two book again
	Phonable       bool      // the viewer may switch to a phone call
	Phone          web.Phone // of the switchboard
}

// Socket is the path of the call's socket.
func (p callPage) Socket() string {
	if p.Guest {
		return guestPath + "/ws"
	}
	return "/rendez-vous/" + p.AppointmentID.String() + "/appel/ws"
}

// Writes reports whether the viewer is the one who asked to speak by writing alone.
func (p callPage) Writes() bool { return p.ByWriting && p.SelfRole == beneficiary }

// MissedAt is from when on somebody who waits for the worker may book again instead.
func (p callPage) MissedAt() time.Time { return p.StartsAt.Add(booking.MissedAfter) }

// Again is the path of this page.
func (p callPage) Again() string {
	if p.Guest {
		return guestPath
	}
	return "/rendez-vous/" + p.AppointmentID.String() + "/appel"
}

func (callPage) Template() string  { return "signaling/call" }
func (callPage) Title() string     { return "Votre appel" }
func (callPage) Styles() []string  { return []string{"call.css"} }
func (callPage) Scripts() []string { return []string{"call/main.js"} }

// closedPage says why the call is not open now.
type closedPage struct {
	AppointmentID uuid.UUID
	Heading       string
	Message       string
}

// Mine reports whether the viewer is one of the appointment's two people.
func (p closedPage) Mine() bool { return p.AppointmentID != uuid.Nil }

func (closedPage) Template() string { return "signaling/closed" }
func (p closedPage) Title() string  { return p.Heading }

// Page answers GET /rendez-vous/{id}/appel.
func (h *HTTP) Page(w http.ResponseWriter, r *web.Request) error {
	v := r.Viewer
	if v == nil {
		return errSignedOut
	}
	a, err := h.calls.appointment(r.Context(), v, r.PathValue("id"))
	if err != nil {
		return err
	}
	if at := stateAt(a, h.calls.db.Now()); at != open {
		return h.render.Render(w, r, http.StatusOK, closedFor(at, a, v))
	}
	page, err := h.callFor(r.Context(), a, v)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

func (h *HTTP) callFor(ctx context.Context, a appointment.Appointment, v *viewer.Viewer) (callPage, error) {
	self, other := selfAndOther(a, v)
	phonable, err := h.calls.bookings.Phonable(ctx, v, a)
	if err != nil {
		return callPage{}, err
	}
	needs, err := h.calls.appointments.NeedsOf(ctx, h.calls.db.Pool, v, a.ID)
	if err != nil {
		return callPage{}, err
	}
	servers, _ := h.calls.iceServers(holderOf(self.ID, a, v), a)
	ice, err := json.Marshal(servers)
	return callPage{
		AppointmentID: a.ID, SelfRole: self.Role, With: other.Name, ByWriting: needs.ByWriting, Signing: needs.SignLanguage,
		Now: h.calls.db.Now(), StartsAt: a.StartsAt.In(v.Zone), EndsAt: a.EndsAt.In(v.Zone), ClosesAt: closesAt(a).In(v.Zone),
		ICEServers: template.JS(ice), ConversationID: a.ConversationID(),
		Rebook: rebook(a, v), Phonable: phonable, Phone: h.render.Phone(),
	}, err
}

// rebook is the path at which the viewer books another appointment of the same two people.
func rebook(a appointment.Appointment, v *viewer.Viewer) string {
	if v.ID == a.SocialWorkerID {
		return "/beneficiaires/" + a.BeneficiaryID.String() + "/rendez-vous"
	}
	return "/assistants/" + a.SocialWorkerID.String() + "?mode=video"
}

func closedFor(at state, a appointment.Appointment, v *viewer.Viewer) closedPage {
	p := closedPage{AppointmentID: a.ID}
	switch at {
	case early:
		p.Heading = "L’appel n’est pas encore ouvert"
		p.Message = "Vous pourrez entrer " + when(opensAt(a).In(v.Zone)) + ", un quart d’heure avant votre rendez-vous. Revenez alors sur cette page."
	case over:
		p.Heading = "L’appel est terminé"
		p.Message = "Il a fermé " + when(closesAt(a).In(v.Zone)) + ". Vous pouvez toujours écrire à " + a.With(v) + "."
	case cancelled:
		p.Heading = "Ce rendez-vous est annulé"
		p.Message = "Il n’y aura pas d’appel. Vous pouvez toujours écrire à " + a.With(v) + "."
	case notVideo:
		p.Heading = "Ce rendez-vous n’est pas par vidéo"
		p.Message = "La page du rendez-vous dit comment vous vous retrouverez."
	}
	return p
}

// when formats an instant: "le mardi 1er décembre à 13 h 45".
func when(t time.Time) string { return "le " + web.DayHour(t) }
