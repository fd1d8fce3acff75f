package calendar

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// A rule is read as far as it can be understood: a part that is invalid or unknown is
// left out, which makes an event repeat more often rather than less. A rule whose
// frequency is not understood is not followed at all.

// frequencies are the values of FREQ.
var frequencies = []string{"SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"}

// numbered are the bounds of the elements of the lists of a rule (3.3.10), which may also
// be negative if they are signed.
var numbered = map[string]struct {
	least, most int
	signed      bool
}{
	"BYSECOND": {0, 60, false}, "BYMINUTE": {0, 59, false}, "BYHOUR": {0, 23, false}, "BYMONTH": {1, 12, false},
	"BYMONTHDAY": {1, 31, true}, "BYYEARDAY": {1, 366, true}, "BYWEEKNO": {1, 53, true}, "BYSETPOS": {1, 366, true},
}

// rule is the parts of a recurrence rule that are understood.
type rule struct {
	option rrule.ROption
	until  string // as it is written; empty for none
}

// parseRule reads a rule (3.3.10); ok is false if it cannot be followed.
func parseRule(text string) (r rule, ok bool) {
	if len(text) > maxRuleLength {
		return rule{}, false
	}
	parts, until := understood(text)
	freq := parts["FREQ"]
	if freq == "" || parts["RSCALE"] != "" {
		return rule{}, false
	}
	clean := []string{"FREQ=" + freq}
	for key, value := range parts {
		if key != "FREQ" {
			clean = append(clean, key+"="+value)
		}
	}
	slices.Sort(clean[1:])
	option, err := rrule.StrToROption(strings.Join(clean, ";"))
	if err != nil {
		return rule{}, false
	}
	option.Interval = min(option.Interval, maxInterval)
	return rule{option: *option, until: until}, true
}

// maxInterval is more than there are seconds until the year 9999.
const maxInterval = 1 << 40

// understood returns the valid parts of a rule by their names, its UNTIL apart. Parts that
// are written twice are joined, or the last one counts.
func understood(text string) (parts map[string]string, until string) {
	parts = map[string]string{}
	var days []string
	for part := range strings.SplitSeq(strings.ToUpper(strings.Join(strings.Fields(text), "")), ";") {
		key, value, _ := strings.Cut(part, "=")
		switch key {
		case "FREQ":
			keep(parts, key, value, slices.Contains(frequencies, value))
		case "INTERVAL", "COUNT":
			n, err := strconv.Atoi(value)
			keep(parts, key, value, err == nil && n > 0)
		case "WKST":
			keep(parts, key, value, slices.Contains(weekdays, value))
		case "RSCALE":
			keep(parts, key, value, value != "GREGORIAN")
		case "UNTIL":
			if _, _, _, ok := parseTime(value); ok {
				until = value
			}
		case "BYDAY":
			days = append(days, strings.Split(value, ",")...)
		default:
			keepList(parts, key, value)
		}
	}
	if valid := validDays(days, parts); len(valid) > 0 {
		parts["BYDAY"] = strings.Join(valid, ",")
	}
	return parts, until
}

func keep(parts map[string]string, key, value string, valid bool) {
	if valid {
		parts[key] = value
	}
}

// keepList keeps the valid elements of a list of numbers.
func keepList(parts map[string]string, key, value string) {
	bounds, known := numbered[key]
	if !known {
		return
	}
	for element := range strings.SplitSeq(value, ",") {
		n, err := strconv.Atoi(element)
		size := n
		if bounds.signed {
			size = max(n, -n)
		}
		if err != nil || size < bounds.least || size > bounds.most {
			continue
		}
		if parts[key] != "" {
			parts[key] += ","
		}
		parts[key] += strconv.Itoa(n)
	}
}

var weekdays = []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}

// validDays returns the valid elements of BYDAY: weekdays, and the nth weekday of a month
// or a year where the rule has one.
func validDays(days []string, parts map[string]string) (valid []string) {
	most := 0
	switch {
	case parts["FREQ"] == "MONTHLY" || parts["FREQ"] == "YEARLY" && parts["BYMONTH"] != "":
		most = 5
	case parts["FREQ"] == "YEARLY" && parts["BYWEEKNO"] == "":
		most = 53
	}
	for _, day := range days {
		if len(day) < 2 || !slices.Contains(weekdays, day[len(day)-2:]) {
			continue
		}
		nth, name := day[:len(day)-2], day[len(day)-2:]
		n, err := strconv.Atoi(nth)
		switch {
		case nth == "" || most == 0:
			valid = append(valid, name)
		case err == nil && n != 0 && max(n, -n) <= most:
			valid = append(valid, strconv.Itoa(n)+name)
		}
	}
	return valid
}

// last returns what the event's clock shows at the rule's UNTIL, the end of that day if it
// is a date; zero for a rule without.
func (r rule) last(t timing) time.Time {
	if r.until == "" {
		return time.Time{}
	}
	shown, day, utc, _ := parseTime(r.until)
	switch {
	case day:
		return shown.Add(24*time.Hour - time.Second)
	case utc:
		return shownBy(t.dial, shown)
	}
	return shown
}

// bounded reports whether the next occurrence of a rule is always found soon: rules that
// repeat within the day and also pick days may have none.
func bounded(o rrule.ROption) bool {
	if o.Freq != rrule.HOURLY && o.Freq != rrule.MINUTELY && o.Freq != rrule.SECONDLY {
		return true
	}
	return len(o.Bysetpos)+len(o.Bymonth)+len(o.Bymonthday)+len(o.Byyearday)+len(o.Byweekno)+len(o.Byweekday)+
		len(o.Byhour)+len(o.Byminute)+len(o.Bysecond) == 0
}

// occurrences returns those of a rule up to an end, one at each call.
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

// farYears is by how much rules are followed later than they are meant: the days of the
// calendar come back every 400 years, and the library looks for the next occurrence of a
// rule that has none until the year 9999, which is soon there.
func farYears(end time.Time) int { return 400 * ((9990 - end.Year()) / 400) }
