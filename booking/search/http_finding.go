package search

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/reason"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/form"
	"socialdirect/web"

	"github.com/google/uuid"
)

// searchForm is the choice by which a list of workers or slots is filtered, and the form that
// changes it.
type searchForm struct {
	Filter    *form.Form
	Reasons   []form.Option
	Modes     []form.Option
	Languages []form.Option
	Reader    *time.Location
	NoneSoon  bool   // nothing is available within two days
	Choosing  string // the address to which a choice is posted
	Path      string // of the page itself
	Total     int    // how many workers match

	asked url.Values // what the address asks for in place of the choice
	page  int
}

// fields are the names of the filters.
var fields = []string{"reason", "mode", "language", "town"}

// addressed is path with what the address asked for. A need is never part of it.
func (p searchForm) addressed(path string) string {
	if len(p.asked) > 0 {
		return path + "?" + p.asked.Encode()
	}
	return path
}

// The pages on which somebody chooses.
const (
	workersPath = "/assistants"
	soonestPath = "/au-plus-tot"
)

// Soonest is the address of the next slots with anybody.
func (p searchForm) Soonest() string { return p.addressed(soonestPath) }

// All is the address of the list of workers.
func (p searchForm) All() string { return p.addressed(workersPath) }

// Waiting is the address of the waitlist with the same criteria.
func (p searchForm) Waiting() string { return p.addressed("/liste-attente") }

// neighbours are the addresses of the previous and next pages of the list.
func (p searchForm) neighbours(more bool) (previous, next string) {
	if p.page > 0 {
		previous = p.onPage(p.page - 1)
	}
	if more {
		next = p.onPage(p.page + 1)
	}
	return previous, next
}

func (p searchForm) onPage(page int) string {
	query := url.Values{"page": {strconv.Itoa(page + 1)}}
	maps.Copy(query, p.asked)
	return p.Path + "?" + query.Encode()
}

// HasPlaces reports whether the person's contract includes meeting in person.
func (p searchForm) HasPlaces() bool {
	return slices.ContainsFunc(p.Modes, func(o form.Option) bool { return o.Value == string(slot.InPerson) })
}

// Filtered reports whether a filter is set.
func (p searchForm) Filtered() bool {
	return slices.ContainsFunc(fields, func(name string) bool { return p.Filter.Value(name) != "" })
}

// Beyond reports whether a filter is set other than the need and the mode.
func (p searchForm) Beyond() bool {
	return p.Filter.Value("language") != "" || p.Filter.Value("town") != "" || p.Filter.Error("town") != ""
}

// Words are the filters in words.
func (p searchForm) Words() []string {
	words := []string{labelled(p.Reasons, p.Filter.Value("reason")), p.way(), ""}
	if language := labelled(p.Languages, p.Filter.Value("language")); language != "" {
		words[2] = "en " + web.Small(language)
	}
	return append(slices.DeleteFunc(words, func(w string) bool { return w == "" }), p.town()...)
}

func (p searchForm) way() string { return web.Small(labelled(p.Modes, p.Filter.Value("mode"))) }

func (p searchForm) town() []string {
	if town := p.Filter.Value("town"); town != "" {
		return []string{"à " + town}
	}
	return nil
}

// Matching says how many workers match.
func (p searchForm) Matching() string {
	switch p.Total {
	case 0:
		return "Personne ne correspond pour le moment"
	case 1:
		return "1 personne correspond"
	}
	return fmt.Sprintf("%d personnes correspondent", p.Total)
}

// titled tells pages of results apart by what may stand in a browser's history, which a need
// may not.
func (p searchForm) titled(title string) string {
	if way := p.way(); way != "" {
		title += " " + way
	}
	if p.page > 0 {
		title += fmt.Sprintf(", page %d", p.page+1)
	}
	return title + "\u00a0: " + web.Small(p.Matching())
}

func labelled(options []form.Option, value string) string {
	for _, option := range options {
		if option.Value == value {
			return option.Label
		}
	}
	return ""
}

var orders = []form.Option{{Value: "", Label: "Première heure libre"}, {Value: byName, Label: "Nom"}}

const byName = "name"

// Orders are the orders of a list.
func (searchForm) Orders() []form.Option { return orders }

// fill fills the form with a choice.
func (p *searchForm) fill(c Choice) {
	p.Filter = form.New(map[string]string{"reason": c.Reason, "mode": string(c.Mode), "language": c.Language, "town": c.Town})
	if c.ByName {
		p.Filter.Set("order", byName)
	}
}

// offered returns the form with what the person can choose from, without a choice.
func (h *HTTP) offered(r *web.Request, e appointment.OnBehalf) (searchForm, error) {
	reasons, err := reason.Read(r.Context(), h.searches.DB.Pool)
	if err != nil {
		return searchForm{}, err
	}
	allowed, err := h.appointments.ModesOf(r.Context(), e.PersonID)
	if err != nil {
		return searchForm{}, err
	}
	spoken, err := h.searches.spoken(r.Context(), allowed)
	languages := slices.DeleteFunc(worker.LanguageOptions(), func(o form.Option) bool { return !spoken[o.Value] })
	return searchForm{
		Reasons: reason.Options(reasons), Modes: slot.ModeOptions(allowed), Languages: languages,
		Reader: e.Zone, Choosing: e.Others() + "/choix", Path: e.Others(), page: r.PageNumber(),
	}, err
}

// search returns the session's choice for a person, of which the address may replace the
// mode and the language. What is no longer offered is left out, without a message.
func (h *HTTP) search(r *web.Request, e appointment.OnBehalf) (searchForm, Search, error) {
	page, err := h.offered(r, e)
	if err != nil {
		return searchForm{}, Search{}, err
	}
	c, err := h.searches.Choice(r.Context(), r.Viewer, e.PersonID)
	if err != nil {
		return searchForm{}, Search{}, err
	}
	page.asked = url.Values{}
	c.Mode = slot.Mode(page.ask(r, "mode", page.Modes, string(c.Mode)))
	c.Language = page.ask(r, "language", page.Languages, c.Language)
	c.Reason = among(page.Reasons, c.Reason)
	page.fill(c)
	return page, Search{Choice: c, Page: page.page, For: e.PersonID}, nil
}

// ask returns what the address asks for, if it is offered, else what was chosen.
func (p searchForm) ask(r *web.Request, name string, options []form.Option, chosen string) string {
	if asked := among(options, r.URL.Query().Get(name)); asked != "" {
		p.asked.Set(name, asked)
		return asked
	}
	return among(options, chosen)
}

// among returns the value if it is one of the options.
func among(options []form.Option, value string) string {
	if slices.Contains(form.Values(options), value) {
		return value
	}
	return ""
}

// Ways names the modes of the slot: "par vidéo, par téléphone ou sur place".
func (h Hour) Ways() string {
	words := make([]string, len(h.Modes))
	for i, mode := range h.Modes {
		words[i] = web.Small(mode.Label())
	}
	return web.Either(words)
}

// soonestPage lists the next slots with anybody.
type soonestPage struct {
	searchForm
	Hours   []Hour
	Kept    []appointment.HiddenField // what was typed before the slot became unavailable
	Problem string
}

func (soonestPage) Template() string { return "booking/soonest" }
func (p soonestPage) Title() string  { return p.titled("Au plus tôt") }
func (soonestPage) Styles() []string { return []string{"finding.css"} }

// shownHour is a slot in its reader's time zone.
type shownHour struct {
	Hour   Hour
	Reader *time.Location
}

// Shown returns the slot as pages show it.
func (p soonestPage) Shown(hour Hour) shownHour { return shownHour{hour, p.Reader} }

// Book is the address that books the slot. If it is lost meanwhile, the answer is this
// list again.
func (p soonestPage) Book(hour Hour) string {
	query := url.Values{
		"social_worker_id": {hour.Worker.ID.String()}, "starts_at": {hour.StartsAt.Format(time.RFC3339)}, "mode": {string(hour.Modes[0])}, "anybody": {"1"},
	}
	return "/rendez-vous/nouveau?" + query.Encode()
}

// Soonest shows the list (R12).
func (h *HTTP) Soonest(w http.ResponseWriter, r *web.Request) error {
	page, err := h.soonestPage(r, "")
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// soonestPage makes the list for the session's choice, or for another need.
func (h *HTTP) soonestPage(r *web.Request, need string) (soonestPage, error) {
	v := r.Viewer
	chosen, search, err := h.search(r, appointment.ForOneself(v))
	if err != nil {
		return soonestPage{}, err
	}
	chosen.Path = soonestPath
	if need = among(chosen.Reasons, need); need != "" {
		search.Reason = need
		chosen.fill(search.Choice)
	}
	page := soonestPage{searchForm: chosen}
	if page.Hours, page.Total, err = h.searches.Soonest(r.Context(), v, search); err != nil {
		return soonestPage{}, err
	}
	page.NoneSoon = slot.NoneSoon(firstHour(page.Hours), h.searches.DB.Now())
	ids := make([]uuid.UUID, len(page.Hours))
	for i, hour := range page.Hours {
		ids[i] = hour.Worker.ID
	}
	return page, h.views.PageOfSheets(r, ids...)
}

// firstHour returns the start of the first of the slots, zero if there is none.
func firstHour(hours []Hour) time.Time {
	if len(hours) == 0 {
		return time.Time{}
	}
	return hours[0].StartsAt
}

// earliest returns the first slot of the workers, zero if none has one.
func earliest(workers []Found) (at time.Time) {
	for _, w := range workers {
		if !w.First.IsZero() && (at.IsZero() || w.First.Before(at)) {
			at = w.First
		}
	}
	return at
}

// CurrentSoonest is the list in its current state with the reason of a refusal, for a person
// who accepts any worker. It keeps what was typed for the next choice.
func (h *HTTP) CurrentSoonest(r *web.Request, request appointment.Request, problem string) (any, error) {
	page, err := h.soonestPage(r, request.Reason)
	page.Problem, page.Kept = problem, appointment.HiddenFields(request)
	return page, err
}

type workersPage struct {
	searchForm
	Workers  []Found
	Previous string // the address of the previous page, empty if there is none
	Next     string
}

func (workersPage) Template() string { return "booking/workers" }
func (p workersPage) Title() string  { return p.titled("Choisir une personne") }
func (workersPage) Styles() []string { return []string{"finding.css"} }
func (workersPage) Wide() bool       { return true }

// LanguageLabel is the name of a language, for the template.
func (workersPage) LanguageLabel(tag string) string { return worker.LanguageLabel(tag) }

// Workers compares the profile sheets (R12).
func (h *HTTP) Workers(w http.ResponseWriter, r *web.Request) error {
	page, err := h.workersPage(r)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

func (h *HTTP) workersPage(r *web.Request) (workersPage, error) {
	v := r.Viewer
	chosen, search, err := h.search(r, appointment.ForOneself(v))
	if err != nil {
		return workersPage{}, err
	}
	page := workersPage{searchForm: chosen}
	if page.Workers, page.Total, err = h.searches.Find(r.Context(), v, search); err != nil {
		return workersPage{}, err
	}
	page.NoneSoon = search.Page == 0 && slot.NoneSoon(earliest(page.Workers), h.searches.DB.Now())
	ids := make([]uuid.UUID, len(page.Workers))
	for i, worker := range page.Workers {
		ids[i] = worker.ID
	}
	page.Previous, page.Next = page.neighbours(search.more(page.Total))
	return page, h.views.PageOfSheets(r, ids...)
}
