package notification

import (
	"net/http"

	"socialdirect/internal/form"
	"socialdirect/web"
)

// HTTP serves the pages on which people stop notifications.
type HTTP struct {
	notifications *Service
	render        *web.Renderer
}

// NewHTTP returns the pages.
func NewHTTP(notifications *Service, render *web.Renderer) *HTTP {
	return &HTTP{notifications, render}
}

// stopPage asks for a click, as mail scanners open links. It names nobody.
type stopPage struct {
	Choice
	Token string
}

func (stopPage) Template() string { return "notification/stop" }
func (stopPage) Title() string    { return "Ne plus recevoir ces messages" }

const maxToken = 100

// showStop shows what the link stops.
func (h *HTTP) showStop(w http.ResponseWriter, r *web.Request) error {
	return h.answerStop(w, r, r.URL.Query().Get("token"))
}

func (h *HTTP) answerStop(w http.ResponseWriter, r *web.Request, token string) error {
	choice, err := h.notifications.ofToken(r.Context(), token)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, stopPage{choice, token})
}

// stop stops the topic of the link. Programs for mail post to the link itself, with a body of
// their own, as a form of either kind and without a session (RFC 8058); the page's button
// posts the token.
func (h *HTTP) stop(w http.ResponseWriter, r *web.Request) error {
	token := r.URL.Query().Get("token")
	if token == "" {
		f, err := form.Parse(r.Request)
		if err != nil {
			return err
		}
		token = f.Hidden("token", maxToken)
	}
	if err := h.notifications.Stop(r.Context(), token); err != nil {
		return err
	}
	return h.answerStop(w, r, token)
}

// choicesPage lists what the viewer can stop.
type choicesPage struct {
	Form    *form.Form
	Choices []Choice
}

func (choicesPage) Template() string { return "notification/choices" }
func (choicesPage) Title() string    { return "Messages que vous pouvez arrêter" }

func (h *HTTP) showChoices(w http.ResponseWriter, r *web.Request) error {
	choices, err := h.notifications.Choices(r.Context(), r.Viewer)
	if err != nil {
		return err
	}
	values := map[string]string{}
	for _, c := range choices {
		if !c.Stopped {
			values[c.Name] = "1"
		}
	}
	return h.render.Render(w, r, http.StatusOK, choicesPage{form.New(values), choices})
}

func (h *HTTP) choose(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	var wanted []string
	for _, t := range h.notifications.topicsOf(r.Viewer.Role) {
		if f.Ticked(t.Name) {
			wanted = append(wanted, t.Name)
		}
	}
	if !f.Valid() {
		choices, err := h.notifications.Choices(r.Context(), r.Viewer)
		return f.ShowAgain(choicesPage{f, choices}, err)
	}
	if err := h.notifications.Choose(r.Context(), r.Viewer, wanted); err != nil {
		return err
	}
	return web.Done(w, r, "saved", choicesPath)
}
