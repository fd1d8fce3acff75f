package calendar

import (
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// expand works out, once all is read, the events that had to wait.
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

// replace notes the occurrence that an event stands for.
func (c *reader) replace(e *event) {
	if e.occurrence.none() {
		return
	}
	c.replaced[e.uid] = append(c.replaced[e.uid], e.occurrence)
	if e.onward {
		c.onward[e.uid] = append(c.onward[e.uid], e)
	}
}

// repeat adds the occurrences of an event, but for those that are excluded or
// that other events stand for.
func (c *reader) repeat(e *event, t timing, left *int) error {
	without, moves := c.without(e, t), c.moves(e, t)
	add := func(shown time.Time) {
		if !without.holds(t, shown) {
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
		add(t.starts) // a rule that is none: the event once, as calendar programs show it
		return nil
	}
	return c.follow(option, lastShown(e.rule, t), t, left, add)
}

// dialWithin is the clock of a time that goes with an event: the event's own, unless
// it names another.
func (c *reader) dialWithin(m moment, t timing) dial {
	if m.zone == "" {
		return t.dial
	}
	return c.zones.dialFor(m)
}

// plainRule is a rule without what changes nothing and what the library does not
// know: small letters, spaces, empty parts, and parts of other standards.
func plainRule(rule string) string {
	var parts []string
	for part := range strings.SplitSeq(strings.ToUpper(strings.ReplaceAll(rule, " ", "")), ";") {
		if part != "" && part != "RSCALE=GREGORIAN" && !strings.HasPrefix(part, "SKIP=") && !strings.HasPrefix(part, "X-") {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ";")
}

// parseRule reads a rule (3.3.10), and leaves out what the library would not come
// back from: longer intervals than there are years, a sixth Monday of a month, and
// days that go by Easter, which are the library's own.
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

// maxInterval is more than there are seconds until the year 9999.
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

// shownBy is what an event's dial shows at an instant.
func shownBy(t timing, at time.Time) time.Time {
	shown := at
	for range 2 { // the offset itself depends on what is shown
		shown = at.Add(shown.Sub(t.dial(shown)))
	}
	return shown
}

// follow goes through the occurrences of a rule, up to the end of the span.
func (c *reader) follow(option rrule.ROption, last time.Time, t timing, left *int, add func(time.Time)) error {
	if !bounded(option) {
		return ErrTooComplex
	}
	next, err := occurrences(option, t.starts, c.Span.To.Add(2*24*time.Hour)) // no clock is further from UTC
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

// occurrences are those of a rule up to an end, one at each call.
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

// farYears is by how much rules are followed later than they are meant: the days of
// the calendar come back every 400 years, and the library looks for the next
// occurrence of a rule that has none until the year 9999, which is soon there.
func farYears(end time.Time) int { return 400 * ((9990 - end.Year()) / 400) }

// lastShown is what the event's dial shows at a rule's UNTIL, the whole of that day
// where it is one; zero for a rule without.
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

// bounded reports whether the next occurrence of a rule is always found soon:
// rules that repeat within the day and also pick days might never have one.
func bounded(o rrule.ROption) bool {
	if o.Freq != rrule.HOURLY && o.Freq != rrule.MINUTELY && o.Freq != rrule.SECONDLY {
		return true
	}
	return len(o.Bysetpos)+len(o.Bymonth)+len(o.Bymonthday)+len(o.Byyearday)+len(o.Byweekno)+len(o.Byweekday)+
		len(o.Byhour)+len(o.Byminute)+len(o.Bysecond) == 0
}

// exceptions are occurrences that do not take place: instants, or days.
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

func (x exceptions) holds(t timing, shown time.Time) bool {
	_, instant := slices.BinarySearchFunc(x.instants, t.dial(shown), time.Time.Compare)
	_, day := slices.BinarySearchFunc(x.days, shown.Truncate(24*time.Hour), time.Time.Compare)
	return instant || day
}

// move is from when on the occurrences of an event are as another event has them.
type move struct {
	from   time.Time
	by     time.Duration // as the other's clock shows it
	timing timing
	free   bool
}

type moves []move

// moves are those of an event, in order.
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

// period is the occurrence that would start when the clock of t shows that; empty
// where it does not take place any more.
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
