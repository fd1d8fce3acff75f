// Package calendar reads other people's calendars and writes time zones for our own
// (RFC 5545). Of a calendar it returns when its owner is busy, and nothing else. A
// calendar comes from anywhere, so that everything in it is bounded, and programs write
// it in many ways, so that it is read as far as it can be understood: an hour that is busy
// and can be booked is worse than one that is closed for nothing.
package calendar

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"socialdirect/internal/span"

	ics "github.com/arran4/golang-ical"
)

// Why a calendar cannot be used.
var (
	ErrNotCalendar = errors.New("not a calendar")
	ErrTooComplex  = errors.New("a calendar too complex to work out")
	ErrTooMuch     = errors.New("a calendar with too much in it")
)

// Bounds of one calendar, beside that of its size: the length of a rule, of the name and
// the parameters of a line, the depth of components, the events and dates that are kept
// until the end, and the occurrences that are worked out.
const (
	maxHead        = 1000
	maxKept        = 100_000
	maxRuleLength  = 500
	maxDepth       = 8
	maxOccurrences = 1_000_000
	maxEventLength = 366 * 24 * time.Hour
)

// Period is from an instant, included, to another, excluded.
type Period = span.Period

// Options say how a calendar is read: for which time, and what its owner wants.
type Options struct {
	Span    Period
	Zone    *time.Location // the owner's, where the calendar names none
	Assumed *time.Location // for zones that are not understood; nil if their owner chose none
	AllDay  bool           // all-day events are busy
	Own     string         // events whose identifier ends so are left out
	Least   time.Duration  // a shorter gap between two periods is closed
}

// Busy is what is read of a calendar: when its owner is busy, and what was not understood.
type Busy struct {
	Periods []Period // merged, in order
	// LeftOut counts events, or repetitions of one, that are not understood and not busy.
	LeftOut int
	// LeftOutDays and WholeDays are days (midnight UTC) within the span of events that are
	// not understood: left out, or taken as busy for as long as they may last. Each is in
	// order, and has maxDoubts days at most.
	LeftOutDays, WholeDays []time.Time
	// UnknownZones are names of time zones that are not understood, maxUnknown at most.
	// Events in one are busy whenever they may take place, unless Options.Assumed is set.
	UnknownZones []string
}

// maxDoubts is how many days of events that are not understood are named.
const maxDoubts = 20

// Read reads a calendar (RFC 5545) as it arrives and returns when it says that its owner
// is busy within the span, and nothing else of it. What is not understood is busy where
// its day is known, and is reported. It fails with ErrNotCalendar, ErrTooComplex,
// ErrTooMuch, the error of from, or that of ctx.
func Read(ctx context.Context, from io.Reader, o Options) (Busy, error) {
	c := &reader{Options: o, ctx: ctx, lines: ics.NewCalendarStream(from), busy: periodSet{least: o.Least}, zones: newZones(o.Zone, o.Assumed), replaced: map[string][]moment{}, onward: map[string][]*event{}}
	if err := c.read(); err != nil {
		return Busy{}, err
	}
	if err := c.expand(); err != nil {
		return Busy{}, err
	}
	c.found.Periods, c.found.UnknownZones = c.busy.merged(), c.zones.unknown
	c.found.LeftOutDays, c.found.WholeDays = firstDays(c.found.LeftOutDays), firstDays(c.found.WholeDays)
	return c.found, nil
}

// firstDays returns the first distinct days, in order.
func firstDays(days []time.Time) []time.Time {
	slices.SortFunc(days, time.Time.Compare)
	days = slices.CompactFunc(days, time.Time.Equal)
	return days[:min(len(days), maxDoubts)]
}

// reader goes through a calendar line by line. It keeps the periods, and of events only
// those that cannot be worked out before the end, such as those that repeat.
type reader struct {
	Options
	ctx       context.Context
	lines     *ics.CalendarStream
	zones     zones
	within    []string // the components that are open
	event     *event   // the one that is being read
	events    int
	kept      int
	began     bool   // a calendar was there
	name      string // the calendar's own
	repeating []*event
	replaced  map[string][]moment // by identifier, the occurrences that an event of its own replaces
	onward    map[string][]*event // by identifier, the events that replace these and all after
	waiting   []*event            // those that name a time zone that is not known yet
	busy      periodSet
	found     Busy
}

// event is what matters of a VEVENT. Times are kept as they are written: a time zone may be
// described after its first use.
type event struct {
	uid        string
	starts     moment
	ends       moment
	duration   string
	rules      []string
	excluded   []moment
	added      []moment
	dates      int    // in the three above
	occurrence moment // RECURRENCE-ID
	onward     bool   // it replaces that occurrence and all after
	allDay     bool   // however its times are written
	free       bool
}

// kept is what an event takes up until the end.
func (e *event) kept() int { return 1 + e.dates }

func (c *reader) read() error {
	for {
		line, err := c.lines.ReadLine()
		if line != nil {
			if err := c.line(*line); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF) && c.began && len(c.within) == 0:
			return nil
		case errors.Is(err, io.EOF):
			return ErrNotCalendar // nothing, or cut off
		case err != nil:
			return err
		}
	}
}

func (c *reader) line(line ics.ContentLine) error {
	if !c.began && !strings.EqualFold(strings.TrimPrefix(strings.TrimSpace(string(line)), "\ufeff"), "BEGIN:VCALENDAR") {
		return ErrNotCalendar
	}
	text := strings.TrimPrefix(string(line), "\ufeff")
	switch keyword, component, ok := structure(text); {
	case ok && keyword == "BEGIN":
		return c.begin(component)
	case ok:
		return c.end(component)
	}
	if property := parseLine(text); property != nil {
		return c.property(property)
	}
	return nil // a line that is no property is left out, as calendar programs do
}

func (c *reader) begin(component string) error {
	if component == "VEVENT" && slices.Contains(c.within, component) { // the one before has no end
		if err := c.end(component); err != nil {
			return err
		}
	}
	if len(c.within) == maxDepth {
		return ErrTooComplex
	}
	c.began = true
	c.within = append(c.within, component)
	switch component {
	case "VEVENT":
		c.event = &event{}
	case "VTIMEZONE":
		c.zones.begin()
	case "STANDARD", "DAYLIGHT":
		c.zones.beginPart()
	}
	return nil
}

// end closes a component, and those inside it that were not closed. It ignores the end of
// a component that is not open.
func (c *reader) end(component string) error {
	for slices.Contains(c.within, component) {
		last := c.within[len(c.within)-1]
		c.within = c.within[:len(c.within)-1]
		if err := c.closed(last); err != nil || last == component {
			return err
		}
	}
	return nil
}

// closed takes in a component that has ended.
func (c *reader) closed(component string) error {
	switch component {
	case "VEVENT":
		if c.events++; c.events%1000 == 0 && c.ctx.Err() != nil {
			return c.ctx.Err()
		}
		return c.take(c.event)
	case "VTIMEZONE":
		c.zones.end()
	}
	return nil
}

func (c *reader) property(p *ics.BaseProperty) error {
	if len(c.within) == 0 {
		return nil
	}
	switch c.within[len(c.within)-1] {
	case "VCALENDAR":
		switch p.IANAToken {
		case "X-WR-TIMEZONE":
			c.zones.common = strings.TrimSpace(p.Value)
		case "X-WR-CALNAME":
			c.name = p.Value
		}
	case "VEVENT":
		c.event.free = c.event.free || c.declines(p)
		if c.event.set(p); c.kept+c.event.kept() > maxKept {
			return ErrTooMuch
		}
	case "VTIMEZONE", "STANDARD", "DAYLIGHT":
		c.zones.set(p)
	case "VFREEBUSY":
		if p.IANAToken == "FREEBUSY" && !strings.EqualFold(parameter(p, "FBTYPE"), "FREE") {
			c.addPeriods(p)
		}
	}
	return nil
}

// declines reports whether a line says that the calendar's owner does not attend: Google
// keeps such events, and names a person's first calendar by their address.
func (c *reader) declines(p *ics.BaseProperty) bool {
	return p.IANAToken == "ATTENDEE" && strings.EqualFold(parameter(p, "PARTSTAT"), "DECLINED") && strings.EqualFold(p.Value, "mailto:"+c.name)
}

// addPeriods adds the periods of a VFREEBUSY, whose times are all UTC.
func (c *reader) addPeriods(p *ics.BaseProperty) {
	for value := range strings.SplitSeq(p.Value, ",") {
		period, ok := parsePeriod(value, universal)
		if !ok {
			c.leaveOut(time.Time{})
			continue
		}
		c.add(period)
	}
}

func (e *event) set(p *ics.BaseProperty) {
	switch p.IANAToken {
	case "UID":
		e.uid = p.Value
	case "DTSTART":
		e.starts = momentOf(p)
	case "DTEND":
		e.ends = momentOf(p)
	case "DURATION":
		e.duration = p.Value
	case "RRULE":
		e.rules = append(e.rules, p.Value)
		e.dates++
	case "EXDATE":
		e.excluded = append(e.excluded, momentOf(p))
		e.dates += 1 + strings.Count(p.Value, ",")
	case "RDATE":
		e.added = append(e.added, momentOf(p))
		e.dates += 1 + strings.Count(p.Value, ",")
	case "RECURRENCE-ID":
		e.occurrence = momentOf(p)
		e.onward = strings.EqualFold(parameter(p, "RANGE"), "THISANDFUTURE")
	case "TRANSP":
		e.free = e.free || strings.EqualFold(p.Value, "TRANSPARENT")
	case "STATUS":
		e.free = e.free || strings.EqualFold(p.Value, "CANCELLED")
	case "X-MICROSOFT-CDO-BUSYSTATUS":
		e.free = e.free || strings.EqualFold(p.Value, "FREE") || strings.EqualFold(p.Value, "WORKINGELSEWHERE")
	case "X-MICROSOFT-CDO-ALLDAYEVENT":
		e.allDay = strings.EqualFold(p.Value, "TRUE")
	}
}

// take works out an event that has ended. One that repeats waits for those that replace
// single occurrences of it, and one in a zone that is not known yet for the end. One that
// replaces an occurrence does not repeat, even if it carries the rule of its series.
func (c *reader) take(e *event) error {
	switch {
	case e.starts.none() && e.occurrence.none() || c.Own != "" && strings.HasSuffix(e.uid, c.Own):
		return nil
	case !e.occurrence.none() || len(e.rules)+len(e.added) == 0 && !c.zones.known(e.starts):
		c.waiting = append(c.waiting, e)
	case len(e.rules)+len(e.added) > 0:
		c.repeating = append(c.repeating, e)
	default:
		c.addOnce(e)
		return nil
	}
	if c.kept += e.kept(); c.kept > maxKept {
		return ErrTooMuch
	}
	return nil
}

// addOnce adds an event that does not repeat.
func (c *reader) addOnce(e *event) {
	if t, ok := c.counted(e); ok {
		c.occur(t, t.period(t.starts), t.starts)
	}
}

// counted returns when an event takes place; ok is false if it is not busy or takes no
// time. It reports one that is not understood.
func (c *reader) counted(e *event) (t timing, ok bool) {
	if e.free || e.starts.none() {
		return timing{}, false
	}
	t, ok = c.timing(e)
	switch {
	case !ok:
		c.leaveOut(t.starts)
		return t, false
	case t.length == 0 || !c.AllDay && (t.days || e.allDay):
		return t, false
	}
	return t, true
}

// occur adds an occurrence, which begins when clocks show that.
func (c *reader) occur(t timing, p Period, shown time.Time) {
	if c.add(p) && (t.unsure || t.guess) && len(c.found.WholeDays) < maxKept {
		c.found.WholeDays = append(c.found.WholeDays, shown.Truncate(24*time.Hour))
	}
}

// leaveOut reports an event that is not understood and not busy; its start may be zero.
func (c *reader) leaveOut(shown time.Time) {
	c.found.LeftOut++
	if day := shown.Truncate(24 * time.Hour); !shown.IsZero() && !day.Before(c.Span.From.Add(-24*time.Hour)) && day.Before(c.Span.To) && len(c.found.LeftOutDays) < maxKept {
		c.found.LeftOutDays = append(c.found.LeftOutDays, day)
	}
}

// add reports whether any of the period is within the span.
func (c *reader) add(p Period) bool {
	p = Period{From: later(p.From, c.Span.From), To: earlier(p.To, c.Span.To)}
	if !p.From.Before(p.To) {
		return false
	}
	c.busy.add(p)
	return true
}

// periodSet holds many periods in little memory: merged, a year of them is a few thousand
// at most.
type periodSet struct {
	all     []Period
	least   time.Duration
	mergeAt int // the number of periods at which they are merged again
}

func (s *periodSet) add(p Period) {
	if s.all = append(s.all, p); len(s.all) > s.mergeAt {
		s.all = s.merged()
		s.mergeAt = max(20_000, 2*len(s.all))
	}
}

// merged joins periods that overlap, or that leave less than the least between them.
func (s *periodSet) merged() []Period {
	slices.SortFunc(s.all, func(a, b Period) int { return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To)) })
	var merged []Period
	for _, p := range s.all {
		last := len(merged) - 1
		if last >= 0 && p.From.Sub(merged[last].To) < max(s.least, 1) {
			merged[last].To = later(merged[last].To, p.To)
			continue
		}
		merged = append(merged, p)
	}
	return merged
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
