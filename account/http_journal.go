package account

import (
	"encoding/hex"
	"net/http"
	"time"

	"socialdirect/internal/audit"
	"socialdirect/web"

	"github.com/google/uuid"
)

type journalPage struct {
	Journal
	Days []journalDay
}

func (journalPage) Template() string { return "account/journal" }
func (journalPage) Title() string    { return "Protection des données" }

// Seal returns the hash of the last line in groups of four digits, to be noted down.
func (p journalPage) Seal() string { return web.InFours(hex.EncodeToString(p.Hash), " ") }

// Nobody reports whether an ID of a line names no person.
func (journalPage) Nobody(id uuid.UUID) bool { return id == uuid.Nil }

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
	v := r.Viewer
	journal, err := h.accounts.Journal(r.Context(), v)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, journalPage{journal, byDay(journal.Last, v.Zone)})
}
