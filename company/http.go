package company

import (
	"context"
	"time"

	"socialdirect/company/apikey"
	"socialdirect/company/poster"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// HTTP serves the pages of this package.
type HTTP struct {
	PageParts
	companies *Service
}

// PageParts are what NewHTTP needs, besides the service.
type PageParts struct {
	Keys   *apikey.Service
	Render *web.Renderer
	Base   string // the platform's public URL, without a slash at its end
	// Alerts returns what the administrator's first page shows at its top; nil for none.
	Alerts func(context.Context, *viewer.Viewer) []Alert
	// Tasks returns what waits for the administration, on the same page; nil for nothing.
	Tasks func(context.Context, *viewer.Viewer) ([]Task, error)
}

// NewHTTP returns the pages.
func NewHTTP(companies *Service, p PageParts) *HTTP { return &HTTP{p, companies} }

// Alert is a problem that the operator has to solve: a sentence, and the technical detail.
type Alert struct{ Text, Detail string }

// Task is something that waits for the administration: what, why now, and where it is done.
type Task struct{ Text, Detail, Path string }

// desk is the client whose codes a request is about, and the path of the page that lists them.
// A manager has one client; an administrator names it in the path.
type desk struct {
	client uuid.UUID
	path   string
}

func deskOf(r *web.Request) (desk, error) {
	if v := r.Viewer; v != nil && v.Role == viewer.ClientManager {
		return desk{v.ClientID, "/entreprise"}, nil
	}
	id, err := r.PathID("id")
	return desk{id, "/administration/entreprises/" + id.String()}, err
}

var modeOptions = []form.Option{{Value: "video", Label: "Par vidéo"}, {Value: "phone", Label: "Par téléphone"}, {Value: "in_person", Label: "Sur place"}}

func siteOptions(sites []string) []form.Option {
	options := make([]form.Option, len(sites))
	for i, site := range sites {
		options[i] = form.Option{Value: site, Label: site}
	}
	return options
}

// contractWords is a contract in words, for pages.
type contractWords struct {
	Contract
	now time.Time
}

// ModeWords lists the modes in words.
func (c contractWords) ModeWords() string { return poster.ModesInWords(c.Modes) }

// IsOver reports whether the contract has ended.
func (c contractWords) IsOver() bool { return c.Over(c.now) }

// IsComing reports whether the contract has not begun.
func (c contractWords) IsComing() bool { return !c.Runs(c.now) && !c.Over(c.now) }
