package figures

import (
	"slices"
	"time"

	"socialdirect/internal/zone"
)

// Kind is one of the tables of figures.
type Kind string

// The tables. There are no others.
const (
	KindAccount Kind = "account" // opened accounts, by month
	KindMode    Kind = "mode"    // people who attended an appointment, by mode and year
	KindReason  Kind = "reason"  // people who attended an appointment, by reason and year
)

var kinds = []Kind{KindAccount, KindMode, KindReason}

// publicationDay is the day of the month after a period on which the period is published.
const publicationDay = 10

func (k Kind) yearly() bool { return k != KindAccount }

// period returns the first day, as a date, of the table's period at now, in Paris.
func (k Kind) period(now time.Time) time.Time { return k.firstDay(zone.Day(now)) }

func (k Kind) firstDay(day time.Time) time.Time {
	if k.yearly() {
		return time.Date(day.Year(), time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	return time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// after returns the next period.
func (k Kind) after(period time.Time) time.Time {
	if k.yearly() {
		return period.AddDate(1, 0, 0)
	}
	return period.AddDate(0, 1, 0)
}

// publishedOn returns when the figures of a period are published.
func (k Kind) publishedOn(period time.Time) time.Time {
	next := k.after(period)
	return midnight(next.Year(), next.Month(), publicationDay)
}

func (k Kind) shown() int {
	if k.yearly() {
		return yearsShown
	}
	return monthsShown
}

func midnight(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, zone.Paris())
}

// periods returns the periods of a table that are published for a contract, earliest first.
func (c figured) periods(k Kind) []time.Time {
	since := c.StartsOn
	if c.Since.After(since) {
		since = c.Since
	}
	var all []time.Time
	for period := k.firstDay(since); !period.After(c.EndsOn); period = k.after(period) {
		all = append(all, period)
	}
	return all
}

// due returns the periods of a table that may be published at now.
func (c figured) due(k Kind, now time.Time) []time.Time {
	return slices.DeleteFunc(c.periods(k), func(period time.Time) bool { return now.Before(k.publishedOn(period)) })
}

// nextPublication returns when figures of the contract are next published.
func (c figured) nextPublication(now time.Time) (next time.Time) {
	for _, k := range kinds {
		for _, period := range c.periods(k) {
			if on := k.publishedOn(period); on.After(now) && (next.IsZero() || on.Before(next)) {
				next = on
			}
		}
	}
	return next
}

// publishedPeriods returns the periods of a table with published values, latest first, at most
// as many as are shown.
func publishedPeriods(k Kind, published map[cell]Published) []time.Time {
	seen := map[time.Time]bool{}
	var all []time.Time
	for c := range published {
		if c.Kind == k && !seen[c.period] {
			seen[c.period] = true
			all = append(all, c.period)
		}
	}
	slices.SortFunc(all, func(a, b time.Time) int { return b.Compare(a) })
	return all[:min(len(all), k.shown())]
}
