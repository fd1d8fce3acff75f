package legal

import (
	"log/slog"
	"net/http"
	"net/url"
	"path"

	"socialdirect/internal/form"
	"socialdirect/web"
)

// seenPath is where a notice of a changed text is dismissed.
const seenPath = "/textes/vu"

// news informs somebody that a text changed which they need not accept, until they dismiss it. It
// is nil when there is none, and when an acceptance is owed first.
func (h *HTTP) news(r *web.Request) *web.Reminder {
	v := r.Viewer
	if v == nil || !v.News || v.Pending || r.Method != http.MethodGet {
		return nil
	}
	texts, err := h.texts.News(r.Context(), v)
	if err != nil {
		slog.WarnContext(r.Context(), "legal news", "cause", err)
	}
	if len(texts) == 0 {
		return nil
	}
	t := texts[0]
	return &web.Reminder{
		Text: changed[t.Kind], Path: paths[t.Kind], Label: "La lire",
		Dismiss: seenPath + "?" + url.Values{"kind": {string(t.Kind)}, "version": {t.Version}}.Encode(),
	}
}

// changed are the words of the notice.
var changed = map[Kind]string{
	Privacy: "Notre politique de confidentialité a changé. Vous n’avez rien à accepter.",
	Terms:   "Les conditions d’utilisation ont changé pour les bénéficiaires. Vous n’avez rien à accepter.",
}

// seen dismisses the notice and returns to the page on which it was shown.
func (h *HTTP) seen(w http.ResponseWriter, r *web.Request, _ *form.Form) error {
	query := r.URL.Query()
	if err := h.texts.Seen(r.Context(), r.Viewer, Kind(query.Get("kind")), query.Get("version")); err != nil {
		return err
	}
	return web.See(w, r, shownOn(r))
}

// shownOn returns the path of the page from which a form was sent, or the role's first page.
func shownOn(r *web.Request) string {
	page, err := url.Parse(r.Referer())
	if err != nil || page.Host != r.Host || page.Path == "" {
		return web.HomePath(r.Viewer.Role)
	}
	return path.Clean("/" + page.Path)
}
