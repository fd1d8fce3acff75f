package account

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"socialdirect/account/people"
	"socialdirect/internal/audit"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

type journalPage struct {
	Journal
	Form   *form.Form
	Filter audit.Filter
	Days   []journalDay
}

func (journalPage) Template() string { return "account/journal" }
func (journalPage) Title() string    { return "Le journal" }

// Seal returns the hash of the last line in groups of four digits, to be noted down.
func (p journalPage) Seal() string { return web.InFours(hex.EncodeToString(p.Hash), " ") }

// Kinds returns the kinds of acts, for the filter.
func (journalPage) Kinds() []form.Option { return journalKinds }

// Who returns the words for a person whom a line names: the name of staff, who answer for what
// they do, and of beneficiaries no more than the beginning of the identifier.
func (p journalPage) Who(id uuid.UUID) string {
	person, known := p.People[id]
	switch {
	case id == uuid.Nil:
		return "La plateforme"
	case !known:
		return "Un compte qui n’existe plus"
	case person.Role == viewer.Beneficiary:
		return "Compte " + id.String()[:8] + " (bénéficiaire)"
	}
	return person.Name() + " (" + web.Small(people.RoleLabel(person.Role)) + ")"
}

// Somebody reports whether an ID of a line names a person.
func (journalPage) Somebody(id uuid.UUID) bool { return id != uuid.Nil }

// About returns the address of all lines about a person.
func (journalPage) About(id uuid.UUID) string {
	return journalPath + "?" + url.Values{"who": {id.String()}}.Encode()
}

// Only returns the words for the person to whom the lines are limited, or an empty string.
func (p journalPage) Only() string {
	if p.Filter.Who == uuid.Nil {
		return ""
	}
	return p.Who(p.Filter.Who)
}

// Earlier returns the address of the earlier lines.
func (p journalPage) Earlier() string {
	query := url.Values{"before": {strconv.FormatInt(p.Last[len(p.Last)-1].ID, 10)}}
	for _, name := range []string{"kind", "from", "until", "who"} {
		if value := p.Form.Value(name); value != "" {
			query.Set(name, value)
		}
	}
	return journalPath + "?" + query.Encode()
}

const journalPath = "/protection-des-donnees/journal"

// journalKinds are the kinds of acts by which the journal is filtered: the beginnings of their
// names, with spaces between.
var journalKinds = []form.Option{
	{Value: "account second_factor access", Label: "Comptes et connexions"},
	{Value: "appointment agenda recall notices", Label: "Rendez-vous et messages du standard"},
	{Value: "rights", Label: "Droits des personnes"},
	{Value: "report", Label: "Signalements"},
	{Value: "client code company contract", Label: "Entreprises et codes"},
	{Value: "credential sheet reason legal", Label: "Fiches, motifs et textes"},
}

// decodeFilter reads the filter. What is not understood filters nothing.
func decodeFilter(f *form.Form, zone *time.Location) (filter audit.Filter) {
	if kind := f.Hidden("kind", 60); slices.ContainsFunc(journalKinds, func(o form.Option) bool { return o.Value == kind }) {
		filter.Kinds = strings.Fields(kind)
	}
	if who, err := form.ParseID(f.Hidden("who", 40)); err == nil {
		filter.Who = who
	}
	filter.From, _ = time.ParseInLocation(time.DateOnly, f.Hidden("from", 10), zone)
	if last, err := time.ParseInLocation(time.DateOnly, f.Hidden("until", 10), zone); err == nil {
		filter.Until = last.AddDate(0, 0, 1)
	}
	filter.Before, _ = strconv.ParseInt(f.Hidden("before", 18), 10, 64)
	return filter
}

// journalDay is the lines of one day, latest first.
type journalDay struct {
	Day   time.Time
	Lines []audit.Line
}

// byDay groups lines, latest first, by their day in a time zone.
func byDay(lines []audit.Line, zone *time.Location) (days []journalDay) {
	for _, line := range lines {
		line.At = line.At.In(zone)
		if n := len(days); n == 0 || days[n-1].Day.Format(time.DateOnly) != line.At.Format(time.DateOnly) {
			days = append(days, journalDay{Day: line.At})
		}
		last := &days[len(days)-1]
		last.Lines = append(last.Lines, line)
	}
	return days
}

// showJournal shows the journal to a data-protection officer.
func (h *HTTP) showJournal(w http.ResponseWriter, r *web.Request) error {
	v, f := r.Viewer, form.FromValues(r.URL.Query())
	filter := decodeFilter(f, v.Zone)
	journal, err := h.accounts.Journal(r.Context(), v, filter)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, journalPage{journal, f, filter, byDay(journal.Last, v.Zone)})
}
