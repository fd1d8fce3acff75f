package figures

import (
	"bytes"
	"context"
	"encoding/csv"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"socialdirect/web"
)

// Reasons returns the reasons of the platform in their order. Package booking, which this one
// must not import, implements it.
type Reasons func(context.Context) ([]Line, error)

// HTTP serves the pages of a client's figures.
type HTTP struct {
	figures *Service
	render  *web.Renderer
	reasons Reasons
}

// NewHTTP returns the pages.
func NewHTTP(figures *Service, render *web.Renderer, reasons Reasons) *HTTP {
	return &HTTP{figures, render, reasons}
}

// Of returns the figures of the viewer's own client.
func (h *HTTP) Of(r *web.Request) (Figures, error) {
	lines, err := h.reasons(r.Context())
	if err != nil {
		return Figures{}, err
	}
	return h.figures.figures(r.Context(), r.Viewer, lines)
}

type figuresPage struct{ Figures }

func (figuresPage) Template() string { return "company/figures" }

func (figuresPage) Title() string { return "Chiffres" }

func (figuresPage) Smallest() int { return smallest }

func (figuresPage) Step() int { return roundTo }

// nearSteps is the error in steps that the page states for most figures.
const nearSteps = 3

// Near returns that error in people.
func (figuresPage) Near() int { return nearSteps * roundTo }

// NearShare returns how often the error is not larger, in words.
func (figuresPage) NearShare() string { return NearShare() }

// EmptyShare returns how often a line with a count of zero shows a number, in words.
func (figuresPage) EmptyShare() string { return percent(emptyShows()) }

// NearShare returns how often the noise is at most nearSteps, in words.
func NearShare() string { return percent(within(nearSteps)) }

// percent writes a share in whole percent.
func percent(share float64) string {
	return strconv.Itoa(int(math.Round(100*share))) + "\u00a0%"
}

// Page shows a client's figures (R10).
func (h *HTTP) Page(w http.ResponseWriter, r *web.Request) error {
	figures, err := h.Of(r)
	if err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, figuresPage{figures})
}

// Words returns the words for a value, on the page and in the file.
func (p Published) Words() string {
	switch p {
	case Unpublished:
		return "non publié"
	case Suppressed:
		return "moins de " + strconv.Itoa(smallest)
	}
	return strconv.Itoa(p.People())
}

// Name returns the words for a period of the table.
func (t Table) Name(period time.Time) string {
	if t.Kind.yearly() {
		return period.Format("2006")
	}
	return web.Month(period)
}

// Column returns the heading of the periods.
func (t Table) Column() string {
	if t.Kind.yearly() {
		return "Année"
	}
	return "Mois"
}

// chart is a bar chart: the lines of a table in its latest period, or all periods if the table
// has one line.
type chart struct {
	Caption string
	Bars    []bar
}

// bar is one bar of a chart. Width is in percent of the longest.
type bar struct {
	Label string
	Value Published
	Width int
}

// Charts returns a chart of each table, made from published values only.
func (f Figures) Charts() []chart {
	charts := make([]chart, len(f.Tables))
	for i, table := range f.Tables {
		charts[i] = table.chart()
	}
	return charts
}

func (t Table) chart() chart {
	chart := chart{Caption: "Mois par mois"}
	if len(t.Lines) == 1 {
		for i, period := range t.Periods {
			chart.Bars = append(chart.Bars, bar{Label: t.Name(period), Value: t.Rows[i][0]})
		}
	} else if len(t.Periods) > 0 {
		chart.Caption = "En " + t.Name(t.Periods[0])
		for i, line := range t.Lines {
			chart.Bars = append(chart.Bars, bar{Label: line.Label, Value: t.Rows[0][i]})
		}
	}
	scale(chart.Bars)
	return chart
}

// scale sets the widths of bars. Values that are not shown as a number have none.
func scale(bars []bar) {
	longest := 1
	for _, bar := range bars {
		longest = max(longest, bar.length())
	}
	for i := range bars {
		bars[i].Width = 100 * bars[i].length() / longest
	}
}

func (b bar) length() int {
	if b.Value <= Suppressed {
		return 0
	}
	return b.Value.People()
}

// CSV answers with the same figures as a file for spreadsheets.
func (h *HTTP) CSV(w http.ResponseWriter, r *web.Request) error {
	figures, err := h.Of(r)
	if err != nil {
		return err
	}
	text, err := figures.csv()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="chiffres.csv"`)
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(text)
	return err
}

// byteOrderMark tells spreadsheets that the file is UTF-8.
const byteOrderMark = "\ufeff"

// csv returns one value a line, with semicolons between the columns, as French spreadsheets
// expect.
func (f Figures) csv() ([]byte, error) {
	var text bytes.Buffer
	text.WriteString(byteOrderMark)
	out := csv.NewWriter(&text)
	out.Comma, out.UseCRLF = ';', true
	_ = out.Write([]string{"Période", "Tableau", "Ligne", "Nombre"}) // out.Error reports it
	for _, table := range f.Tables {
		for i, period := range table.Periods {
			for j, line := range table.Lines {
				_ = out.Write([]string{table.inFile(period), plain(table.Label), plain(line.Label), table.Rows[i][j].Words()})
			}
		}
	}
	out.Flush()
	return text.Bytes(), out.Error()
}

// inFile returns a period of the table as written for programs.
func (t Table) inFile(period time.Time) string {
	if t.Kind.yearly() {
		return period.Format("2006")
	}
	return period.Format("2006-01")
}

// plain escapes words that a spreadsheet would read as a formula.
func plain(words string) string {
	if strings.ContainsAny(words[:min(1, len(words))], "=+-@\t\r\n") {
		return "'" + words
	}
	return words
}
