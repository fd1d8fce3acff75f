package calendar

import (
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// expand evaluates the waiting events once everything is read.
func (c *reader) expand() error {
	for _, e := range c.waiting {
		if c.ctx.Err() != nil {
			return c.ctx.Err()
		}
		c.replace(e)
		c.addOnce(e)
	}
	left := maxOccurrences
	for _, e := range c.repeating {
		if c.ctx.Err() != nil {
			return c.ctx.Err()
		}
		t, ok := c.timing(e)
		if !ok || !c.counts(e, t) {
			continue
		}
		if err := c.repeat(e, t, &left); err != nil {
			return err
		}
	}
	return nil
}

// replace records the occurrence that an event replaces.
func (c *reader) replace(e *event) {
	if e.occurrence.none() {
		return
	}
	c.replaced[e.uid] = append(c.replaced[e.uid], e.occurrence)
	if e.onward {
		c.onward[e.uid] = append(c.onward[e.uid], e)
	}
}

// repeat adds the occurrences of an event, except those excluded or replaced by other events.
func (c *reader) repeat(e *event, t timing, left *int) error {
	without, moves := c.without(e, t), c.moves(e, t)
	add := func(shown time.Time) {
		if !without.contains(t, shown) {
			c.add(moves.period(t, shown))
		}
	}
	for _, m := range e.added {
		c.addDates(m.value, c.dialWithin(m, t), t, add)
	}
	if e.rule == "" {
		add(t.starts)
		return nil
	}
	if len(e.rule) > maxRuleLength {
		return ErrTooComplex
	}
	option, ok := parseRule(e.rule)
	if !ok {
		add(t.starts) // invalid rule: the event once, as calendar programs show it
		return nil
	}
	return c.follow(option, lastShown(e.rule, t), t, left, add)
}

// dialWithin returns the clock of a time that belongs to an event: the event's own, unless it
// names another.
func (c *reader) dialWithin(m moment, t timing) dial {
	if m.zone == "" {
		return t.dial
	}
	return c.zones.dialFor(m)
}

// plainRule returns a rule in canonical form: upper case, without spaces, empty parts, and
// parts of other standards that the library does not know.
func plainRule(rule string) string {
	var parts []string
	for part := range strings.SplitSeq(strings.ToUpper(strings.ReplaceAll(rule, " ", "")), ";") {
		if part != "" && part != "RSCALE=GREGORIAN" && !strings.HasPrefix(part, "SKIP=") && !strings.HasPrefix(part, "X-") {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ";")
}

// parseRule parses a rule (3.3.10). It refuses what would keep the library in an endless loop:
// intervals longer than there are years, a sixth Monday of a month, and days relative to
// Easter, an extension of the library.
func parseRule(rule string) (option rrule.ROption, ok bool) {
	parsed, err := rrule.StrToROption(rule)
	if err != nil || len(parsed.Byeaster) > 0 {
		return rrule.ROption{}, false
	}
	if parsed.Freq == rrule.MONTHLY || len(parsed.Bymonth) > 0 {
		for _, day := range parsed.Byweekday {
			if n := day.N(); n < -5 || n > 5 {
				return rrule.ROption{}, false
			}
		}
	}
	parsed.Interval = min(parsed.Interval, maxInterval)
	return *parsed, true
}

// maxInterval is more than the number of seconds until the year 9999.
const maxInterval = 1 << 40

// addDates adds the single dates of an RDATE, which may be periods.
func (c *reader) addDates(values string, by dial, t timing, add func(time.Time)) {
	for value := range strings.SplitSeq(values, ",") {
		if strings.Contains(value, "/") {
			if p, ok := parsePeriod(value, by); ok {
				c.add(p)
			}
			continue
		}
		if at, ok := parseInstant(value, by); ok {
			add(shownBy(t, at))
		}
	}
}

// shownBy returns what an event's dial shows at an instant.
func shownBy(t timing, at time.Time) time.Time {
	shown := at
	for range 2 { // the offset depends on the local time
		shown = at.Add(shown.Sub(t.dial(shown)))
	}
	return shown
}

// follow adds the occurrences of a rule up to the end of the span.
func (c *reader) follow(option rrule.ROption, last time.Time, t timing, left *int, add func(time.Time)) error {
	if !bounded(option) {
		return ErrTooComplex
	}
	next, err := occurrences(option, t.starts, c.Span.To.Add(2*24*time.Hour)) // no local time differs more from UTC
	if err != nil {
		add(t.starts)
		return nil
	}
	for shown, more := next(); more; shown, more = next() {
		if *left--; *left < 0 {
			return ErrTooComplex
		}
		if !t.dial(shown).Before(c.Span.To) || !last.IsZero() && shown.After(last) {
			return nil
		}
		add(shown)
	}
	return nil
}

// occurrences returns an iterator over the occurrences of a rule up to an end.
func occurrences(option rrule.ROption, starts, end time.Time) (next func() (shown time.Time, more bool), err error) {
	years := farYears(end)
	option.Dtstart = starts.AddDate(years, 0, 0)
	option.Until = end.AddDate(years, 0, 0)
	rule, err := rrule.NewRRule(option)
	if err != nil {
		return nil, err
	}
	far := rule.Iterator()
	return func() (time.Time, bool) {
		at, more := far()
		return at.AddDate(-years, 0, 0), more
	}, nil
}

// farYears is the number of years by which rules are shifted before evaluation. Calendar days
// repeat every 400 years, and the library looks for the next occurrence until the year 9999,
// which is then soon reached if there is none.
func farYears(end time.Time) int { return 400 * ((9990 - end.Year()) / 400) }

// lastShown returns what the event's dial shows at a rule's UNTIL, at the end of the day if it
// is a date; zero for a rule without.
func lastShown(rule string, t timing) time.Time {
	for part := range strings.SplitSeq(rule, ";") {
		value, found := strings.CutPrefix(part, "UNTIL=")
		if !found {
			continue
		}
		shown, day, utc, _ := parseTime(value)
		switch {
		case day:
			return shown.Add(24*time.Hour - time.Second)
		case utc:
			return shownBy(t, shown)
		}
		return shown
	}
	return time.Time{}
}

// bounded reports whether the next occurrence of a rule is always found soon: rules that recur
// within the day and also select days might never have one.
func bounded(o rrule.ROption) bool {
	if o.Freq != rrule.HOURLY && o.Freq != rrule.MINUTELY && o.Freq != rrule.SECONDLY {
		return true
	}
	return len(o.Bysetpos)+len(o.Bymonth)+len(o.Bymonthday)+len(o.Byyearday)+len(o.Byweekno)+len(o.Byweekday)+
		len(o.Byhour)+len(o.Byminute)+len(o.Bysecond) == 0
}

// exceptions are excluded occurrences: instants, or days.
type exceptions struct {
	instants []time.Time
	days     []time.Time
}

func (c *reader) without(e *event, t timing) (x exceptions) {
	for _, m := range slices.Concat(e.excluded, c.replaced[e.uid]) {
		by := c.dialWithin(m, t)
		for value := range strings.SplitSeq(m.value, ",") {
			shown, day, _, ok := parseTime(value)
			if ok && day {
				x.days = append(x.days, shown)
			} else if at, ok := parseInstant(value, by); ok {
				x.instants = append(x.instants, at)
			}
		}
	}
	slices.SortFunc(x.instants, time.Time.Compare)
	slices.SortFunc(x.days, time.Time.Compare)
	return x
}

func (x exceptions) contains(t timing, shown time.Time) bool {
	_, instant := slices.BinarySearchFunc(x.instants, t.dial(shown), time.Time.Compare)
	_, day := slices.BinarySearchFunc(x.days, shown.Truncate(24*time.Hour), time.Time.Compare)
	return instant || day
}

// move changes the occurrences of an event from an instant on to match another event.
type move struct {
	from   time.Time
	by     time.Duration // in local time of the other event
	timing timing
	free   bool
}

type moves []move

// moves returns the moves of an event, in order.
func (c *reader) moves(e *event, t timing) (all moves) {
	for _, other := range c.onward[e.uid] {
		from, ok := parseInstant(other.occurrence.value, c.dialWithin(other.occurrence, t))
		if !ok {
			continue
		}
		now, ok := c.timing(other)
		m := move{from: from, timing: now, free: !ok || !c.counts(other, now)}
		if !m.free {
			m.by = now.starts.Sub(shownBy(now, from))
		}
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b move) int { return a.from.Compare(b.from) })
	return all
}

// period returns the occurrence whose original start is that local time; empty if it no longer
// takes place.
func (all moves) period(t timing, shown time.Time) Period {
	at := t.dial(shown)
	later := sort.Search(len(all), func(i int) bool { return all[i].from.After(at) })
	switch {
	case later == 0:
		return t.period(shown)
	case all[later-1].free:
		return Period{}
	}
	m := all[later-1]
	return m.timing.period(shownBy(m.timing, at).Add(m.by))
}
