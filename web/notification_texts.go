package web

import (
	"fmt"
	"strings"
	"text/template"
)

// NotificationTexts are the texts of mails and SMS, in templates/notifications. The first line
// of NAME.txt is the subject; the body follows an empty line. They reveal nothing to somebody
// who glances at the screen (R21).
type NotificationTexts struct {
	all   *template.Template
	phone Phone
	base  string
}

// NewNotificationTexts parses all texts. base is the platform's public address, without a
// slash at the end.
func NewNotificationTexts(base string, phone Phone) (*NotificationTexts, error) {
	funcs := template.FuncMap{"date": Date, "dayHour": DayHour, "both": Both, "hour": Hour, "elide": Elide}
	all, err := template.New("").Funcs(funcs).ParseFS(files, "templates/notifications/*.txt")
	if err != nil {
		return nil, fmt.Errorf("notification texts: %w", err)
	}
	phone.Display = phone.Reached() // a mail is read at any hour
	return &NotificationTexts{all: all, phone: phone, base: base}, nil
}

// Has reports whether there is a text of that name.
func (t *NotificationTexts) Has(name string) bool { return t.all.Lookup(name+".txt") != nil }

// Write returns the subject and the body of a mail.
func (t *NotificationTexts) Write(name string, data any) (subject, body string, err error) {
	text, err := t.Text(name, data)
	subject, body, _ = strings.Cut(text, "\n")
	return strings.TrimSpace(subject), strings.TrimSpace(body) + "\n", err
}

// Stoppable returns the address that stops mails of a kind (R21), and a mail's body with that
// link below it.
func (t *NotificationTexts) Stoppable(body, token string) (address, longer string, err error) {
	address = t.base + "/desinscription?token=" + token
	below, err := t.Text("below", struct{ Stop string }{address})
	return address, body + "\n" + below + "\n", err
}

// Text returns the text of an SMS, which has no subject. Its template uses only characters of
// GSM 03.38 (no typographic apostrophe or space): with others, a message has 70 characters
// instead of 160.
func (t *NotificationTexts) Text(name string, data any) (string, error) {
	var out strings.Builder
	err := t.all.ExecuteTemplate(&out, name+".txt", struct {
		Base  string
		Phone Phone
		Data  any
	}{t.base, t.phone, data})
	if err != nil {
		return "", fmt.Errorf("notification text %s: %w", name, err)
	}
	return strings.TrimSpace(out.String()), nil
}
