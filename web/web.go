// Package web is what the browser receives: the templates, the style sheets, the scripts, the
// layout around every page, the fields of forms, and the formats of dates. It knows no domain:
// a domain passes one struct per page, whose Template names the file, and which may implement
// Styled, Scripted and Wide.
package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"socialdirect/internal/hours"
	"socialdirect/internal/viewer"
)

//go:embed templates static styles icons
var files embed.FS

// Page is the content of one page. A domain has one struct per page.
type Page interface {
	// Template is the page's file under templates/, without ".html".
	Template() string
	// Title is the page's title; it must not reveal why the person is here.
	Title() string
}

// Scripted is a page that loads ES modules of static/.
type Scripted interface{ Scripts() []string }

// Styled is a page with style sheets beside app.css, by name.
type Styled interface{ Styles() []string }

// Described is a page with a sentence for search engines.
type Described interface{ Description() string }

// Wide is a page that uses the whole width of a desktop.
type Wide interface{ Wide() bool }

// Phone is the switchboard's number as shown to people, and for a link, with the hours at
// which it answers, if they are known.
type Phone struct {
	Display string
	Href    template.URL
	Price   string // what a call costs, such as "appel gratuit"; empty if it is not set
	Hours   hours.Hours
	Now     func() time.Time // the present instant in the zone of the hours
}

// When says when the switchboard answers, in words; empty if it is not known.
func (p Phone) When() string { return p.Hours.Words() }

// Closed reports whether the switchboard does not answer now.
func (p Phone) Closed() bool { return p.Hours.Known() && !p.Hours.Open(p.Now()) }

// Reached is the number with the hours, for a sentence.
func (p Phone) Reached() string {
	if p.Display == "" || !p.Hours.Known() {
		return p.Display
	}
	return p.Display + ", " + p.When()
}

// Renderer renders pages. It is safe for concurrent use.
type Renderer struct {
	pages  map[string]*template.Template
	phone  Phone
	static *Static
	remind func(*Request) *Reminder

	navigation navigation
}

// Reminder is a line above every page until the person acts on it: it leads to Path. With
// Dismiss, the path of a form, the person may also put it away.
type Reminder struct{ Text, Path, Label, Dismiss string }

// New parses every template, so that a broken page fails the start and not a request. phone is
// the switchboard's number, shown on every page.
func New(phone Phone) (*Renderer, error) {
	static, err := newStatic()
	if err != nil {
		return nil, err
	}
	r := &Renderer{pages: map[string]*template.Template{}, phone: phone, static: static}
	shared, err := template.New("").Funcs(funcs(static)).Funcs(fieldFuncs).Funcs(template.FuncMap{"administrationPlaces": r.administrationPlaces}).ParseFS(files, "templates/layout.html", "templates/pieces/*.html")
	if err != nil {
		return nil, fmt.Errorf("layout: %w", err)
	}
	return r, r.parseAll(shared)
}

// pieces is the folder of templates that several pages use: those of one domain are in
// templates/DOMAIN/pieces, the others in templates/pieces.
const pieces = "pieces"

func (r *Renderer) parseAll(shared *template.Template) error {
	folders, err := fs.ReadDir(files, "templates")
	if err != nil {
		return err
	}
	for _, folder := range folders {
		if folder.IsDir() && folder.Name() != pieces {
			if err := r.parse(shared, folder.Name()); err != nil {
				return err
			}
		}
	}
	return nil
}

// parse adds the pages of a domain, each with the domain's pieces.
func (r *Renderer) parse(shared *template.Template, domain string) error {
	folder := path.Join("templates", domain)
	own, err := fs.Glob(files, path.Join(folder, pieces, "*.html"))
	if err != nil {
		return err
	}
	names, err := fs.Glob(files, path.Join(folder, "*.html"))
	if err != nil {
		return err
	}
	for _, name := range names {
		page, err := template.Must(shared.Clone()).ParseFS(files, slices.Concat(own, []string{name})...)
		if err != nil {
			return fmt.Errorf("page %s: %w", name, err)
		}
		r.pages[path.Join(domain, strings.TrimSuffix(path.Base(name), ".html"))] = page
	}
	return nil
}

// Static serves the files under /static/.
func (r *Renderer) Static() http.Handler { return r.static }

// Phone returns the switchboard's number, for what is not a page.
func (r *Renderer) Phone() Phone { return r.phone }

// layout is the data of templates/layout.html.
type layout struct {
	Page    Page
	Title   string
	Viewer  *viewer.Viewer
	Nav     []NavItem
	Phone   Phone
	Styles  []string
	Scripts []string
	Flash   string
	Wide    bool

	Exit        bool // the quick exit, for people whom somebody may watch
	Description string
	Reminder    *Reminder
}

// Render writes page in its layout with the given status. If the template fails, it writes
// nothing.
func (r *Renderer) Render(w http.ResponseWriter, req *Request, status int, page Page) error {
	var body bytes.Buffer
	t, ok := r.pages[page.Template()]
	if !ok {
		return fmt.Errorf("no template %q", page.Template())
	}
	if err := t.ExecuteTemplate(&body, "layout", r.layout(w, req, status, page)); err != nil {
		return fmt.Errorf("render %s: %w", page.Template(), err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	w.WriteHeader(status)
	_, err := body.WriteTo(w)
	return err
}

// refusals are the statuses of pages that show a refused form again.
var refusals = []int{http.StatusUnprocessableEntity, http.StatusConflict, http.StatusTooManyRequests}

func (r *Renderer) layout(w http.ResponseWriter, req *Request, status int, page Page) layout {
	v := req.Viewer
	l := layout{Page: page, Title: page.Title(), Viewer: v, Nav: r.Places(v, req.URL.Path), Phone: r.phone, Flash: takeFlash(w, req)}
	l.Exit = v == nil || v.Role == viewer.Beneficiary
	if r.remind != nil {
		l.Reminder = r.remind(req)
	}
	if slices.Contains(refusals, status) {
		l.Title = "Erreur\u00a0: " + l.Title // the first thing that a screen reader reads
	}
	if s, ok := page.(Styled); ok {
		l.Styles = s.Styles()
	}
	if s, ok := page.(Scripted); ok {
		l.Scripts = s.Scripts()
	}
	if d, ok := page.(Described); ok {
		l.Description = d.Description()
	}
	if wide, ok := page.(Wide); ok {
		l.Wide = wide.Wide()
	}
	return l
}
