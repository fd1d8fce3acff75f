package company

import (
	"context"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// What a client may know of its people (R10).
//
// Figures are counted as things happen, in the transaction of the act, and are
// never computed from people's rows. A person adds at most one to a line in a month,
// whatever they do, so that ten in a line are ten people and one person more or less
// moves a line by one step at most. What was counted stays: a cancelled consultation
// takes nothing back, and cancellations are not counted.
//
// A line is published by itself, from its own count alone, once its month is over
// and some days have passed. There is no total, over lines or over months, and no
// line crosses two things: nothing can be worked out by subtraction.
const (
	// Smallest is the smallest count that is shown; all below it look alike.
	Smallest = 10
	// Step is the step to which counts are rounded down.
	Step = 5
	// publicationDay is the day of the next month on which a month is published.
	publicationDay = 10
	// monthsShown bounds how many months are shown, the latest ones.
	monthsShown = 12
)

// Kind is one of the tables of figures.
type Kind string

// The tables.
const (
	KindAccount Kind = "account" // accounts that were opened
	KindMode    Kind = "mode"    // people who booked, by mode
	KindReason  Kind = "reason"  // people who booked, by reason
)

// Figure is a line of a table: what is counted.
type Figure struct {
	Kind Kind
	Line string
}

// AccountOpened counts somebody whose account was opened.
var AccountOpened = Figure{KindAccount, "opened"}

// BookedByMode counts somebody who booked in a mode.
func BookedByMode(mode string) Figure { return Figure{KindMode, mode} }

// BookedForReason counts somebody who booked for a reason, by its slug.
func BookedForReason(reason string) Figure { return Figure{KindReason, reason} }

// Count adds one person to each of the figures of a client, in the month of the
// act and in its transaction. The caller sees that a person is counted once a month
// in a line (CountingMonth), names the figures in one order, and counts before it
// writes in the journal, so that no two acts wait for each other.
func Count(ctx context.Context, tx postgres.Tx, client uuid.UUID, figures ...Figure) error {
	for _, figure := range figures {
		if err := addToFigure(ctx, tx, client, monthOf(tx.Now), figure); err != nil {
			return err
		}
	}
	return nil
}

// CountingMonth is the span of the month, where contracts are signed, in which an
// act at now is counted.
func CountingMonth(now time.Time) (from, to time.Time) {
	month := monthOf(now)
	return midnight(month.Year(), month.Month(), 1), midnight(month.Year(), month.Month()+1, 1)
}

func midnight(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, contractZone())
}

// monthOf is the first day of now's month where contracts are signed, as a date.
func monthOf(now time.Time) time.Time { return firstDayOfMonth(dayOf(now)) }

// dayOf is now's day where contracts are signed, as a date.
func dayOf(now time.Time) time.Time {
	local := now.In(contractZone())
	return time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
}

// publishedOn is when the figures of a month can be seen.
func publishedOn(month time.Time) time.Time {
	return midnight(month.Year(), month.Month()+1, publicationDay)
}

// publishedMonths are the months of a contract that can be seen at now, the latest
// first.
func publishedMonths(startsOn, endsOn, now time.Time) []time.Time {
	var months []time.Time
	month, first := monthOf(now).AddDate(0, -1, 0), firstDayOfMonth(startsOn)
	if end := firstDayOfMonth(endsOn); end.Before(month) {
		month = end
	}
	for ; !month.Before(first) && len(months) < monthsShown; month = month.AddDate(0, -1, 0) {
		if !now.Before(publishedOn(month)) {
			months = append(months, month)
		}
	}
	return months
}

func firstDayOfMonth(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// Published is a count as a client sees it: a multiple of Step, or Suppressed.
type Published int

// Suppressed stands for every count below Smallest, none included.
const Suppressed Published = 0

// publish is all that is ever told of a count.
func publish(count int) Published {
	if count < Smallest {
		return Suppressed
	}
	return Published(count / Step * Step)
}

// Line is a line of a table with its name for people. Lines are the platform's, not
// a client's: one is there whether anybody was counted in it or not.
type Line struct{ Key, Label string }

// FiguresTable is one table: a row for each month, a value for each line.
type FiguresTable struct {
	Kind  Kind
	Label string
	Lines []Line
	Rows  [][]Published // as Figures.Months and Lines
}

// Figures are everything that a client sees of its people.
type Figures struct {
	Client string
	Months []time.Time // the first day of each, the latest first
	Next   time.Time   // when figures are next published; zero after the contract's last
	Tables []FiguresTable
}

var modeLines = []Line{{"video", "Par vidéo"}, {"phone", "Par téléphone"}, {"in_person", "Sur place"}}

// cell is where a count stands.
type cell struct {
	month time.Time
	Figure
}

// publishFigures makes the tables out of the counts, each value by itself.
func publishFigures(months []time.Time, reasons []Line, counts map[cell]int) []FiguresTable {
	tables := []FiguresTable{
		{Kind: KindAccount, Label: "Comptes ouverts", Lines: []Line{{AccountOpened.Line, "Comptes ouverts"}}},
		{Kind: KindMode, Label: "Personnes qui ont pris rendez-vous, par façon de parler", Lines: modeLines},
		{Kind: KindReason, Label: "Personnes qui ont pris rendez-vous, par motif", Lines: reasons},
	}
	for i, table := range tables {
		for _, month := range months {
			row := make([]Published, len(table.Lines))
			for j, line := range table.Lines {
				row[j] = publish(counts[cell{month, Figure{table.Kind, line.Key}}])
			}
			tables[i].Rows = append(tables[i].Rows, row)
		}
	}
	return tables
}

var errManagersOnly = fault.New(fault.Forbidden, "Cette page est réservée aux gestionnaires d’entreprise.")

func ownManager(v *viewer.Viewer) error {
	if v == nil || v.Role != viewer.ClientManager || v.ClientID == uuid.Nil {
		return errManagersOnly
	}
	return nil
}

// Figures returns what the viewer's own client may see, for its manager. reasons
// are all reasons of the platform.
func (s *Service) Figures(ctx context.Context, v *viewer.Viewer, reasons []Line) (Figures, error) {
	if err := ownManager(v); err != nil {
		return Figures{}, err
	}
	client, err := readOwnClient(ctx, s.db.Pool, v.ClientID)
	if err != nil {
		return Figures{}, err
	}
	now := s.db.Now()
	months := publishedMonths(client.StartsOn, client.EndsOn, now)
	counts, err := readFigures(ctx, s.db.Pool, v.ClientID, months)
	if err != nil {
		return Figures{}, err
	}
	return Figures{Client: client.Name, Months: months, Next: nextPublication(client.StartsOn, client.EndsOn, now), Tables: publishFigures(months, reasons, counts)}, nil
}

// nextPublication is when the next month of the contract is published.
func nextPublication(startsOn, endsOn, now time.Time) time.Time {
	month, last := firstDayOfMonth(startsOn), firstDayOfMonth(endsOn)
	if latest := monthOf(now).AddDate(0, -2, 0); latest.After(month) {
		month = latest
	}
	for ; !month.After(last); month = month.AddDate(0, 1, 0) {
		if on := publishedOn(month); on.After(now) {
			return on
		}
	}
	return time.Time{}
}
