package echo

import (
	"context"
	"net/http"

	"socialdirect/account/pages"
	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/internal/form"
	"socialdirect/internal/socket"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// HTTP is the page of the test, its socket, and the reports.
type HTTP struct {
	tests  *Service
	render *web.Renderer
	origin string
}

// NewHTTP returns the handlers. origin is the platform's own: pages of any other origin cannot
// open a socket.
func NewHTTP(tests *Service, render *web.Renderer, origin string) *HTTP {
	return &HTTP{tests: tests, render: render, origin: origin}
}

const (
	testPath   = "/test-appel"
	reportPath = testPath + "/rapport"
	deskPath   = "/standard/tests"
)

// testPage is the page on which somebody tests a call.
type testPage struct {
	Form        *form.Form
	Phone       web.Phone
	Appointment *appointment.Appointment // the next one by video, if it can be by phone instead; nil: none
	Viewer      *viewer.Viewer
	Fields      []string // of the report
}

func (testPage) Template() string  { return "signaling/test" }
func (testPage) Title() string     { return "Tester un appel vidéo" }
func (testPage) Styles() []string  { return []string{"calltest.css"} }
func (testPage) Scripts() []string { return []string{"calltest/main.js"} }

// Description implements web.Described.
func (testPage) Description() string {
	return "Vérifiez en une demi-minute que le micro, la caméra et la connexion conviennent à un appel vidéo."
}

// Page answers GET /test-appel.
func (h *HTTP) Page(w http.ResponseWriter, r *web.Request) error {
	page, err := h.page(r, form.New(nil))
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

func (h *HTTP) page(r *web.Request, f *form.Form) (testPage, error) {
	a, err := h.tests.phonable(r.Context(), r.Viewer)
	return testPage{Form: f, Phone: h.render.Phone(), Appointment: a, Viewer: r.Viewer, Fields: reportFields()}, err
}

// phonable returns the viewer's next appointment by video if it can be by phone instead.
func (s *Service) phonable(ctx context.Context, v *viewer.Viewer) (*appointment.Appointment, error) {
	if v == nil || v.Role != viewer.Beneficiary {
		return nil, nil
	}
	coming, _, err := s.Appointments.Appointments(ctx, v)
	if err != nil {
		return nil, err
	}
	for _, a := range coming {
		if a.Mode == slot.Video && a.Status.Occupies() {
			able, err := s.Bookings.Phonable(ctx, v, a)
			if err != nil || !able {
				return nil, err
			}
			return &a, nil
		}
	}
	return nil, nil
}

// Socket answers GET /test-appel/ws: one test, until it ends.
func (h *HTTP) Socket(w http.ResponseWriter, r *web.Request) error {
	if err := socket.SameOrigin(r.Request, h.origin); err != nil {
		return err
	}
	leave, err := h.tests.enter(r.Context(), pages.Place(r))
	if err != nil {
		return err
	}
	opened, err := h.tests.sockets.Serve(w, r.Request, h.origin, func(conn *socket.Conn) {
		defer leave()
		h.tests.serve(conn)
	})
	if !opened {
		leave()
	}
	return err
}

// Room answers GET /test-appel/attente, which the page asks if its socket did not open: it
// fails with Throttled if that was because of too many tests.
func (h *HTTP) Room(w http.ResponseWriter, r *web.Request) error {
	if err := h.tests.room(r.Context(), pages.Place(r)); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
