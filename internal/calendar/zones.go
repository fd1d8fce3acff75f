package calendar

import (
	"slices"
	"sort"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/teambition/rrule-go"
)

// zones are the clocks that a calendar's times are by.
type zones struct {
	home     *time.Location // for dates, and for times without a zone
	assumed  *time.Location // for zones that are not understood; nil for none
	common   string         // the name of the calendar's own zone, for times without one
	declared map[string]*declaredZone
	named    map[string]*time.Location // those looked up already; nil for none of that name
	unknown  []string                  // names that are not understood, in the order of their use
	parts    int                       // of all descriptions
	name     string                    // of the VTIMEZONE that is being read
	reading  *declaredZone
}

// declaredZone is a time zone as a calendar describes it (3.6.5).
type declaredZone struct {
	parts   []zonePart
	changes []zoneChange // worked out at first use, never nil then
	broken  bool         // a part of it is not understood
}

// zonePart is one STANDARD or DAYLIGHT.
type zonePart struct {
	starts   string
	rules    []string
	dates    []string // RDATE
	from, to time.Duration
	broken   bool
}

type zoneChange struct {
	at time.Time
	to time.Duration
}

// maxZoneParts, maxZoneNames and maxZoneName bound the zones of one calendar: real ones
// are described in a few dozen parts for a hundred years.
const (
	maxZoneParts = 1000
	maxZoneNames = 500
	maxZoneName  = 60 // characters of a name that is shown
	maxUnknown   = 10 // names that are shown
)

func newZones(home, assumed *time.Location) zones {
	return zones{home: home, assumed: assumed, declared: map[string]*declaredZone{}, named: map[string]*time.Location{}}
}

func (z *zones) begin() { z.name, z.reading = "", &declaredZone{} }

func (z *zones) beginPart() {
	if z.parts++; z.reading != nil && z.parts <= maxZoneParts {
		z.reading.parts = append(z.reading.parts, zonePart{})
	}
}

func (z *zones) end() {
	if z.reading != nil && z.name != "" && len(z.reading.parts) > 0 {
		z.declared[z.name] = z.reading
	}
	z.reading = nil
}

func (z *zones) set(p *ics.BaseProperty) {
	if z.reading == nil {
		return
	}
	if p.IANAToken == "TZID" {
		z.name = strings.TrimSpace(p.Value)
	}
	if len(z.reading.parts) == 0 {
		return
	}
	z.reading.parts[len(z.reading.parts)-1].set(p)
}

func (part *zonePart) set(p *ics.BaseProperty) {
	understood := true
	switch p.IANAToken {
	case "DTSTART":
		part.starts = p.Value
	case "RRULE":
		part.rules = append(part.rules, p.Value)
	case "RDATE":
		part.dates = append(part.dates, strings.Split(p.Value, ",")...)
	case "TZOFFSETFROM":
		part.from, understood = parseOffset(p.Value)
	case "TZOFFSETTO":
		part.to, understood = parseOffset(p.Value)
	}
	part.broken = part.broken || !understood || len(part.rules)+len(part.dates) > maxZoneParts
}

// known reports whether a time's zone needs no description that may still come.
func (z *zones) known(m moment) bool {
	_, day, utc, ok := parseTime(m.value)
	name := z.nameOf(m)
	return ok && (day || utc) || name == "" || z.lookUp(name) != nil || z.declared[name] != nil
}

// nameOf returns the zone that a time without UTC is in; empty for the owner's.
func (z *zones) nameOf(m moment) string {
	if m.zone == "" {
		return z.common
	}
	return strings.TrimSpace(m.zone)
}

// dialFor returns the clock of a time: the owner's for a date, otherwise the zone that is
// known by the name, or the one that the calendar describes. unsure says that there is
// neither, and that none was chosen for such names.
func (z *zones) dialFor(m moment) (d dial, unsure bool) {
	name := z.nameOf(m)
	if name == "" || m.day() {
		return dialOf(z.home), false
	}
	if zone := z.lookUp(name); zone != nil {
		return dialOf(zone), false
	}
	if described := z.declared[name]; described != nil {
		if d := described.dial(); !described.broken {
			return d, false
		}
	}
	z.note(name)
	if z.assumed != nil {
		return dialOf(z.assumed), false
	}
	return universal, true
}

// note records a name that is not understood.
func (z *zones) note(name string) {
	if runes := []rune(name); len(runes) > maxZoneName {
		name = string(runes[:maxZoneName])
	}
	if name = strings.ToValidUTF8(name, ""); len(z.unknown) < maxUnknown && !slices.Contains(z.unknown, name) {
		z.unknown = append(z.unknown, name)
	}
}

// lookUp is knownZone, once for each name.
func (z *zones) lookUp(name string) *time.Location {
	zone, known := z.named[name]
	if !known && name != "" && len(z.named) < maxZoneNames {
		zone = knownZone(name)
		z.named[name] = zone
	}
	return zone
}

// dial goes by the description. It sets broken if there is no use in it.
func (z *declaredZone) dial() dial {
	if z.changes == nil {
		z.changes = z.expand()
	}
	return func(shown time.Time) time.Time {
		later := sort.Search(len(z.changes), func(i int) bool { return shown.Add(-z.changes[i].to).Before(z.changes[i].at) })
		if later == 0 {
			return shown.Add(-z.parts[0].from)
		}
		return shown.Add(-z.changes[later-1].to)
	}
}

// yearsOfZone and lastYearOfZone bound how far the rules of a description are followed;
// some begin in 1601.
const (
	yearsOfZone    = 500
	lastYearOfZone = 2050
)

func (z *declaredZone) expand() []zoneChange {
	changes := []zoneChange{}
	for _, part := range z.parts {
		onsets, ok := part.onsets()
		if !ok || part.broken {
			z.broken = true
			continue
		}
		for _, shown := range onsets {
			changes = append(changes, zoneChange{shown.Add(-part.from), part.to})
		}
	}
	slices.SortFunc(changes, func(a, b zoneChange) int { return a.at.Compare(b.at) })
	z.broken = z.broken || len(changes) == 0
	return changes
}

// onsets are when clocks, showing the time before, change; ok is false if the start or a
// rule is not understood.
func (part zonePart) onsets() (all []time.Time, ok bool) {
	starts, _, _, ok := parseTime(part.starts)
	if !ok {
		return nil, false
	}
	all = append(all, starts)
	for _, date := range part.dates {
		if shown, _, _, ok := parseTime(date); ok {
			all = append(all, shown)
		}
	}
	for _, text := range part.rules {
		onsets, ok := yearlyOnsets(text, starts)
		if !ok {
			return nil, false
		}
		all = append(all, onsets...)
	}
	return all, true
}

// yearlyOnsets follows a rule of a zone; of the onsets long ago the last alone matters.
// Lotus Notes writes the hour and the minute of the change into the rule.
func yearlyOnsets(text string, starts time.Time) (all []time.Time, ok bool) {
	r, ok := parseRule(text)
	o := r.option
	if !ok || o.Freq != rrule.YEARLY || max(len(o.Byhour), len(o.Byminute), len(o.Bysecond)) > 1 {
		return nil, false
	}
	end := time.Date(lastYearOfZone, 12, 31, 0, 0, 0, 0, time.UTC)
	if until, _, _, ok := parseTime(r.until); ok && until.Before(end) {
		end = until.Add(24 * time.Hour) // in UTC, or of that day
	}
	next, err := occurrences(o, starts, end)
	if err != nil {
		return nil, false
	}
	for range yearsOfZone {
		at, more := next()
		if !more {
			break
		}
		if all = append(all, at); at.Year() < 2000 {
			all = all[len(all)-1:]
		}
	}
	return all, true
}
