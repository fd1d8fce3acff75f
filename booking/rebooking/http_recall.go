package rebooking

import (
	"fmt"
	"net/http"
	"time"

	"socialdirect/account/people"
	"socialdirect/callback"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// recallsPage lists the people whom the switchboard has to call.
type recallsPage struct {
	Viewer  *viewer.Viewer
	Asked   []callback.Request // people who asked to be called
	Recalls []Recall
	More    bool // there are more people than the viewer may open today
	Now     time.Time
}

func (recallsPage) Template() string { return "booking/recalls" }
func (recallsPage) Title() string    { return "Personnes à appeler" }

// Number is the number to call, formatted.
func (r Recall) Number() string { return people.DisplayMobile(r.Mobile) }

// Hours are the person's call hours: "de 8 h à 20 h".
func (r Recall) Hours() string {
	return fmt.Sprintf("de %d\u00a0h à %d\u00a0h", r.CallFrom/60, r.CallUntil/60)
}

// Clock names the person's time zone.
func (r Recall) Clock() string { return web.ZoneName(r.Zone) }

// recalls shows the list.
func (h *HTTP) recalls(w http.ResponseWriter, r *web.Request) error {
	page, err := h.recallsPage(r)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

func (h *HTTP) recallsPage(r *web.Request) (recallsPage, error) {
	v := r.Viewer
	asked, err := h.callbacks.Waiting(r.Context(), v)
	if err != nil {
		return recallsPage{}, err
	}
	recalls, more, err := h.rebookings.Recalls(r.Context(), v)
	return recallsPage{v, asked, recalls, more, h.rebookings.DB.Now()}, err
}

// noteRecall records the result of a call.
func (h *HTTP) noteRecall(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	id, err := r.PathID("id")
	if err != nil {
		return err
	}
	outcome := f.Choice("outcome", []string{"reached", "missed"}, "Dites si la personne a été jointe.")
	if !f.Valid() {
		return f.ShowAgain(h.recallsPage(r))
	}
	if err := h.rebookings.NoteRecall(r.Context(), r.Viewer, id, outcome == "reached"); err != nil {
		return err
	}
	return web.Done(w, r, "saved", callback.DeskPath)
}
