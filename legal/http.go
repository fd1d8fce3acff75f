package legal

import (
	"html/template"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"socialdirect/internal/config"
	"socialdirect/internal/viewer"
	"socialdirect/internal/zone"
	"socialdirect/web"
)

// HTTP serves the pages of this package.
type HTTP struct {
	texts  *Service
	render *web.Renderer
	unset  []config.Unset
}

// NewHTTP returns the pages. unset is what the legal notice owes and lacks.
func NewHTTP(texts *Service, render *web.Renderer, unset []config.Unset) *HTTP {
	return &HTTP{texts, render, unset}
}

var (
	paths  = map[Kind]string{Terms: "/conditions", Privacy: "/confidentialite"}
	titles = map[Kind]string{Terms: "Conditions d’utilisation", Privacy: "Confidentialité"}
)

// Path returns the path of a text's page.
func Path(kind Kind) string { return paths[kind] }

// Name returns the French name of a text.
func Name(kind Kind) string { return titles[kind] }

type textPage struct {
	Heading  string
	Version  string
	Date     string // when it came into force, or will come into force
	Coming   bool
	Replaced string // the path of the text in force, when this one is no longer in force
	Draft    bool   // a preview
	Starting bool
	HTML     template.HTML
	Others   []edition
}

// edition is one line of the list of versions.
type edition struct {
	Version, Path, Date string
	InForce             bool
}

// HasHeadings reports whether the text is divided by headings.
func (p textPage) HasHeadings() bool { return strings.Contains(string(p.HTML), "<h2") }

// HasLists reports whether the text has a list.
func (p textPage) HasLists() bool { return strings.Contains(string(p.HTML), "<li>") }

func (textPage) Template() string { return "public/legal_text" }
func (p textPage) Title() string {
	if p.Coming || p.Replaced != "" {
		return p.Heading + ", version " + p.Version
	}
	return p.Heading
}

// show returns the handler for one kind of text. It shows the version in the path, or the one
// in force.
func (h *HTTP) show(kind Kind) web.Handler {
	return func(w http.ResponseWriter, r *web.Request) error {
		text, err := h.text(r, kind)
		if err != nil {
			return err
		}
		page, err := h.page(r, text)
		if err != nil {
			return err
		}
		return h.render.Render(w, r, http.StatusOK, page)
	}
}

func (h *HTTP) text(r *web.Request, kind Kind) (Text, error) {
	if version := r.PathValue("version"); version != "" {
		return h.texts.Version(r.Context(), r.Viewer, kind, version)
	}
	return h.texts.InForce(r.Context(), kind)
}

func (h *HTTP) page(r *web.Request, text Text) (textPage, error) {
	page, err := newTextPage(text)
	if err != nil {
		return textPage{}, err
	}
	page.Coming = text.Coming(h.texts.db.Now())
	versions, err := h.texts.Versions(r.Context(), text.Kind)
	for i, v := range versions { // the one in force is the first
		if v.Version != text.Version {
			page.Others = append(page.Others, edition{v.Version, paths[text.Kind] + "/" + v.Version, day(v.PublishedAt), i == 0})
		} else if i > 0 {
			page.Replaced = paths[text.Kind]
		}
	}
	return page, err
}

func newTextPage(text Text) (textPage, error) {
	html, err := text.HTML()
	return textPage{Heading: titles[text.Kind], Version: text.Version, Date: day(text.PublishedAt), Draft: text.Draft(), Starting: text.Starting, HTML: html}, err
}

func day(t time.Time) string { return web.Date(t.In(zone.Paris())) }

// Reminder reminds administrators on their pages that the platform's starting texts are still
// in force, and informs everybody of a text that changed. It is nil when there is nothing to say.
func (h *HTTP) Reminder(r *web.Request) *web.Reminder {
	if news := h.news(r); news != nil {
		return news
	}
	return h.starting(r)
}

func (h *HTTP) starting(r *web.Request) *web.Reminder {
	v := r.Viewer
	if viewer.Require(v, viewer.Administrator) != nil || v.Pending || !strings.HasPrefix(r.URL.Path, "/administration") || strings.HasPrefix(r.URL.Path, adminPath) {
		return nil
	}
	starting, err := h.texts.StartingInForce(r.Context())
	if err != nil {
		slog.WarnContext(r.Context(), "legal reminder", "cause", err)
	}
	if !starting {
		return nil
	}
	return &web.Reminder{Text: "Les textes fournis avec la plateforme sont encore en vigueur. Remplacez-les par les vôtres.", Path: adminPath, Label: "Voir les textes"}
}
