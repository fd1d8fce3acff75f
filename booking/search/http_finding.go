package search

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/reason"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/form"
	"socialdirect/web"

	"github.com/google/uuid"
)

// searchForm is the filters of a list of workers.
type searchForm struct {
	Filter    *form.Form
	Reasons   []form.Option
	Modes     []form.Option
	Languages []form.Option
	Reader    *time.Location
	NoneSoon  bool // nothing is available within two days
}

// kept returns the filters as the query of an address.
func (p searchForm) kept() url.Values {
	query := url.Values{}
	for _, name := range []string{"reason", "mode", "language", "town", "order"} {
		if value := p.Filter.Value(name); value != "" {
			query.Set(name, value)
		}
	}
	return query
}

// addressed is path with the filters.
func (p searchForm) addressed(path string) string {
	if query := p.kept(); len(query) > 0 {
		return path + "?" + query.Encode()
	}
	return path
}

// Soonest is the address of the next slots with anybody.
func (p searchForm) Soonest() string { return p.addressed("/au-plus-tot") }

// All is the address of the list of workers.
func (p searchForm) All() string { return p.addressed("/assistants") }

// Waiting is the address of the waitlist with the same criteria.
func (p searchForm) Waiting() string { return p.addressed("/liste-attente") }

// HasPlaces reports whether the person's contract includes meeting in person.
func (p searchForm) HasPlaces() bool {
	return slices.ContainsFunc(p.Modes, func(o form.Option) bool { return o.Value == string(slot.InPerson) })
}

// Filtered reports whether a filter is set.
func (p searchForm) Filtered() bool {
	query := p.kept()
	query.Del("order")
	return len(query) > 0
}

var orders = []form.Option{{Value: "", Label: "Première heure libre"}, {Value: "name", Label: "Nom"}}

// Orders are the orders of a list.
func (searchForm) Orders() []form.Option { return orders }

// search decodes a search, on behalf of the person that the address names. Unknown values
// of filters are ignored without a message.
func (h *HTTP) search(r *web.Request, e appointment.OnBehalf, query url.Values) (searchForm, Search, error) {
	reasons, err := reason.Read(r.Context(), h.searches.DB.Pool)
	if err != nil {
		return searchForm{}, Search{}, err
	}
	allowed, err := h.appointments.ModesOf(r.Context(), e.PersonID)
	if err != nil {
		return searchForm{}, Search{}, err
	}
	page := searchForm{Reasons: reason.Options(reasons), Modes: slot.ModeOptions(allowed), Languages: worker.LanguageOptions(), Reader: e.Zone}
	f := form.FromValues(query)
	search := Search{
		Reason:   f.Choice("reason", form.Values(page.Reasons), "-"),
		Mode:     slot.Mode(f.Choice("mode", form.Values(page.Modes), "-")),
		Language: f.Choice("language", form.Values(page.Languages), "-"),
		ByName:   f.Choice("order", form.Values(orders), "-") == "name",
		Town:     f.Text("town", form.Text{Max: maxTown}),
		Page:     r.PageNumber(),
		For:      e.PersonID,
	}
	if f.Error("town") != "" {
		search.Town = ""
	}
	page.Filter = form.New(map[string]string{"reason": search.Reason, "mode": string(search.Mode), "language": search.Language, "town": search.Town})
	if search.ByName {
		page.Filter.Set("order", "name")
	}
	return page, search, nil
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
func (soonestPage) Title() string    { return "Au plus tôt" }
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
	if reason := p.Filter.Value("reason"); reason != "" {
		query.Set("reason", reason)
	}
	return "/rendez-vous/nouveau?" + query.Encode()
}

// Soonest shows the list (R12).
func (h *HTTP) Soonest(w http.ResponseWriter, r *web.Request) error {
	page, err := h.soonestPage(r, r.URL.Query())
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

func (h *HTTP) soonestPage(r *web.Request, query url.Values) (soonestPage, error) {
	v := r.Viewer
	chosen, search, err := h.search(r, appointment.ForOneself(v), query)
	if err != nil {
		return soonestPage{}, err
	}
	page := soonestPage{searchForm: chosen}
	if page.Hours, err = h.searches.Soonest(r.Context(), v, search); err != nil {
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
	page, err := h.soonestPage(r, url.Values{"reason": {request.Reason}})
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
func (workersPage) Title() string    { return "Choisir une personne" }
func (workersPage) Styles() []string { return []string{"finding.css"} }
func (workersPage) Wide() bool       { return true }

// LanguageLabel is the name of a language, for the template.
func (workersPage) LanguageLabel(tag string) string { return worker.LanguageLabel(tag) }

// Workers compares the profile sheets (R12).
func (h *HTTP) Workers(w http.ResponseWriter, r *web.Request) error {
	v := r.Viewer
	chosen, search, err := h.search(r, appointment.ForOneself(v), r.URL.Query())
	if err != nil {
		return err
	}
	page := workersPage{searchForm: chosen}
	var more bool
	if page.Workers, more, err = h.searches.Find(r.Context(), v, search); err != nil {
		return err
	}
	page.NoneSoon = search.Page == 0 && slot.NoneSoon(earliest(page.Workers), h.searches.DB.Now())
	ids := make([]uuid.UUID, len(page.Workers))
	for i, worker := range page.Workers {
		ids[i] = worker.ID
	}
	if err := h.views.PageOfSheets(r, ids...); err != nil {
		return err
	}
	page.Previous, page.Next = r.Neighbours(search.Page, more)
	return h.render.Render(w, r, http.StatusOK, page)
}
