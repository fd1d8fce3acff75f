// Package hours has the hours at which the switchboard answers, as the operator writes them:
// "lundi-vendredi 9:00-18:00, samedi 9:00-12:30". They are hours of a clock on the wall, in the
// zone of whoever asks (R4).
package hours

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// days are the days of a week, Monday first.
var days = []string{"lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"}

// Hours are the hours of a week. The zero value are unknown ones.
type Hours struct{ entries []entry }

// entry is one entry: the same hours on consecutive days.
type entry struct {
	first, last int // of days
	from, until int // minutes since midnight; until is excluded
}

// May says what the setting may hold.
const May = "days and hours such as lundi-vendredi 9:00-18:00, samedi 9:00-12:30"

var (
	written  = regexp.MustCompile(`^([a-z]+)(?:-([a-z]+))? (\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$`)
	errForm  = errors.New("no days and hours")
	errTwice = errors.New("hours of one day overlap")
)

// Parse parses hours; an empty text are unknown ones. It fails unless days are in the order of
// the week, hours in that of the day, and those of one day apart.
func Parse(text string) (Hours, error) {
	var h Hours
	if text == "" {
		return h, nil
	}
	for one := range strings.SplitSeq(text, ",") {
		e, err := parse(strings.TrimSpace(one))
		if err != nil {
			return Hours{}, err
		}
		if slices.ContainsFunc(h.entries, e.overlaps) {
			return Hours{}, errTwice
		}
		h.entries = append(h.entries, e)
	}
	return h, nil
}

func parse(text string) (entry, error) {
	found := written.FindStringSubmatch(text)
	if found == nil {
		return entry{}, errForm
	}
	e := entry{first: slices.Index(days, found[1]), last: slices.Index(days, found[2]), from: minutes(found[3], found[4]), until: minutes(found[5], found[6])}
	if found[2] == "" {
		e.last = e.first
	}
	if e.first < 0 || e.last < e.first || e.from < 0 || e.until <= e.from {
		return entry{}, errForm
	}
	return e, nil
}

// minutes returns the minutes since midnight, or -1 for no hour of a day.
func minutes(hour, minute string) int {
	h, _ := strconv.Atoi(hour) // digits, as the pattern says
	m, _ := strconv.Atoi(minute)
	if m > 59 || 60*h+m > 24*60 {
		return -1
	}
	return 60*h + m
}

func (e entry) overlaps(other entry) bool {
	return e.first <= other.last && other.first <= e.last && e.from < other.until && other.from < e.until
}

// Known reports whether there are hours.
func (h Hours) Known() bool { return len(h.entries) > 0 }

// Open reports whether the switchboard answers at an instant, by the clock of its location.
func (h Hours) Open(at time.Time) bool {
	day, minute := (int(at.Weekday())+6)%7, 60*at.Hour()+at.Minute()
	return slices.ContainsFunc(h.entries, func(e entry) bool { return e.first <= day && day <= e.last && e.from <= minute && minute < e.until })
}

// Words are the hours in words: "du lundi au vendredi de 9 h à 18 h, le samedi de 9 h à 12 h 30".
func (h Hours) Words() string {
	words := make([]string, len(h.entries))
	for i, e := range h.entries {
		words[i] = fmt.Sprintf("%s de %s à %s", e.days(), clock(e.from), clock(e.until))
	}
	return strings.Join(words, ", ")
}

func (e entry) days() string {
	if e.first == e.last {
		return "le " + days[e.first]
	}
	return "du " + days[e.first] + " au " + days[e.last]
}

// clock writes an hour: "9 h", "12 h 30", with no-break spaces.
func clock(minutes int) string {
	if minutes%60 == 0 {
		return fmt.Sprintf("%d\u00a0h", minutes/60)
	}
	return fmt.Sprintf("%d\u00a0h\u00a0%02d", minutes/60, minutes%60)
}
