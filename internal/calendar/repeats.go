package calendar

import (
	"slices"
	"sort"
	"strings"
	"time"
)

// expand works out, at the end of the calendar, the events that had to wait.
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
		t, ok := c.counted(e)
		if !ok {
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

// repeat adds the occurrences of an event by all of its rules and dates, but for those
// that are excluded or replaced by other events.
func (c *reader) repeat(e *event, t timing, left *int) error {
	without, moves := c.without(e, t), c.moves(e, t)
	add := func(shown time.Time) {
		if !without.has(t, shown) {
			p, by := moves.period(t, shown)
			c.occur(by, p, shown)
		}
	}
	for _, m := range e.added {
		c.addDates(m.value, c.dialWithin(m, t), t, add)
	}
	add(t.starts) // even if it does not match the rule (3.8.5.3)
	for _, text := range e.rules {
		r, ok := parseRule(text)
		if !ok {
			c.leaveOut(t.starts)
			continue
		}
		if err := c.follow(r, t, left, add); err != nil {
			return err
		}
	}
	return nil
}

// dialWithin returns the clock of a time that goes with an event: the event's own, unless
// it names another.
func (c *reader) dialWithin(m moment, t timing) dial {
	if m.zone == "" || t.unsure {
		return t.dial
	}
	d, _ := c.zones.dialFor(m)
	return d
}

// addDates adds the single dates of an RDATE, which may be periods.
func (c *reader) addDates(values string, by dial, t timing, add func(time.Time)) {
	for value := range strings.SplitSeq(values, ",") {
		if strings.Contains(value, "/") {
			if p, ok := parsePeriod(value, by); ok {
				c.add(p)
				continue
			}
		}
		if at, ok := parseInstant(value, by); ok {
			add(shownBy(t.dial, at))
			continue
		}
		c.leaveOut(time.Time{})
	}
}

// follow adds the occurrences of a rule, up to the end of the span.
func (c *reader) follow(r rule, t timing, left *int, add func(time.Time)) error {
	if !bounded(r.option) {
		return ErrTooComplex
	}
	next, err := occurrences(r.option, t.starts, c.Span.To.Add(2*24*time.Hour)) // no clock is further from UTC
	if err != nil {
		c.leaveOut(t.starts)
		return nil
	}
	last := r.last(t)
	for shown, more := next(); more; shown, more = next() {
		if *left--; *left < 0 {
			return ErrTooComplex
		}
		if !t.period(shown).From.Before(c.Span.To) || !last.IsZero() && shown.After(last) {
			return nil
		}
		add(shown)
	}
	return nil
}

// exceptions are occurrences that do not take place: instants, or days.
type exceptions struct {
	instants []time.Time
	days     []time.Time
}

// without returns the exceptions of an event, and the occurrences that others replace. An
// event that begins on dates is excepted by dates, however these are written; one with a
// time also by a date alone.
func (c *reader) without(e *event, t timing) (x exceptions) {
	for _, m := range slices.Concat(e.excluded, c.replaced[e.uid]) {
		by := c.dialWithin(m, t)
		for value := range strings.SplitSeq(m.value, ",") {
			shown, day, utc, ok := parseTime(value)
			switch {
			case !ok:
			case day:
				x.days = append(x.days, shown)
			case t.dated:
				x.days = append(x.days, c.dayOf(shown, utc))
			case utc:
				x.instants = append(x.instants, shown)
			default:
				x.instants = append(x.instants, by(shown))
			}
		}
	}
	slices.SortFunc(x.instants, time.Time.Compare)
	slices.SortFunc(x.days, time.Time.Compare)
	return x
}

// dayOf returns the date that a time means where a date is expected: the one that is
// written, or, of an instant that is not midnight, the owner's.
func (c *reader) dayOf(shown time.Time, utc bool) time.Time {
	if day := shown.Truncate(24 * time.Hour); !utc || day.Equal(shown) {
		return day
	}
	return shownBy(dialOf(c.Zone), shown).Truncate(24 * time.Hour)
}

// has reports whether the occurrence that starts when the clock shows that is excepted.
func (x exceptions) has(t timing, shown time.Time) bool {
	_, instant := slices.BinarySearchFunc(x.instants, t.dial(shown), time.Time.Compare)
	_, day := slices.BinarySearchFunc(x.days, shown.Truncate(24*time.Hour), time.Time.Compare)
	return instant || day
}

// move replaces an occurrence and all after it.
type move struct {
	from   time.Time
	by     time.Duration // as the other's clock shows it
	timing timing
	free   bool
}

type moves []move

// moves returns those of an event, in order.
func (c *reader) moves(e *event, t timing) (all moves) {
	for _, other := range c.onward[e.uid] {
		from, ok := parseInstant(other.occurrence.value, c.dialWithin(other.occurrence, t))
		if !ok {
			continue
		}
		now, ok := c.counted(other)
		m := move{from: from, timing: now, free: !ok}
		if !m.free {
			m.by = now.starts.Sub(shownBy(now.dial, from))
		}
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b move) int { return a.from.Compare(b.from) })
	return all
}

// period returns the occurrence that would start when the clock of t shows that, and by
// which timing; empty if it does not take place any more.
func (all moves) period(t timing, shown time.Time) (Period, timing) {
	at := t.dial(shown)
	later := sort.Search(len(all), func(i int) bool { return all[i].from.After(at) })
	switch {
	case later == 0:
		return t.period(shown), t
	case all[later-1].free:
		return Period{}, t
	}
	m := all[later-1]
	return m.timing.period(shownBy(m.timing.dial, at).Add(m.by)), m.timing
}
