// Package figures is what a client knows of its people (R10): what is counted, and how
// it is published with noise, once.
//
// Be the manager somebody who looks or somebody who acts: who opens accounts of their
// own, books, cancels, and waits for what one person more changes.
//
// figures are counted as things happen and are never computed from people's rows. A
// person is in few cells: once in a lifetime in a month of the accounts, and once a
// year in the modes and in the reasons, by the first hour of that year alone. An
// account is one lifetime: somebody who was erased and comes back is somebody new, for
// nothing is kept by which they could be known. A line is counted by itself: there is
// no total, over lines or over time, and no line crosses two things.
//
// What is published of a count is its step and noise, drawn once for the cell
// (publish.go). The limit of a code has noise of the same kind (limit.go). How likely
// somebody can then guess that one person came is in guess.go.
package figures

import (
	"context"
	"time"

	"socialdirect/internal/noise"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Service is what counts and publishes.
type Service struct {
	db    *postgres.DB
	noise noise.Key
}

// New returns the figures in the given database. They have their noise from key, which
// must be the same for ever (CheckKey).
func New(db *postgres.DB, key noise.Key) *Service { return &Service{db, key} }

const (
	// smallest is the smallest count that is shown; all below it look alike.
	smallest = 10
	// roundTo is the step to which counts are rounded down.
	roundTo = 5
	// monthsShown and yearsShown bound what is shown, the latest.
	monthsShown = 12
	yearsShown  = 5
)

// figure is a line of a table: what is counted.
type figure struct {
	Kind Kind
	Line string
}

// accountOpened counts somebody whose account was opened.
var accountOpened = figure{KindAccount, "opened"}

// CountAccount counts somebody whose account was opened, in the month of the act and
// in its transaction; the caller sees that a person is counted once.
func CountAccount(ctx context.Context, tx postgres.Tx, client uuid.UUID) error {
	return addToFigure(ctx, tx, client, KindAccount.period(tx.Now), accountOpened)
}

// CountHour counts somebody who had an hour, in its year, by its mode and its reason's
// slug. The caller sees that a person is counted once a year, with their first hour.
func CountHour(ctx context.Context, tx postgres.Tx, client uuid.UUID, hour time.Time, mode, reason string) error {
	for _, figure := range []figure{{KindMode, mode}, {KindReason, reason}} {
		if err := addToFigure(ctx, tx, client, figure.Kind.period(hour), figure); err != nil {
			return err
		}
	}
	return nil
}

// Line is a line of a table with its name for people. Lines are the platform's, not
// a client's: one is there whether anybody was counted in it or not.
type Line struct{ Key, Label string }

// Table is one table: a row for each period, a value for each line.
type Table struct {
	Kind    Kind
	Label   string
	Lines   []Line
	Periods []time.Time   // the first day of each, the latest first
	Rows    [][]Published // as Periods and Lines
}

// figures are everything that a client sees of its people.
type Figures struct {
	Client string
	Next   time.Time // when figures are next published; zero after the contract's last
	Tables []Table
}

// Empty reports whether nothing is published yet.
func (f Figures) Empty() bool {
	for _, table := range f.Tables {
		if len(table.Periods) > 0 {
			return false
		}
	}
	return true
}

// cell is where a count stands.
type cell struct {
	period time.Time
	figure
}

var modeLines = []Line{{"video", "Par vidéo"}, {"phone", "Par téléphone"}, {"in_person", "Sur place"}}

// linesOf are the lines of a table, out of the platform's reasons.
func linesOf(kind Kind, reasons []Line) []Line {
	switch kind {
	case KindMode:
		return modeLines
	case KindReason:
		return reasons
	}
	return []Line{{accountOpened.Line, "Comptes ouverts"}}
}

// tablesOf lays out what is published, and nothing else.
func tablesOf(reasons []Line, published map[cell]Published) []Table {
	tables := []Table{
		{Kind: KindAccount, Label: "Comptes ouverts, par mois"},
		{Kind: KindMode, Label: "Personnes reçues, par façon de parler"},
		{Kind: KindReason, Label: "Personnes reçues, par motif"},
	}
	for i := range tables {
		tables[i].fill(linesOf(tables[i].Kind, reasons), published)
	}
	return tables
}

func (t *Table) fill(lines []Line, published map[cell]Published) {
	t.Lines, t.Periods = lines, publishedPeriods(t.Kind, published)
	for _, period := range t.Periods {
		row := make([]Published, len(lines))
		for i, line := range lines {
			value, there := published[cell{period, figure{t.Kind, line.Key}}]
			if !there {
				value = Unpublished
			}
			row[i] = value
		}
		t.Rows = append(t.Rows, row)
	}
}

// figures returns what the viewer's own client may see, for its manager. reasons
// are all reasons of the platform.
func (s *Service) figures(ctx context.Context, v *viewer.Viewer, reasons []Line) (Figures, error) {
	if err := viewer.RequireOwnClient(v); err != nil {
		return Figures{}, err
	}
	client, err := readFigured(ctx, s.db.Pool, v.ClientID)
	if err != nil {
		return Figures{}, err
	}
	published, err := readPublished(ctx, s.db.Pool, v.ClientID)
	if err != nil {
		return Figures{}, err
	}
	return Figures{Client: client.Name, Next: client.nextPublication(s.db.Now()), Tables: tablesOf(reasons, published)}, nil
}
