package legal

import (
	"html/template"
	"net/http"

	"socialdirect/web"
)

// HTTP is the pages of this package.
type HTTP struct {
	texts  *Service
	render *web.Renderer
}

// NewHTTP returns the pages.
func NewHTTP(texts *Service, render *web.Renderer) *HTTP { return &HTTP{texts, render} }

var (
	paths  = map[Kind]string{Terms: "/conditions", Privacy: "/confidentialite"}
	titles = map[Kind]string{Terms: "Conditions d’utilisation", Privacy: "Confidentialité"}
)

type textPage struct {
	Heading     string
	Version     string
	PublishedAt string
	Starting    bool
	HTML        template.HTML
	Older       []older
}

type older struct{ Version, Path string }

func (textPage) Template() string { return "public/legal_text" }
func (p textPage) Title() string  { return p.Heading }

// Show returns the handler of one kind of text: the version in the path, or the
// one in force.
func (h *HTTP) Show(kind Kind) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
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

func (h *HTTP) text(r *http.Request, kind Kind) (Text, error) {
	if version := r.PathValue("version"); version != "" {
		return h.texts.Version(r.Context(), kind, version)
	}
	return h.texts.InForce(r.Context(), kind)
}

func (h *HTTP) page(r *http.Request, text Text) (textPage, error) {
	html, err := text.HTML()
	if err != nil {
		return textPage{}, err
	}
	versions, err := h.texts.Versions(r.Context(), text.Kind)
	if err != nil {
		return textPage{}, err
	}
	page := textPage{Heading: titles[text.Kind], Version: text.Version, PublishedAt: web.Date(text.PublishedAt), Starting: text.Starting, HTML: html}
	for _, v := range versions {
		if v.Version != text.Version {
			page.Older = append(page.Older, older{v.Version, paths[text.Kind] + "/" + v.Version})
		}
	}
	return page, nil
}
