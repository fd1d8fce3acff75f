// Package calendar reads external calendars and writes time zones for our own (RFC 5545). It
// extracts only when a calendar's owner is busy. The calendars are untrusted, so everything in
// them is bounded.
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

// Reasons why a calendar cannot be used.
var (
	ErrNotCalendar = errors.New("not a calendar")
	ErrTooComplex  = errors.New("a calendar too complex to evaluate")
	ErrTooMuch     = errors.New("a calendar with too much content")
)

// Bounds of one calendar, beside its size: the length of a rule and of the name and parameters
// of a line, the nesting of components, the number of events and dates kept in memory, and the
// number of occurrences evaluated.
const (
	maxHead        = 1000
	maxKept        = 100_000
	maxRuleLength  = 500
	maxDepth       = 8
	maxOccurrences = 1_000_000
	maxEventLength = 366 * 24 * time.Hour
)

// Period is a period from an instant, included, to another, excluded.
type Period = span.Period

// Options define how a calendar is read.
type Options struct {
	Span   Period
	Zone   *time.Location // for times without a zone
	AllDay bool           // all-day events count as busy
	Own    string         // suffix of the identifiers of events to ignore
	Least  time.Duration  // shorter gaps between two periods count as busy
}

// Busy reads a calendar (RFC 5545) from a stream and returns the periods within the span in
// which its owner is busy, merged and in order. It fails with ErrNotCalendar, ErrTooComplex,
// ErrTooMuch, an error of from, or the error of ctx.
func Busy(ctx context.Context, from io.Reader, r Options) ([]Period, error) {
	c := &reader{Options: r, ctx: ctx, lines: ics.NewCalendarStream(from), busy: periodSet{least: r.Least}, zones: newZones(r.Zone), replaced: map[string][]moment{}, onward: map[string][]*event{}}
	if err := c.read(); err != nil {
		return nil, err
	}
	if err := c.expand(); err != nil {
		return nil, err
	}
	return c.busy.merged(), nil
}

// reader parses a calendar line by line. It keeps the busy periods, and of the events only
// those that can be evaluated no earlier than at the end, such as recurring ones.
type reader struct {
	Options
	ctx       context.Context
	lines     *ics.CalendarStream
	zones     zones
	within    []string // the open components
	event     *event   // the one being read
	events    int
	kept      int
	began     bool   // a calendar has begun
	name      string // the calendar's name
	repeating []*event
	replaced  map[string][]moment // by identifier, occurrences that another event replaces
	onward    map[string][]*event // by identifier, events that replace an occurrence and all later ones
	waiting   []*event            // events in a time zone that is not known yet
	busy      periodSet
}

// event is the relevant content of a VEVENT. Times are kept as text, because the description
// of a time zone may come after its first use.
type event struct {
	uid        string
	starts     moment
	ends       moment
	duration   string
	rule       string
	excluded   []moment
	added      []moment
	dates      int    // number of dates in these two
	occurrence moment // RECURRENCE-ID
	onward     bool   // it replaces that occurrence and all later ones
	wholeDays  bool   // it lasts whole days, however its times are written
	free       bool
}

// kept is how much the event counts towards maxKept.
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
			return ErrNotCalendar // empty or truncated
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
	return nil // an invalid line is ignored, as calendar programs do
}

// parseLine parses a property, and returns nil if it is invalid. The library gets only the
// name and the parameters: for each parameter it allocates as much as its whole input.
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

// headOf returns the text before the first colon outside of quotes.
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
		return c.finish(c.event)
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

// declines reports whether a line says that the calendar's owner has declined. Google keeps
// declined events, and its owners' first calendars are named after their address.
func (c *reader) declines(p *ics.BaseProperty) bool {
	return p.IANAToken == "ATTENDEE" && strings.EqualFold(parameter(p, "PARTSTAT"), "DECLINED") && strings.EqualFold(p.Value, "mailto:"+c.name)
}

// addPeriods adds the periods of a VFREEBUSY, whose times are all in UTC.
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

// finish handles a complete event. A recurring event waits for events that replace its
// occurrences, one in an unknown zone for the zone's description.
func (c *reader) finish(e *event) error {
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

// addOnce adds an event that does not recur.
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

// periodSet is a set of periods that uses little memory: merged, a year has a few thousand at
// most.
type periodSet struct {
	all     []Period
	least   time.Duration
	mergeAt int // number of periods at which they are merged again
}

func (s *periodSet) add(p Period) {
	if s.all = append(s.all, p); len(s.all) > s.mergeAt {
		s.all = s.merged()
		s.mergeAt = max(20_000, 2*len(s.all))
	}
}

// merged joins overlapping periods and those with a shorter gap than least.
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
