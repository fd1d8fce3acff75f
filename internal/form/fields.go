package form

import (
	"errors"
	"regexp"
	"time"

	"github.com/google/uuid"
	"github.com/nyaruka/phonenumbers"
)

// MaxName is the maximum length of a first or last name, in characters.
const MaxName = 80

// nameSigns are the characters of people's names besides letters. A full stop within a word is
// not allowed, because mail programs would turn it into a link. The two invisible joiners
// occur in Persian and Indic names.
var (
	nameSigns = regexp.MustCompile(`^[\p{L}\p{M}\p{Zs}.’'‘·‐‑–\x{200C}\x{200D}-]*\p{L}[\p{L}\p{M}\p{Zs}.’'‘·‐‑–\x{200C}\x{200D}-]*$`)
	innerStop = regexp.MustCompile(`\.[\p{L}\p{M}]`)
)

// Name decodes a first or last name. Names appear in mails and SMS, so they must not contain
// anything else, such as links.
func (f *Form) Name(name, required string) string {
	value := f.Text(name, Text{Max: MaxName, Required: required})
	if value != "" && (!nameSigns.MatchString(value) || innerStop.MatchString(value)) {
		f.Fail(name, "Écrivez-le seulement avec des lettres, des espaces, des traits d’union et des apostrophes. Après un point, mettez une espace.")
		return ""
	}
	return value
}

// regions are the regions for numbers without a country code: mainland France first, then
// overseas.
var regions = []string{"FR", "RE", "GP", "MQ", "GF", "YT", "PM", "NC", "PF", "WF"}

// Mobile decodes a mobile number, national or international, into E.164.
func (f *Form) Mobile(name string) string {
	value := f.Text(name, Text{Max: 40, Required: "Écrivez votre numéro de portable, par exemple 06 12 34 56 78."})
	if value == "" {
		return ""
	}
	if number := e164(value, mobile); number != "" {
		return number
	}
	f.Fail(name, "Ce numéro n’est pas celui d’un portable. Exemple : 06 12 34 56 78, ou +262 692 12 34 56.")
	return ""
}

// e164 returns a number that is accepted as E.164; empty for any other.
func e164(value string, accepted func(*phonenumbers.PhoneNumber) bool) string {
	if spoken.MatchString(value) {
		value = separators.ReplaceAllString(value, " ")
	}
	for _, region := range regions {
		number, err := phonenumbers.Parse(value, region)
		if err == nil && phonenumbers.IsValidNumber(number) && accepted(number) {
			return phonenumbers.Format(number, phonenumbers.E164)
		}
	}
	return ""
}

// OptionalPhone decodes the number of any telephone into E.164, for a field that may stay empty.
func (f *Form) OptionalPhone(name string) string {
	value := f.Text(name, Text{Max: 40})
	if value == "" {
		return ""
	}
	number := e164(value, func(*phonenumbers.PhoneNumber) bool { return true })
	if number == "" {
		f.Fail(name, "Ce numéro de téléphone n’existe pas. Exemple\u00a0: 01 40 00 00 00, ou 06 12 34 56 78.")
	}
	return number
}

// OptionalMobile is Mobile for a field that may stay empty.
func (f *Form) OptionalMobile(name string) string {
	if f.Text(name, Text{Max: 40}) == "" {
		return ""
	}
	return f.Mobile(name)
}

// spoken matches a number typed from dictation, with any separators between the digits.
var (
	spoken     = regexp.MustCompile(`^[+0-9\p{Zs},./_;:()'’|*–—-]+$`)
	separators = regexp.MustCompile(`[^+0-9]+`)
)

func mobile(number *phonenumbers.PhoneNumber) bool {
	kind := phonenumbers.GetNumberType(number)
	return kind == phonenumbers.MOBILE || kind == phonenumbers.FIXED_LINE_OR_MOBILE
}

// Date decodes a calendar day (the value of a date input) between the two given days, both
// included, as midnight UTC.
func (f *Form) Date(name string, first, last time.Time, required string) time.Time {
	value := f.Text(name, Text{Max: 10, Required: required})
	if value == "" {
		return time.Time{}
	}
	day, err := time.Parse(time.DateOnly, value)
	if err != nil || day.Before(first) || day.After(last) {
		f.Fail(name, "Cette date n’est pas possible. Choisissez-en une entre le "+
			first.Format("02/01/2006")+" et le "+last.Format("02/01/2006")+".")
		return time.Time{}
	}
	return day
}

// Instant decodes an RFC 3339 instant with any offset into UTC.
func (f *Form) Instant(name, required string) time.Time {
	value := f.Text(name, Text{Max: 40, Required: required})
	if value == "" {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, value)
	if err != nil || at.Year() < 2000 || at.Year() > 2200 {
		f.Fail(name, required)
		return time.Time{}
	}
	return at.UTC()
}

// ID decodes an identifier.
func (f *Form) ID(name, required string) uuid.UUID {
	id, err := ParseID(f.Text(name, Text{Max: 36, Required: required}))
	if err != nil {
		f.Fail(name, required)
	}
	return id
}

// Option is one choice of a list.
type Option struct{ Value, Label string }

// Values returns the values of the options, in order.
func Values(options []Option) []string {
	all := make([]string, len(options))
	for i, o := range options {
		all[i] = o.Value
	}
	return all
}

// ParseID parses an identifier in its standard form of 36 characters (RFC 9562, 4) only.
func ParseID(text string) (uuid.UUID, error) {
	if len(text) != 36 {
		return uuid.Nil, errors.New("not an identifier")
	}
	return uuid.Parse(text)
}
