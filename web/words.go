package web

import (
	"fmt"
	"html/template"
	"math"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

var (
	weekdays = [...]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}
	months   = [...]string{"", "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}
)

// nbsp is the no-break space of French typography.
const nbsp = "\u00a0"

// Day writes a day in full: "mardi 1er décembre".
func Day(t time.Time) string { return weekdays[t.Weekday()] + " " + dayOfMonth(t) }

func dayOfMonth(t time.Time) string {
	day := fmt.Sprint(t.Day())
	if t.Day() == 1 {
		day = "1er"
	}
	return day + nbsp + months[t.Month()]
}

// Date writes a date with its year: "1er décembre 2026".
func Date(t time.Time) string { return fmt.Sprintf("%s %d", dayOfMonth(t), t.Year()) }

// Month writes a month with its year: "décembre 2026".
func Month(t time.Time) string { return fmt.Sprintf("%s %d", months[t.Month()], t.Year()) }

// Hour writes a time of day: "14 h", "9 h 05".
func Hour(t time.Time) string {
	if t.Minute() == 0 {
		return fmt.Sprintf("%d%sh", t.Hour(), nbsp)
	}
	return fmt.Sprintf("%d%sh%s%02d", t.Hour(), nbsp, nbsp, t.Minute())
}

// DayHour writes a day and a time: "mardi 1er décembre à 14 h".
func DayHour(t time.Time) string { return Day(t) + " à " + Hour(t) }

// zoneNames are the everyday names of the zones of France.
var zoneNames = map[string]string{
	"Europe/Paris":       "heure de Paris",
	"Indian/Reunion":     "heure de La Réunion",
	"Indian/Mayotte":     "heure de Mayotte",
	"America/Guadeloupe": "heure de la Guadeloupe",
	"America/Martinique": "heure de la Martinique",
	"America/Cayenne":    "heure de Guyane",
	"America/Miquelon":   "heure de Saint-Pierre-et-Miquelon",
	"Pacific/Noumea":     "heure de Nouvelle-Calédonie",
	"Pacific/Tahiti":     "heure de Tahiti",
	"Pacific/Wallis":     "heure de Wallis-et-Futuna",
}

// ZoneName returns a zone's everyday name: "heure de Paris".
func ZoneName(zone *time.Location) string {
	if name, ok := zoneNames[zone.String()]; ok {
		return name
	}
	return "heure de " + zone.String()
}

// Both writes an instant in the reader's zone, and in the other person's zone too if the
// clocks differ (R14): "mardi 1er décembre à 14 h (heure de Paris ; 17 h, heure de La
// Réunion)".
func Both(t time.Time, reader, other *time.Location) string {
	both := DayHour(t.In(reader)) + ", " + ZoneName(reader)
	if second := Second(t, reader, other); second != "" {
		both += " (" + second + ", " + ZoneName(other) + ")"
	}
	return both
}

// Second writes an instant in the other person's zone, empty if the clocks agree (R14): "17
// h", or "mercredi 2 décembre à 0 h".
func Second(t time.Time, reader, other *time.Location) string {
	mine, theirs := t.In(reader), t.In(other)
	switch {
	case sameClock(mine, theirs):
		return ""
	case mine.Day() != theirs.Day():
		return DayHour(theirs)
	}
	return Hour(theirs)
}

func sameClock(a, b time.Time) bool {
	_, x := a.Zone()
	_, y := b.Zone()
	return x == y
}

// Small writes a label for use within a sentence: "par vidéo".
func Small(label string) string {
	_, size := utf8.DecodeRuneInString(label)
	return strings.ToLower(label[:size]) + label[size:]
}

// Elide writes a word such as "de" or "que" before a name, elided where French does:
// "de Nadia", "d’Odette", "d’Hélène", "d’Yves", "de Yann".
func Elide(word, name string) string {
	if !elides(name) {
		return word + " " + name
	}
	_, last := utf8.DecodeLastRuneInString(word)
	return word[:len(word)-last] + "’" + name
}

// elides reports whether a word before the name loses its vowel: before a vowel, before a y
// that is one, and before the silent h of French names such as Hélène and Henri.
func elides(name string) bool {
	letters := append([]rune(strings.ToLower(name)), ' ', ' ')
	switch first, second := letters[0], letters[1]; first {
	case 'h':
		return strings.ContainsRune("eéè", second)
	case 'y':
		return !isVowel(second)
	default:
		return isVowel(first)
	}
}

func isVowel(letter rune) bool {
	return strings.ContainsRune("aeiouàâäæéèêëîïôöœùûü", letter)
}

// Initials returns the initials in place of a portrait: "NL".
func Initials(name string) string {
	var letters []rune
	for _, word := range strings.Fields(name) {
		letters = append(letters, []rune(word)[0])
	}
	return strings.ToUpper(string(letters[:min(2, len(letters))]))
}

// InFours writes text that is read aloud or copied by hand in groups of four characters.
func InFours(text, separator string) string {
	var groups []string
	for ; len(text) > 4; text = text[4:] {
		groups = append(groups, text[:4])
	}
	return strings.Join(append(groups, text), separator)
}

// Paragraphs shows text as typed, with its line breaks.
func Paragraphs(text string) template.HTML {
	return template.HTML(strings.ReplaceAll(template.HTMLEscapeString(text), "\n", "<br>"))
}

var link = regexp.MustCompile(`https?://[^\s<>"]+`)

// Linked shows text as typed, with links for its addresses.
func Linked(text string) template.HTML {
	escaped := string(Paragraphs(text))
	return template.HTML(link.ReplaceAllString(escaped, `<a href="$0">$0</a>`))
}

// AccessibilityState is what the declaration of accessibility, and the foot of every page, say.
// A service that was not audited counts as not conforming, however well it does (RGAA; decree
// 2019-768): an audit changes this word, and the criteria on the page.
const AccessibilityState = "non conforme"

func funcs(static *Static) template.FuncMap {
	return template.FuncMap{
		"asset": static.asset, "icon": icon,
		"day": Day, "date": Date, "month": Month, "hour": Hour, "dayHour": DayHour, "both": Both, "second": Second, "zoneName": ZoneName,
		"small": Small, "elide": Elide, "initials": Initials, "paragraphs": Paragraphs, "linked": Linked, "utc": utc, "bytes": Bytes, "wait": Wait,
		"film": film, "transcript": transcript, "accessibility": func() string { return AccessibilityState },
	}
}

// Either writes a list of alternatives: "a, b ou c".
func Either(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " ou " + words[last]
}

// Wait writes a waiting time, rounded up: "12 minutes", "3 heures".
func Wait(d time.Duration) string {
	n, unit := int(math.Ceil(d.Minutes())), "minute"
	if n > 90 {
		n, unit = int(math.Ceil(d.Hours())), "heure"
	}
	if n <= 1 {
		return "1" + nbsp + unit
	}
	return fmt.Sprintf("%d%s%ss", n, nbsp, unit)
}

func utc(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Bytes writes a file's size: "340 ko", "1,2 Mo".
func Bytes(n int64) string {
	if n < 1_000_000 {
		return fmt.Sprintf("%d%sko", max(1, n/1000), nbsp)
	}
	return strings.Replace(fmt.Sprintf("%.1f%sMo", float64(n)/1e6, nbsp), ".", ",", 1)
}
