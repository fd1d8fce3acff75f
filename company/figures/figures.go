// Package figures counts the use of the service and publishes the counts to clients, once and
// with noise, so that they reveal nothing about one person (R10).
//
// The attacker is a client's manager. A passive one only reads figures. An active one also
// opens accounts, books and cancels, and watches how one more person changes the figures.
//
// Figures are counted when something happens and never computed from people's rows. A person
// is in few cells: once in the lifetime of their account in a month of the accounts, and once a
// year in the modes and in the reasons, by the first appointment of that year. Somebody who was
// erased and comes back is a new person, as nothing is kept to recognise them. Each line is
// counted separately: there are no totals over lines or time, and no line combines two
// attributes.
//
// A published value is the step of a count plus noise, drawn once for the cell (publish.go).
// The limit of a code has noise of the same kind (limit.go). How well one person's presence can
// then be guessed is computed in guess.go.
package figures

import (
	"context"
	"time"

	"socialdirect/internal/noise"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Service counts and publishes figures.
type Service struct {
	db    *postgres.DB
	noise noise.Key
}

// New returns the service. The noise is derived from key, which must never change (CheckKey).
func New(db *postgres.DB, key noise.Key) *Service { return &Service{db, key} }

const (
	// smallest is the smallest count that is shown; all smaller ones look the same.
	smallest = 10
	// roundTo is the step to which counts are rounded down.
	roundTo = 5
	// monthsShown and yearsShown are how many of the latest periods are shown.
	monthsShown = 12
	yearsShown  = 5
)

// figure is one line of a table.
type figure struct {
	Kind Kind
	Line string
}

// accountOpened is the line of opened accounts.
var accountOpened = figure{KindAccount, "opened"}

// CountAccount counts an opened account in the present month, in the caller's transaction. The
// caller ensures that each person is counted once.
func CountAccount(ctx context.Context, tx postgres.Tx, client uuid.UUID) error {
	return addToFigure(ctx, tx, client, KindAccount.period(tx.Now), accountOpened)
}

// CountHour counts a person who attended an appointment, in its year, by its mode and the slug
// of its reason. The caller ensures that each person is counted once a year, with their first
// appointment.
func CountHour(ctx context.Context, tx postgres.Tx, client uuid.UUID, hour time.Time, mode, reason string) error {
	for _, figure := range []figure{{KindMode, mode}, {KindReason, reason}} {
		if err := addToFigure(ctx, tx, client, figure.Kind.period(hour), figure); err != nil {
			return err
		}
	}
	return nil
}

// Line is a line of a table with its French label. All clients have the same lines, whether
// anybody was counted in them or not.
type Line struct{ Key, Label string }

// Table is one table: a row for each period, a value for each line.
type Table struct {
	Kind    Kind
	Label   string
	Lines   []Line
	Periods []time.Time   // the first day of each, latest first
	Rows    [][]Published // as Periods and Lines
}

// Figures is everything that a client sees of its people.
type Figures struct {
	Client string
	Next   time.Time // when figures are next published; zero after the last publication of the contract
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

// cell identifies a count: a line in a period.
type cell struct {
	period time.Time
	figure
}

var modeLines = []Line{{"video", "Par vidéo"}, {"phone", "Par téléphone"}, {"in_person", "Sur place"}}

// linesOf returns the lines of a table. reasons are the lines of KindReason.
func linesOf(kind Kind, reasons []Line) []Line {
	switch kind {
	case KindMode:
		return modeLines
	case KindReason:
		return reasons
	}
	return []Line{{accountOpened.Line, "Comptes ouverts"}}
}

// tablesOf returns the tables of the published values, and contains nothing else.
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

// figures returns the figures of the viewer's own client. The viewer must be its manager.
// reasons are all reasons of the platform.
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
