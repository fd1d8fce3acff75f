package legal

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"socialdirect/internal/config"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/internal/zone"
	"socialdirect/web"
)

const adminPath = "/administration/textes"

// slugs are the names of kinds in paths.
var slugs = map[string]Kind{"conditions": Terms, "confidentialite": Privacy}

func kindOf(r *web.Request) (Kind, error) {
	kind, known := slugs[r.PathValue("kind")]
	if !known {
		return "", fault.New(fault.NotFound, "")
	}
	return kind, nil
}

// adminPathOf returns the path at which a kind is edited.
func adminPathOf(kind Kind) string { return adminPath + paths[kind] }

type textsPage struct {
	Texts []textLine
	Unset []config.Unset
}

// textLine is one kind in the administration's list.
type textLine struct {
	Name, Path, AdminPath string
	Version, Date         string
	Starting              bool
	Next                  string // the draft or the version to come; empty for none
	ComesOn               string // empty for a draft
}

func (textsPage) Template() string { return "legal/texts" }
func (textsPage) Title() string    { return "Textes" }

// showTexts shows the state of both texts to an administrator.
func (h *HTTP) showTexts(w http.ResponseWriter, r *web.Request) error {
	states, err := h.texts.States(r.Context(), r.Viewer)
	if err != nil {
		return err
	}
	page := textsPage{Unset: h.unset}
	for _, state := range states {
		page.Texts = append(page.Texts, newTextLine(state))
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

func newTextLine(s State) textLine {
	kind := s.InForce.Kind
	line := textLine{
		Name: titles[kind], Path: paths[kind], AdminPath: adminPathOf(kind),
		Version: s.InForce.Version, Date: day(s.InForce.PublishedAt), Starting: s.InForce.Starting,
	}
	if s.Next != nil {
		line.Next, line.ComesOn = s.Next.Version, moment(*s.Next)
	}
	return line
}

// moment returns in words when a version comes into force, or an empty string for a draft.
func moment(t Text) string {
	if t.Draft() {
		return ""
	}
	at := t.PublishedAt.In(zone.Paris())
	return web.Date(at) + " à " + web.Hour(at)
}

type draftPage struct {
	Form      *form.Form
	Name      string
	AdminPath string
	InForce   string // its version
	Path      string
	New       bool // nothing is saved yet
}

func (draftPage) Template() string { return "legal/draft" }
func (p draftPage) Title() string  { return p.Name + ", nouvelle version" }

func newDraftPage(f *form.Form, s State) draftPage {
	kind := s.InForce.Kind
	return draftPage{Form: f, Name: titles[kind], AdminPath: adminPathOf(kind), Path: paths[kind], InForce: s.InForce.Version, New: s.Next == nil}
}

// showDraft shows the editor with the draft, or with the text in force to begin one. A version
// with a date cannot be edited: the page redirects to its preview.
func (h *HTTP) showDraft(w http.ResponseWriter, r *web.Request) error {
	state, err := h.state(r)
	if err != nil {
		return err
	}
	if state.Next != nil && !state.Next.Draft() {
		return web.See(w, r, adminPathOf(state.InForce.Kind)+"/apercu")
	}
	values := map[string]string{"markdown": state.InForce.Markdown, "revision": "0"}
	if state.Next != nil {
		values = map[string]string{"markdown": state.Next.Markdown, "changes": state.Next.Changes, "revision": strconv.Itoa(state.Next.Revision)}
	}
	return h.render.Render(w, r, http.StatusOK, newDraftPage(form.New(values), state))
}

func (h *HTTP) state(r *web.Request) (State, error) {
	kind, err := kindOf(r)
	if err != nil {
		return State{}, err
	}
	return h.texts.State(r.Context(), r.Viewer, kind)
}

// maxDraftBytes limits the editor's form: a character may take nine bytes in it.
const maxDraftBytes = 9*(maxMarkdown+maxChanges) + 1024

// saveDraft saves the draft and shows its preview. When another administrator saved meanwhile,
// the editor is shown again with the typed text.
func (h *HTTP) saveDraft(w http.ResponseWriter, r *web.Request) error {
	f, err := form.ParseLong(r.Request, maxDraftBytes)
	if err != nil {
		return err
	}
	state, err := h.state(r)
	if err != nil {
		return err
	}
	page := newDraftPage(f, state)
	words := Words{
		Markdown: f.Text("markdown", form.Text{Max: maxMarkdown, Lines: true, Required: "Écrivez le texte, ou reprenez celui qui est en vigueur."}),
		Changes:  f.Text("changes", form.Text{Max: maxChanges, Lines: true}),
		Revision: revision(f),
	}
	if !f.Valid() {
		return f.Invalid(page)
	}
	if err := h.texts.Save(r.Context(), r.Viewer, state.InForce.Kind, words); err != nil {
		return h.notSaved(r, f, err, page)
	}
	return web.Done(w, r, "saved", page.AdminPath+"/apercu")
}

// notSaved shows the editor again with the typed text. Saving once more replaces the other
// administrator's draft.
func (h *HTTP) notSaved(r *web.Request, f *form.Form, err error, page draftPage) error {
	if !errors.Is(err, errStale) {
		return err
	}
	state, readErr := h.state(r)
	if readErr != nil {
		return readErr
	}
	current := 0
	if state.Next != nil {
		current = state.Next.Revision
	}
	f.Set("revision", strconv.Itoa(current))
	f.Fail("markdown", errStale.Message+" Votre texte est encore ici. Comparez avec l’aperçu, puis enregistrez pour remplacer l’autre.")
	return fault.WithPage(err, page)
}

// revision returns the revision of the draft that a page was rendered from. A value that is
// not a number matches no draft.
func revision(f *form.Form) int {
	n, err := strconv.Atoi(f.Hidden("revision", 9))
	if err != nil || n < 0 {
		return -1
	}
	return n
}

type previewPage struct {
	Form      *form.Form
	Text      textPage
	Changes   string
	Revision  int
	AdminPath string
	ComesOn   string // empty for a draft
	Changed   []line // against the text in force
	Compared  bool   // false when too much differs to be listed
}

func (previewPage) Template() string { return "legal/preview" }
func (p previewPage) Title() string  { return p.Text.Heading + ", aperçu" }

// showPreview shows the next version as people will see it, with the forms that publish,
// withdraw or discard it.
func (h *HTTP) showPreview(w http.ResponseWriter, r *web.Request) error {
	page, err := h.preview(r, form.New(map[string]string{"when": "now"}))
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

func (h *HTTP) preview(r *web.Request, f *form.Form) (previewPage, error) {
	state, err := h.state(r)
	if err != nil {
		return previewPage{}, err
	}
	if state.Next == nil {
		return previewPage{}, fault.New(fault.NotFound, "Il n’y a pas de brouillon de ce texte.")
	}
	shown, err := newTextPage(*state.Next)
	changed, compared := compare(state.InForce.Markdown, state.Next.Markdown)
	return previewPage{
		Form: f, Text: shown, Changes: state.Next.Changes, Revision: state.Next.Revision,
		AdminPath: adminPathOf(state.InForce.Kind), ComesOn: moment(*state.Next),
		Changed: changed, Compared: compared,
	}, err
}

// publish sets the date of the draft.
func (h *HTTP) publish(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	kind, err := kindOf(r)
	if err != nil {
		return err
	}
	at := h.decodeMoment(f)
	err = f.Save(besideDate, func() error { return h.texts.Publish(r.Context(), r.Viewer, kind, revision(f), at) })
	if err != nil {
		return err
	}
	if !f.Valid() {
		return f.ShowAgain(h.preview(r, f))
	}
	return web.Done(w, r, "published", adminPath)
}

// besideDate are the fields beside which the messages about a publication are shown.
var besideDate = form.Beside{errWhen: "day", nil: "when"}

// decodeMoment decodes when a version comes into force, in Paris time. Zero means now.
func (h *HTTP) decodeMoment(f *form.Form) time.Time {
	when := f.Choice("when", []string{"now", "later"}, "Choisissez : tout de suite, ou à une date.")
	today := h.texts.db.Now().In(zone.Paris())
	first := time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, time.UTC)
	if when != "later" {
		f.Hidden("day", 10) // kept in case the page is shown again
		f.Hidden("time", 8)
		return time.Time{}
	}
	date := f.Date("day", first, first.Add(Ahead), "Indiquez le jour.")
	value := f.Text("time", form.Text{Max: 8, Required: "Indiquez l’heure, par exemple 09:00."})
	clock, err := time.Parse("15:04", value)
	if value != "" && err != nil {
		f.Fail("time", "Écrivez l’heure comme 09:00.")
	}
	if !f.Valid() {
		return time.Time{}
	}
	at, exists := wallClock(date, clock)
	if !exists {
		f.Fail("time", "Cette nuit-là, les horloges sautent cette heure. Choisissez-en une autre.")
	}
	return at
}

// wallClock returns the first instant at which clocks in Paris show a time of a day, and false
// when daylight saving time skips it.
func wallClock(day, clock time.Time) (time.Time, bool) {
	at := time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 0, 0, zone.Paris())
	if earlier := at.Add(-time.Hour); earlier.Hour() == clock.Hour() && earlier.Minute() == clock.Minute() {
		at = earlier // the hour that occurs twice
	}
	return at.UTC(), at.Hour() == clock.Hour()
}

// withdraw withdraws a version to come.
func (h *HTTP) withdraw(w http.ResponseWriter, r *web.Request) error {
	kind, err := kindOf(r)
	if err != nil {
		return err
	}
	if err := h.texts.Withdraw(r.Context(), r.Viewer, kind); err != nil {
		return err
	}
	return web.Done(w, r, "withdrawn", adminPathOf(kind)+"/apercu")
}

// discard deletes the draft.
func (h *HTTP) discard(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	kind, err := kindOf(r)
	if err != nil {
		return err
	}
	if err := h.texts.Discard(r.Context(), r.Viewer, kind, revision(f)); err != nil {
		return err
	}
	return web.Done(w, r, "deleted", adminPath)
}
