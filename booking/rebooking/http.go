package rebooking

import (
	"net/http"
	"strings"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/callback"
	"socialdirect/internal/form"
	"socialdirect/web"

	"github.com/google/uuid"
)

// HTTP serves the pages of rebooking.
type HTTP struct {
	rebookings *Service
	callbacks  *callback.Service
	render     *web.Renderer
}

// NewHTTP returns the pages.
func NewHTTP(rebookings *Service, callbacks *callback.Service, render *web.Renderer) *HTTP {
	return &HTTP{rebookings, callbacks, render}
}

// proposalPage offers other slots instead of an appointment that its worker cancelled; one
// click books one (R20).
type proposalPage struct {
	Proposal
	Form    *form.Form
	Reader  *time.Location
	Problem string // why the chosen slot could not be booked
}

func (proposalPage) Template() string { return "booking/proposal" }
func (p proposalPage) Title() string {
	return "D’autres heures que le " + web.DayHour(p.StartsAt.In(p.Reader))
}

// offerGroup is one group of offers on the page.
type offerGroup struct {
	Name, Title string
	Offers      []Offer
}

// Groups are the groups that are not empty.
func (p proposalPage) Groups() (all []offerGroup) {
	for _, g := range []offerGroup{
		{"meme-heure", "À la même heure, avec quelqu’un d’autre", p.Offers.SameHour},
		{"autre-heure", "À une autre heure, avec quelqu’un d’autre", p.Offers.OtherHours},
		{"meme-personne", "À une autre heure, avec " + p.SocialWorkerName, p.Offers.SameWorker},
	} {
		if len(g.Offers) > 0 {
			all = append(all, g)
		}
	}
	return all
}

// Value is the value of the offer's button.
func (o Offer) Value() string {
	return o.SocialWorkerID.String() + " " + o.StartsAt.Format(time.RFC3339)
}

// Declined reports whether the person declined all offers.
func (p proposalPage) Declined() bool { return p.State == Declined }

func (h *HTTP) proposalPage(r *web.Request, f *form.Form) (proposalPage, error) {
	id, err := r.PathID("id")
	if err != nil {
		return proposalPage{}, err
	}
	v := r.Viewer
	proposal, err := h.rebookings.Proposal(r.Context(), v, id)
	return proposalPage{Proposal: proposal, Form: f, Reader: v.Zone}, err
}

// Proposals shows the current offers, or the appointment that was booked instead.
func (h *HTTP) Proposals(w http.ResponseWriter, r *web.Request) error {
	page, err := h.proposalPage(r, form.New(map[string]string{"needs": "1"}))
	if err != nil {
		return err
	}
	if page.BookedID != uuid.Nil {
		return web.See(w, r, "/rendez-vous/"+page.BookedID.String())
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// DecodeOffer decodes the chosen offer and the checkboxes.
func DecodeOffer(f *form.Form) (r Replacement, chosen bool) {
	r = Replacement{Note: f.Ticked("note"), Needs: f.Ticked("needs"), Documents: f.Ticked("documents")}
	worker, at, _ := strings.Cut(f.Hidden("offer", 80), " ")
	id, err := form.ParseID(worker)
	startsAt, wrong := time.Parse(time.RFC3339, at)
	r.SocialWorkerID, r.StartsAt = id, startsAt.UTC()
	return r, err == nil && wrong == nil
}

// CurrentProposals is the page with the current offers and the reason of a refusal.
func (h *HTTP) CurrentProposals(r *web.Request, f *form.Form) appointment.Page {
	return func(problem string) (any, error) {
		page, err := h.proposalPage(r, f)
		page.Problem = problem
		return page, err
	}
}

// decline records that no offer suits the person.
func (h *HTTP) decline(w http.ResponseWriter, r *web.Request) error {
	id, err := r.PathID("id")
	if err != nil {
		return err
	}
	booked, err := h.rebookings.Decline(r.Context(), r.Viewer, id)
	if err != nil {
		return err
	}
	if booked != uuid.Nil {
		return web.See(w, r, "/rendez-vous/"+booked.String())
	}
	return web.Done(w, r, "offers-declined", "/rendez-vous/"+id.String())
}
