package calendar

import (
	"regexp"
	"slices"
	"strings"

	ics "github.com/arran4/golang-ical"
)

// componentName is what BEGIN and END name (3.6). A raw line such as "End: 10 h" in a
// description that was not folded is no structure.
var componentName = regexp.MustCompile(`^[A-Za-z0-9-]+\s*$`)

// structure returns the component that a line begins or ends; ok is false for any other
// line.
func structure(line string) (keyword, component string, ok bool) {
	name, value, found := strings.Cut(line, ":")
	keyword = strings.ToUpper(name)
	if !found || keyword != "BEGIN" && keyword != "END" || !componentName.MatchString(value) {
		return "", "", false
	}
	return keyword, strings.ToUpper(strings.TrimSpace(value)), true
}

// timeProperties are the properties whose value is one or several times.
var timeProperties = []string{"DTSTART", "DTEND", "EXDATE", "RDATE", "RECURRENCE-ID"}

// parseLine reads a property, nil where there is none. The library sees the name and the
// parameters alone: for each parameter it takes as much memory as all that it is given.
func parseLine(line string) *ics.BaseProperty {
	head := headOf(line)
	if len(head) == len(line) || len(head) > maxHead {
		return nil
	}
	property, err := ics.ParseProperty(ics.ContentLine(quoteParameters(head) + ":"))
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

// headOf returns the part of a line before the colon that precedes its value. That is the
// first one outside quotes (3.1). Programs also write colons in parameters without quotes
// (TZID=GMT+05:30), so that a property of times has its value where times are, and one of
// an address where the address is.
func headOf(line string) string {
	name, _, _ := strings.Cut(line[:min(len(line), maxHead)], ";")
	first := len(line)
	for i := range colons(line) {
		first = min(first, i)
		switch {
		case slices.Contains(timeProperties, strings.ToUpper(name)) && isTimes(line[i+1:]),
			strings.EqualFold(name, "ATTENDEE") && hasPrefixFold(line[i+1:], "mailto:"):
			return line[:i]
		}
	}
	return line[:first]
}

// colons yields where a line has colons outside quotes; all colons if quotes are not
// closed.
func colons(line string) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		quoted, closed := false, strings.Count(line[:min(len(line), maxHead+1)], `"`)%2 == 0
		for i := range min(len(line), maxHead+1) {
			switch {
			case line[i] == '"':
				quoted = closed && !quoted
			case line[i] == ':' && !quoted && !yield(i):
				return
			}
		}
	}
}

func hasPrefixFold(text, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}

// isTimes reports whether a value begins with a time or a period.
func isTimes(value string) bool {
	first, _, _ := strings.Cut(value, ",")
	first, _, _ = strings.Cut(first, "/")
	_, _, _, ok := parseTime(first)
	return ok
}

// quoteParameters quotes the values of parameters that need it (3.2) and that programs
// write without quotes: TZID=(UTC+01:00) Paris, Madrid.
func quoteParameters(head string) string {
	if strings.Count(head, `"`)%2 == 1 { // one is not closed
		head = strings.ReplaceAll(head, `"`, "")
	}
	parts := splitUnquoted(head, ';')
	merged := parts[:1]
	for _, part := range parts[1:] {
		if !strings.Contains(part, "=") { // the semicolon belongs to the value before
			merged[len(merged)-1] += ";" + part
			continue
		}
		merged = append(merged, part)
	}
	for i, part := range merged {
		key, value, found := strings.Cut(part, "=")
		if found && strings.ContainsAny(value, ",:;") && !strings.HasPrefix(value, `"`) {
			merged[i] = key + `="` + strings.ReplaceAll(value, `"`, "") + `"`
		}
	}
	return strings.Join(merged, ";")
}

// splitUnquoted splits at a separator outside quotes.
func splitUnquoted(text string, separator byte) (parts []string) {
	quoted, from := false, 0
	for i := range len(text) {
		switch {
		case text[i] == '"':
			quoted = !quoted
		case text[i] == separator && !quoted:
			parts, from = append(parts, text[from:i]), i+1
		}
	}
	return append(parts, text[from:])
}

func parameter(p *ics.BaseProperty, name string) string {
	for key, values := range p.ICalParameters {
		if strings.EqualFold(key, name) && len(values) > 0 {
			return values[0]
		}
	}
	return ""
}
