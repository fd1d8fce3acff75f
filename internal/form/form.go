// Package form decodes submitted forms: bounded in size, field by field, with a French message
// at each field that cannot be accepted. The form is shown again with what was typed.
//
// Characters that no keyboard produces (NUL, control characters, invalid UTF-8, marks that
// change the direction of writing) are refused with a message and removed from the field, so
// that submitting again is enough. A value that is too long is shown again as empty, and a
// secret never is.
package form

import (
	"context"
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

// MaxBytes is the maximum size of an ordinary form; a larger one is answered with 413.
const MaxBytes = 64 << 10

// drainBytes bounds how much of an oversized body is read and discarded, so that the browser
// gets to read the answer.
const drainBytes = 64 << 20

// Form is a decoded form: values that may be shown again, and messages at its fields.
type Form struct {
	raw     url.Values
	values  map[string]string
	message map[string]string
	order   []string // names of fields with a message, in the order of the checks
	refill  bool     // see Refill
}

// refill is the context key of Refill.
type refill struct{}

// Refill returns a context in which a parsed form is never valid, so that its page is shown
// filled in and its act is not called.
func Refill(ctx context.Context) context.Context { return context.WithValue(ctx, refill{}, true) }

// Message is the message at one field.
type Message struct{ Name, Message string }

// New returns a form with the given initial values.
func New(values map[string]string) *Form {
	f := empty(nil)
	for name, value := range values {
		f.values[name] = value
	}
	return f
}

// Filled returns a form with initial values, several for fields such as ticked boxes.
func Filled(values url.Values) *Form {
	f := empty(values)
	for name, all := range values {
		if len(all) > 0 {
			f.values[name] = all[0]
		}
	}
	return f
}

// FromValues returns a form of values that were already parsed.
func FromValues(values url.Values) *Form { return empty(values) }

func empty(raw url.Values) *Form {
	return &Form{raw: raw, values: map[string]string{}, message: map[string]string{}}
}

// Parse parses the body of a POST. It fails with TooLarge beyond MaxBytes, and with Invalid if
// the body is not a form.
func Parse(r *http.Request) (*Form, error) { return ParseLong(r, MaxBytes) }

// ParseLong is Parse with another maximum size, for a form with a long text.
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
	f := empty(values)
	f.refill = r.Context().Value(refill{}) != nil
	return f, nil
}

// Drain discards the rest of an oversized body, up to a limit, and returns the fault to answer
// with.
func Drain(body io.Reader) error {
	_, err := io.CopyN(io.Discard, body, drainBytes)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return &fault.Fault{Code: fault.TooLarge, Cause: err}
}

// Value returns the field's value for showing the form again.
func (f *Form) Value(name string) string {
	if f == nil {
		return ""
	}
	return f.values[name]
}

// Is reports whether the field has the value; templates use it to mark the choice.
func (f *Form) Is(name, value string) bool { return f.Value(name) == value }

// Has reports whether the field, which may be sent several times, was sent with value.
func (f *Form) Has(name, value string) bool {
	return f != nil && slices.Contains(f.raw[name], value)
}

// Error returns the message at the field, empty if there is none.
func (f *Form) Error(name string) string {
	if f == nil {
		return ""
	}
	return f.message[name]
}

// Errors returns all messages in the order of the checks.
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

// Valid reports whether no field has a message, and the form is not only shown again (Refill).
func (f *Form) Valid() bool { return len(f.order) == 0 && !f.refill }

// Sent reports whether the browser sent the field.
func (f *Form) Sent(name string) bool { return f.raw.Has(name) }

// Fail adds a message to a field, unless it has one already.
func (f *Form) Fail(name, message string) {
	if f.message[name] == "" {
		f.message[name] = message
		f.order = append(f.order, name)
	}
}

// Set replaces the field's value for showing the form again.
func (f *Form) Set(name, value string) { f.values[name] = value }

// Invalid returns the fault that shows page with the form's messages.
func (f *Form) Invalid(page any) error {
	return &fault.Fault{Code: fault.Invalid, Page: page}
}

// Text is the rule for a text field.
type Text struct {
	Max      int    // maximum length in characters
	Required string // the message if the field is empty; empty: the field is optional
	Lines    bool   // line breaks are allowed
}

// Text decodes one field: trimmed, NFC, bounded and clean. It returns an empty text if the
// field has a message.
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

// Hidden decodes a field that people do not type: it returns an empty value, without a
// message, if the value is too long or not clean.
func (f *Form) Hidden(name string, max int) string {
	value := f.raw.Get(name)
	if len(value) > max || clean(value, false) != value {
		return ""
	}
	f.values[name] = value
	return value
}

// clean removes characters that no keyboard produces.
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

// turnsWriting reports whether r invisibly changes the direction of writing (Unicode
// Bidirectional Algorithm, UAX #9, explicit marks).
func turnsWriting(r rune) bool {
	return r == '\u200e' || r == '\u200f' || r == '\u061c' ||
		(r >= '\u202a' && r <= '\u202e') || (r >= '\u2066' && r <= '\u2069')
}

// Secret decodes a password or a one-time code unchanged except NFC: any Unicode but NUL and
// invalid UTF-8, at most max characters. It is never shown again.
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

// Ticked decodes an optional box.
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

// Choices decodes a field that may be sent several times; each value must be allowed, and at
// least one is required.
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
