// Package calendar reads other people's calendars and writes time zones for our own
// (RFC 5545): of a calendar it keeps when its owner is busy, and nothing else. What
// it reads comes from anywhere, so that everything in it is bounded.
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

// Bounds of one calendar, beside that of its size: what a rule may say, how long
// the name and the parameters of a line are, how deep components may lie in one
// another, how many events and dates are kept until the end, and how many
// occurrences are looked at.
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

// Reading is how a calendar is read: for which time, and what its owner wants.
type Reading struct {
	Span   Period
	Zone   *time.Location // where the calendar says none
	AllDay bool           // days taken up entirely are busy
	Own    string         // events whose identifier ends so are left out
	Least  time.Duration  // what is free for less than this between two periods joins them
}

// Busy reads a calendar (RFC 5545) as it arrives and returns when it says that its
// owner is busy within the span: merged, in order, and nothing else of it. It fails
// with ErrNotCalendar, ErrTooComplex, ErrTooMuch, what reading from fails with, or
// that ctx is over.
func Busy(ctx context.Context, from io.Reader, r Reading) ([]Period, error) {
	c := &reader{Reading: r, ctx: ctx, lines: ics.NewCalendarStream(from), busy: periodSet{least: r.Least}, zones: newZones(r.Zone), replaced: map[string][]moment{}, onward: map[string][]*event{}}
	if err := c.read(); err != nil {
		return nil, err
	}
	if err := c.expand(); err != nil {
		return nil, err
	}
	return c.busy.merged(), nil
}

// reader goes through a calendar line by line. It keeps the periods, and
// whole only what cannot be worked out before the end: the events that repeat.
type reader struct {
	Reading
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
	replaced  map[string][]moment // by identifier, the occurrences that an event of its own stands for
	onward    map[string][]*event // by identifier, the events that stand for these and all after
	waiting   []*event            // those that name a time zone that is not known yet
	busy      periodSet
}

// event is what matters of a VEVENT. Times are kept as they are written: a time
// zone may be told after its first use.
type event struct {
	uid        string
	starts     moment
	ends       moment
	duration   string
	rule       string
	excluded   []moment
	added      []moment
	dates      int    // in these two
	occurrence moment // RECURRENCE-ID
	onward     bool   // it stands for that occurrence and all after
	wholeDays  bool   // however its times are written
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
	name, value, _ := strings.Cut(strings.TrimPrefix(string(line), "\ufeff"), ":")
	switch strings.ToUpper(name) {
	case "BEGIN":
		return c.begin(strings.ToUpper(strings.TrimSpace(value)))
	case "END":
		return c.end(strings.ToUpper(strings.TrimSpace(value)))
	}
	if property := parseLine(string(line)); property != nil {
		return c.property(property)
	}
	return nil // a line that says nothing is left out, as calendar programs do
}

// parseLine reads a property, nil where there is none. The library sees the name
// and the parameters alone: for each parameter it takes as much memory as all that
// it is given.
func parseLine(line string) *ics.BaseProperty {
	head := headOf(line)
	if len(head) == len(line) || len(head) > maxHead {
		return nil
	}
	property, err := ics.ParseProperty(ics.ContentLine(head + ":"))
	if err != nil || property == nil {
		return nil
	}
	property.IANAToken = strings.ToUpper(property.IANAToken)
	property.Value = line[len(head)+1:]
	if property.GetValueType() == ics.ValueDataTypeText {
		property.Value = ics.FromText(property.Value)
	}
	return property
}

// headOf is what comes before the first colon that is not quoted.
func headOf(line string) string {
	quoted := false
	for i := range min(len(line), maxHead+1) {
		switch {
		case line[i] == '"':
			quoted = !quoted
		case line[i] == ':' && !quoted:
			return line[:i]
		}
	}
	return line
}

func (c *reader) begin(component string) error {
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

func (c *reader) end(component string) error {
	if len(c.within) == 0 || c.within[len(c.within)-1] != component {
		return ErrNotCalendar
	}
	c.within = c.within[:len(c.within)-1]
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
			c.zones.setFallback(p.Value)
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

// declines reports whether a line says that the calendar's owner does not come: to
// Google, which keeps such events, the name of somebody's first calendar is their
// address.
func (c *reader) declines(p *ics.BaseProperty) bool {
	return p.IANAToken == "ATTENDEE" && strings.EqualFold(parameter(p, "PARTSTAT"), "DECLINED") && strings.EqualFold(p.Value, "mailto:"+c.name)
}

// addPeriods takes the periods of a VFREEBUSY, whose times are all UTC.
func (c *reader) addPeriods(p *ics.BaseProperty) {
	for value := range strings.SplitSeq(p.Value, ",") {
		if period, ok := parsePeriod(value, c.zones.dialFor(momentOf(p))); ok {
			c.add(period)
		}
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
		e.rule = plainRule(p.Value)
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
		e.wholeDays = strings.EqualFold(p.Value, "TRUE")
	}
}

func parameter(p *ics.BaseProperty, name string) string {
	for key, values := range p.ICalParameters {
		if strings.EqualFold(key, name) && len(values) > 0 {
			return values[0]
		}
	}
	return ""
}

// take is told of an event that has ended. One that repeats waits for those that
// stand for single occurrences of it, and one in a zone that comes later for that.
func (c *reader) take(e *event) error {
	switch {
	case e.starts.none() && e.occurrence.none() || c.Own != "" && strings.HasSuffix(e.uid, c.Own):
		return nil
	case e.rule != "" || len(e.added) > 0:
		c.repeating = append(c.repeating, e)
	case !e.occurrence.none() || !c.zones.known(e.starts):
		c.waiting = append(c.waiting, e)
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
	if t, ok := c.timing(e); ok && c.counts(e, t) {
		c.add(t.period(t.starts))
	}
}

func (c *reader) counts(e *event, t timing) bool {
	return !e.free && (c.AllDay || !t.days && !e.wholeDays)
}

func (c *reader) add(p Period) {
	p = Period{From: later(p.From, c.Span.From), To: earlier(p.To, c.Span.To)}
	if p.From.Before(p.To) {
		c.busy.add(p)
	}
}

// periodSet is many periods in little memory: merged, a year of them is a few
// thousand at most.
type periodSet struct {
	all     []Period
	least   time.Duration
	mergeAt int // how many there are when they are merged again
}

func (s *periodSet) add(p Period) {
	if s.all = append(s.all, p); len(s.all) > s.mergeAt {
		s.all = s.merged()
		s.mergeAt = max(20_000, 2*len(s.all))
	}
}

// merged joins what overlaps, and what leaves less than the least between.
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
