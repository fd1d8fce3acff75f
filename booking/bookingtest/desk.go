package bookingtest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"socialdirect/booking"
	"socialdirect/booking/rebooking"
	"socialdirect/booking/search"
	"socialdirect/booking/viewlimit"
	"socialdirect/booking/waitlist"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// Pages are the pages of a world's packages.
type Pages struct {
	Searches   *search.HTTP
	Bookings   *booking.HTTP
	Waitlist   *waitlist.HTTP
	Rebookings *rebooking.HTTP
}

// Pages returns the pages of the world.
func (w *World) Pages(render *web.Renderer) Pages {
	views := viewlimit.New(w.DB)
	searches := search.NewHTTP(w.Searches, views, render)
	rebookings := rebooking.NewHTTP(w.Rebookings, w.Callbacks, render)
	return Pages{
		Searches: searches,
		Bookings: booking.NewHTTP(w.Bookings, booking.PageParts{
			Views: views, Searches: searches, Rebookings: rebookings, Render: render, Links: links,
		}),
		Waitlist:   waitlist.NewHTTP(w.Waitlist, views, render),
		Rebookings: rebookings,
	}
}

// Desk is a trio with its pages.
type Desk struct {
	Trio
	HTTP   Pages
	Render *web.Renderer
}

// NewDesk returns a desk.
func NewDesk(t testing.TB) Desk {
	t.Helper()
	render, err := web.New(web.Phone{})
	Must(t, err)
	d := Desk{Trio: NewTrio(t), Render: render}
	d.HTTP = d.Pages(render)
	return d
}

// Typed is a valid booking form, for a slot with Nadia at Hour(hours).
func (d Desk) Typed(hours int) url.Values {
	return url.Values{
		"social_worker_id": {d.Nadia.ID.String()}, "starts_at": {Hour(hours).Format(time.RFC3339)}, "mode": {"video"}, "reason": {"housing"},
		"note": {"Une lettre est arrivée."}, "companion": {"ma fille"},
	}
}

// Send sends a request to a page, and returns what is shown and the fault code of a refusal.
func (d Desk) Send(t testing.TB, v *viewer.Viewer, handler web.Handler, method string, values url.Values) (shown string, code fault.Code) {
	t.Helper()
	r := httptest.NewRequest(method, "/rendez-vous", strings.NewReader(values.Encode()))
	if method == http.MethodGet {
		r = httptest.NewRequest(method, "/rendez-vous?"+values.Encode(), nil)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	asked := &web.Request{Request: r, Viewer: v}
	answer := httptest.NewRecorder()
	err := handler(answer, asked)
	if err == nil {
		return answer.Body.String(), ""
	}
	f := fault.From(err)
	if page, ok := f.Page.(web.Page); ok {
		Must(t, d.Render.Render(answer, asked, http.StatusUnprocessableEntity, page))
	}
	return answer.Body.String(), f.Code
}

// SendTo is Send to a page of one appointment, person or worker.
func (d Desk) SendTo(t testing.TB, v *viewer.Viewer, handler web.Handler, method string, id uuid.UUID, values url.Values) (shown string, code fault.Code) {
	t.Helper()
	return d.Send(t, v, func(w http.ResponseWriter, r *web.Request) error {
		r.SetPathValue("id", id.String())
		return handler(w, r)
	}, method, values)
}

// Read returns the text of a page of one appointment, person or worker.
func (d Desk) Read(t testing.TB, v *viewer.Viewer, page web.Handler, about uuid.UUID, query url.Values) string {
	t.Helper()
	shown, code := d.SendTo(t, v, page, http.MethodGet, about, query)
	if code != "" {
		t.Fatalf("the page is refused: %s", code)
	}
	return Words(shown)
}

// Press posts to a page without a form, and returns where it redirects.
func (d Desk) Press(t testing.TB, v *viewer.Viewer, page web.Handler, about uuid.UUID) string {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	r.SetPathValue("id", about.String())
	answer := httptest.NewRecorder()
	Must(t, page(answer, &web.Request{Request: r, Viewer: v}))
	return answer.Header().Get("Location")
}
