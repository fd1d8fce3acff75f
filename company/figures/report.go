package figures

import (
	"context"
	"slices"
	"strconv"
	"time"

	"socialdirect/internal/viewer"
)

// yearReport is what was published of one year, with how far each number may be off. It is made
// from published values alone: it has no sums, which would reveal what the noise hides.
type yearReport struct {
	Client string
	Year   int   // 0 if nothing is published yet
	Years  []int // all years of which something is published, latest first
	Made   time.Time
	Parts  []reportPart
}

// reportPart is one table of a report.
type reportPart struct {
	Title  string
	Column string // what the lines are
	Lines  []reportLine
}

// reportLine is one line of a report.
type reportLine struct {
	Label string
	Value Published
}

// report returns the report of a year of the viewer's own client, 0 for the latest. The viewer
// must be its manager. A year of which nothing is published has no parts.
func (s *Service) report(ctx context.Context, v *viewer.Viewer, reasons []Line, year int) (yearReport, error) {
	if err := viewer.RequireOwnClient(v); err != nil {
		return yearReport{}, err
	}
	client, err := readFigured(ctx, s.db.Pool, v.ClientID)
	if err != nil {
		return yearReport{}, err
	}
	published, err := readPublished(ctx, s.db.Pool, v.ClientID)
	if err != nil {
		return yearReport{}, err
	}
	return newReport(client.Name, year, s.db.Now(), reasons, published), nil
}

func newReport(client string, year int, now time.Time, reasons []Line, published map[cell]Published) yearReport {
	r := yearReport{Client: client, Made: now, Years: yearsIn(published)}
	if year == 0 && len(r.Years) > 0 {
		year = r.Years[0]
	}
	if !slices.Contains(r.Years, year) {
		return r
	}
	r.Year = year
	for _, table := range tablesOf(reasons, inYear(published, year)) {
		if part := table.part(); len(part.Lines) > 0 {
			r.Parts = append(r.Parts, part)
		}
	}
	return r
}

func yearsIn(published map[cell]Published) (years []int) {
	for c := range published {
		years = append(years, c.period.Year())
	}
	slices.Sort(years)
	years = slices.Compact(years)
	slices.Reverse(years)
	return years
}

func inYear(published map[cell]Published, year int) map[cell]Published {
	of := map[cell]Published{}
	for c, value := range published {
		if c.period.Year() == year {
			of[c] = value
		}
	}
	return of
}

// part turns the table of a year into lines: its months in order, or its only row.
func (t Table) part() reportPart {
	if t.Kind.yearly() {
		p := reportPart{Title: t.Label, Column: "Ligne"}
		if len(t.Rows) > 0 {
			for i, line := range t.Lines {
				p.Lines = append(p.Lines, reportLine{line.Label, t.Rows[0][i]})
			}
		}
		return p
	}
	p := reportPart{Title: t.Label, Column: t.Column()}
	for i, period := range slices.Backward(t.Periods) {
		p.Lines = append(p.Lines, reportLine{t.Name(period), t.Rows[i][0]})
	}
	return p
}

// between returns the least and the most people that a published value stands for, unless the
// noise was larger than nearSteps.
func (p Published) between() (least, most int) {
	if low := int(p) - nearSteps; low > 0 {
		least = roundTo * (low + 1)
	}
	return least, roundTo*(int(p)+nearSteps+1) + roundTo - 1
}

// Between writes that range: "entre 15 et 49".
func (p Published) Between() string {
	if p == Unpublished {
		return "non publié"
	}
	least, most := p.between()
	return "entre " + strconv.Itoa(least) + " et " + strconv.Itoa(most)
}
