// Package form decodes what a browser sends: bounded in size, field by field,
// with a French message beside each field that cannot be accepted and what was
// typed kept for the next try.
//
// Bytes that no keyboard makes (NUL, control characters, invalid UTF-8, marks
// that turn the direction of writing) are refused with a message, and the field
// comes back without them, so that pressing the button again is enough. A value
// that is too long comes back empty. A secret never comes back.
package form

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"socialdirect/internal/fault"

	"golang.org/x/text/unicode/norm"
)

// MaxBytes bounds an ordinary form; a larger one is answered 413.
const MaxBytes = 64 << 10

// drainBytes bounds what is read and thrown away of an over-long body, so that
// the browser gets to read the answer.
const drainBytes = 64 << 20

// Form is a decoded form: the values as they may be shown again, and the
// messages beside them.
type Form struct {
	raw     url.Values
	values  map[string]string
	message map[string]string
	order   []string // names with a message, in the order of the checks
}

// Message is what is said beside one field.
type Message struct{ Name, Message string }

// New returns a form with the given starting values, for a page shown first.
func New(values map[string]string) *Form {
	f := empty(nil)
	for name, value := range values {
		f.values[name] = value
	}
	return f
}

// Filled returns a form whose fields start from values, some of them several
// times over (boxes that are ticked already).
func Filled(values url.Values) *Form {
	f := empty(values)
	for name, all := range values {
		if len(all) > 0 {
			f.values[name] = all[0]
		}
	}
	return f
}

// FromValues returns a form over values that were already read.
func FromValues(values url.Values) *Form { return empty(values) }

func empty(raw url.Values) *Form {
	return &Form{raw: raw, values: map[string]string{}, message: map[string]string{}}
}

// Parse reads the body of a POST. It fails with a fault: TooLarge over
// MaxBytes, Invalid when the body is not a form at all.
func Parse(r *http.Request) (*Form, error) { return ParseLong(r, MaxBytes) }

// ParseLong is Parse for a form that holds a whole text, with its own bound.
func ParseLong(r *http.Request, most int) (*Form, error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/x-www-form-urlencoded" {
		return nil, fault.Wrap(fault.Invalid, fmt.Errorf("content type %q", kind))
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, int64(most)+1))
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err)
	}
	if len(body) > most {
		return nil, Drain(r.Body)
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err)
	}
	return empty(values), nil
}

// Drain throws away what is left of an over-long body, within a bound, and
// returns the fault to answer with.
func Drain(body io.Reader) error {
	_, err := io.CopyN(io.Discard, body, drainBytes)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return &fault.Fault{Code: fault.TooLarge, Cause: err}
}

// Value returns what the field shows again.
func (f *Form) Value(name string) string {
	if f == nil {
		return ""
	}
	return f.values[name]
}

// Is reports whether the field holds value; templates mark the choice with it.
func (f *Form) Is(name, value string) bool { return f.Value(name) == value }

// Has reports whether the field, one that may be sent several times, was sent
// with value.
func (f *Form) Has(name, value string) bool {
	return f != nil && slices.Contains(f.raw[name], value)
}

// Error returns the message beside the field, empty when there is none.
func (f *Form) Error(name string) string {
	if f == nil {
		return ""
	}
	return f.message[name]
}

// Errors returns every message in the order of the checks.
func (f *Form) Errors() []Message {
	if f == nil {
		return nil
	}
	all := make([]Message, 0, len(f.order))
	for _, name := range f.order {
		all = append(all, Message{name, f.message[name]})
	}
	return all
}

// Valid reports whether no field has a message.
func (f *Form) Valid() bool { return len(f.order) == 0 }

// Sent reports whether the browser sent the field at all.
func (f *Form) Sent(name string) bool { return f.raw.Has(name) }

// Fail puts a message beside a field; the first one said stays.
func (f *Form) Fail(name, message string) {
	if f.message[name] == "" {
		f.message[name] = message
		f.order = append(f.order, name)
	}
}

// Set replaces what the field shows again.
func (f *Form) Set(name, value string) { f.values[name] = value }

// Invalid returns the fault that shows page again with the form's messages.
func (f *Form) Invalid(page any) error {
	return &fault.Fault{Code: fault.Invalid, Page: page}
}

// Text says what a field may hold.
type Text struct {
	Max      int    // characters
	Required string // the message when empty; empty means that it may be
	Lines    bool   // line breaks are allowed
}

// Text decodes one field: trimmed, NFC, bounded, clean. The value is empty when
// the field has a message.
func (f *Form) Text(name string, rule Text) string {
	value := f.raw.Get(name)
	clean := clean(value, rule.Lines)
	shown := strings.TrimSpace(norm.NFC.String(clean))
	if n := utf8.RuneCountInString(shown); n > rule.Max {
		f.Fail(name, fmt.Sprintf("C’est trop long : %d caractères au plus. Écrivez plus court.", rule.Max))
		return ""
	}
	f.values[name] = shown
	switch {
	case clean != strings.ReplaceAll(value, "\r\n", "\n"):
		f.Fail(name, "Nous avons retiré des caractères invisibles ou abîmés. Vérifiez ce champ, puis envoyez de nouveau.")
	case shown == "" && rule.Required != "":
		f.Fail(name, rule.Required)
	default:
		return shown
	}
	return ""
}

// Hidden decodes a field that nobody types: a value that is too long or not
// clean is no value, without a message.
func (f *Form) Hidden(name string, max int) string {
	value := f.raw.Get(name)
	if len(value) > max || clean(value, false) != value {
		return ""
	}
	f.values[name] = value
	return value
}

// clean drops what no keyboard makes.
func clean(s string, lines bool) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && lines:
			return r
		case r == '\t' && lines:
			return r
		case unicode.IsControl(r), turnsWriting(r), r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
}

// turnsWriting reports the marks that change the direction of writing without
// being seen (Unicode Bidirectional Algorithm, UAX #9, explicit marks).
func turnsWriting(r rune) bool {
	return r == '\u200e' || r == '\u200f' || r == '\u061c' ||
		(r >= '\u202a' && r <= '\u202e') || (r >= '\u2066' && r <= '\u2069')
}

// Secret decodes a password or a one-time code as typed: any Unicode but NUL
// and invalid UTF-8, at most max characters, NFC. It is never shown again.
func (f *Form) Secret(name string, max int, required string) string {
	value := f.raw.Get(name)
	switch {
	case value == "":
		f.Fail(name, required)
	case !utf8.ValidString(value) || strings.ContainsRune(value, 0):
		f.Fail(name, "Ce champ contient des caractères abîmés. Retapez-le.")
	case utf8.RuneCountInString(value) > max:
		f.Fail(name, fmt.Sprintf("C’est trop long : %d caractères au plus.", max))
	default:
		return norm.NFC.String(value)
	}
	return ""
}

// Checked decodes a box that must be ticked.
func (f *Form) Checked(name, required string) bool {
	if f.Ticked(name) {
		return true
	}
	f.Fail(name, required)
	return false
}

// Ticked decodes a box that may be ticked.
func (f *Form) Ticked(name string) bool {
	value := f.raw.Get(name)
	ticked := value != "" && value != "0" && value != "false"
	if ticked {
		f.values[name] = "1"
	}
	return ticked
}

// Choice decodes one of the allowed values.
func (f *Form) Choice(name string, allowed []string, message string) string {
	value := f.raw.Get(name)
	if !slices.Contains(allowed, value) {
		f.Fail(name, message)
		return ""
	}
	f.values[name] = value
	return value
}

// Choices decodes a field that may be sent several times; each must be allowed
// and one at least is needed.
func (f *Form) Choices(name string, allowed []string, message string) []string {
	var chosen []string
	for _, option := range allowed {
		if slices.Contains(f.raw[name], option) {
			chosen = append(chosen, option)
		}
	}
	for _, sent := range f.raw[name] {
		if !slices.Contains(allowed, sent) {
			chosen = nil
		}
	}
	if len(chosen) == 0 {
		f.Fail(name, message)
	}
	return chosen
}
