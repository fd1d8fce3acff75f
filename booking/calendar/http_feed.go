package calendar

import (
	"html/template"
	"net/http"
	"strings"

	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

const feedPath = "/agenda/abonnement"

// feedPage is a worker's feed (R41).
type feedPage struct {
	Form      *form.Form
	Feed      Feed
	Made      bool
	Address   string       // in full, once, when it has just been made
	WebcalURL template.URL // the same, as calendar programs open it
	Shows     []form.Option
	Viewer    *viewer.Viewer
}

func (feedPage) Template() string { return "booking/feed" }
func (feedPage) Title() string    { return "Exporter mon agenda" }

var showsOptions = []form.Option{
	{Value: string(ShowsNothing), Label: ShowsNothing.Label()}, {Value: string(ShowsInitials), Label: ShowsInitials.Label()}, {Value: string(ShowsNames), Label: ShowsNames.Label()},
}

func (h *HTTP) feedPage(r *web.Request, f *form.Form) (feedPage, error) {
	v := r.Viewer
	feed, made, err := h.calendars.Feed(r.Context(), v)
	if f == nil {
		f = form.New(map[string]string{"shows": string(ShowsNothing)})
		if made {
			f = form.New(map[string]string{"shows": string(feed.Shows)})
		}
	}
	return feedPage{Form: f, Feed: feed, Made: made, Shows: showsOptions, Viewer: v}, err
}

// showFeed shows whether the viewer has a feed, with a form to create one.
func (h *HTTP) showFeed(w http.ResponseWriter, r *web.Request) error {
	page, err := h.feedPage(r, nil)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// makeFeed creates the feed and shows its address once. The address is not stored, so that
// this form alone answers with a page.
func (h *HTTP) makeFeed(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	shows := f.Choice("shows", form.Values(showsOptions), "Choisissez ce que cet agenda montre.")
	if !f.Valid() {
		return f.ShowAgain(h.feedPage(r, f))
	}
	token, err := h.calendars.MakeFeed(r.Context(), r.Viewer, Shows(shows))
	if err != nil {
		return err
	}
	page, err := h.feedPage(r, nil)
	if err != nil {
		return err
	}
	page.Address = h.links.Base + feedPath + "/" + token + "/agenda.ics"
	_, bare, _ := strings.Cut(page.Address, "://")
	page.WebcalURL = template.URL("webcal://" + bare) // our own address, no input
	w.Header().Set("Cache-Control", "no-store")
	return h.render.Render(w, r, http.StatusOK, page)
}

// revokeFeed deletes the viewer's feed.
func (h *HTTP) revokeFeed(w http.ResponseWriter, r *web.Request) error {
	if err := h.calendars.RevokeFeed(r.Context(), r.Viewer); err != nil {
		return err
	}
	return web.Done(w, r, "feed-revoked", feedPath)
}

// feedICS serves the feed to calendar programs, which have no session.
func (h *HTTP) feedICS(w http.ResponseWriter, r *web.Request) error {
	file, err := h.calendars.ReadFeed(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	tag := `"` + file.Version + `"`
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Set("ETag", tag)
	w.Header().Set("X-Robots-Tag", "noindex")
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("Content-Disposition", `inline; filename="agenda.ics"`)
	_, err = w.Write([]byte(file.ICS(h.links)))
	return err
}
