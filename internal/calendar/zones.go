package calendar

import (
	"slices"
	"sort"
	"strings"
	"time"

	"socialdirect/internal/zone"

	ics "github.com/arran4/golang-ical"
	"github.com/teambition/rrule-go"
)

// zones are the time zones of one calendar.
type zones struct {
	home     *time.Location // for dates
	fallback *time.Location // for times without a zone
	declared map[string]*declaredZone
	named    map[string]*time.Location // cache of lookups; nil for unknown names
	parts    int                       // number of parts of all descriptions
	name     string                    // of the VTIMEZONE being read
	reading  *declaredZone
}

// declaredZone is a time zone that a calendar describes (3.6.5).
type declaredZone struct {
	parts   []zonePart
	changes []zoneChange // computed at first use, never nil then
}

// zonePart is one STANDARD or DAYLIGHT.
type zonePart struct {
	starts, rule string
	from, to     time.Duration
}

type zoneChange struct {
	at time.Time
	to time.Duration
}

// maxZoneParts and maxZoneNames bound the zones of one calendar: a real zone has a few dozen
// parts for a hundred years.
const (
	maxZoneParts = 1000
	maxZoneNames = 500
)

func newZones(home *time.Location) zones {
	return zones{home: home, fallback: home, declared: map[string]*declaredZone{}, named: map[string]*time.Location{}}
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
		z.name = p.Value
	}
	if len(z.reading.parts) == 0 {
		return
	}
	part := &z.reading.parts[len(z.reading.parts)-1]
	switch p.IANAToken {
	case "DTSTART":
		part.starts = p.Value
	case "RRULE":
		part.rule = plainRule(p.Value)
	case "TZOFFSETFROM":
		part.from = parseOffset(p.Value)
	case "TZOFFSETTO":
		part.to = parseOffset(p.Value)
	}
}

// parseOffset parses an offset from UTC (3.3.14).
func parseOffset(value string) time.Duration {
	value = strings.TrimSpace(value)
	if len(value) < 5 {
		return 0
	}
	shown, err := time.Parse("1504", value[1:5])
	if err != nil {
		return 0
	}
	d := time.Duration(shown.Hour())*time.Hour + time.Duration(shown.Minute())*time.Minute
	if value[0] == '-' {
		return -d
	}
	return d
}

func (z *zones) setFallback(name string) {
	if zone := z.lookUp(name); zone != nil {
		z.fallback = zone
	}
}

// known reports whether the zone of a time is known without a later description.
func (z *zones) known(m moment) bool {
	return m.day() || m.zone == "" && strings.HasSuffix(m.value, "Z") || z.lookUp(m.zone) != nil || z.declared[m.zone] != nil
}

// dialFor returns the clock of a time: the owner's zone for a date; else the well-known zone
// of that name, the one that the calendar describes, or the calendar's default.
func (z *zones) dialFor(m moment) dial {
	if m.day() {
		return dialOf(z.home)
	}
	if zone := z.lookUp(m.zone); zone != nil {
		return dialOf(zone)
	}
	if told := z.declared[m.zone]; told != nil {
		return told.dial()
	}
	return dialOf(z.fallback)
}

// windowsZones are Outlook's names of the zones of France, overseas and nearby (Unicode CLDR,
// windowsZones), for calendars that use them without a description.
var windowsZones = map[string]string{
	"Romance Standard Time": "Europe/Paris", "W. Europe Standard Time": "Europe/Berlin", "Central European Standard Time": "Europe/Warsaw",
	"Central Europe Standard Time": "Europe/Budapest", "GMT Standard Time": "Europe/London", "Greenwich Standard Time": "Atlantic/Reykjavik",
	"E. Europe Standard Time": "Europe/Chisinau", "GTB Standard Time": "Europe/Bucharest", "FLE Standard Time": "Europe/Kyiv", "Turkey Standard Time": "Europe/Istanbul",
	"Morocco Standard Time": "Africa/Casablanca", "W. Central Africa Standard Time": "Africa/Lagos", "SA Western Standard Time": "America/Guadeloupe",
	"SA Eastern Standard Time": "America/Cayenne", "Saint Pierre Standard Time": "America/Miquelon", "Mauritius Standard Time": "Indian/Reunion",
	"E. Africa Standard Time": "Indian/Mayotte", "Central Pacific Standard Time": "Pacific/Noumea", "Hawaiian Standard Time": "Pacific/Tahiti",
	"UTC+12": "Pacific/Wallis", "UTC": "UTC", "Eastern Standard Time": "America/New_York", "Atlantic Standard Time": "America/Halifax",
}

// namedZone returns the well-known zone of that name, also behind a program's own prefix
// ("/example.org/Europe/Paris"); nil if there is none.
func namedZone(name string) *time.Location {
	name = strings.Trim(name, `"/ `)
	if known := windowsZones[name]; known != "" {
		name = known
	}
	parts := strings.Split(name, "/")
	for i := range min(len(parts), 4) {
		candidate := strings.Join(parts[i:], "/")
		if candidate == "" || candidate == "Local" || len(candidate) > 64 {
			continue
		}
		if known, err := zone.Load(candidate); err == nil {
			return known
		}
	}
	return nil
}

// lookUp is namedZone with a cache.
func (z *zones) lookUp(name string) *time.Location {
	zone, known := z.named[name]
	if !known && name != "" && len(z.named) < maxZoneNames {
		zone = namedZone(name)
		z.named[name] = zone
	}
	return zone
}

// dial returns the clock of the description.
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

// yearsOfZone and lastYearOfZone bound the evaluation of a description's rules; some begin in
// 1601.
const (
	yearsOfZone    = 500
	lastYearOfZone = 2050
)

func (z *declaredZone) expand() []zoneChange {
	changes := []zoneChange{}
	for _, part := range z.parts {
		starts, _, _, ok := parseTime(part.starts)
		if !ok {
			continue
		}
		for _, shown := range part.onsets(starts) {
			changes = append(changes, zoneChange{shown.Add(-part.from), part.to})
		}
	}
	slices.SortFunc(changes, func(a, b zoneChange) int { return a.at.Compare(b.at) })
	return changes
}

// onsets returns the local times, with the previous offset, of the changes; of those long ago
// only the last one.
func (p zonePart) onsets(starts time.Time) (all []time.Time) {
	option, ok := parseRule(p.rule)
	if !ok || len(p.rule) > maxRuleLength || option.Freq != rrule.YEARLY || len(option.Byhour)+len(option.Byminute)+len(option.Bysecond) > 0 {
		return []time.Time{starts}
	}
	end := time.Date(lastYearOfZone, 12, 31, 0, 0, 0, 0, time.UTC)
	if !option.Until.IsZero() && option.Until.Before(end) {
		end = option.Until
	}
	next, err := occurrences(option, starts, end)
	if err != nil {
		return []time.Time{starts}
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
	return all
}
