package web

import (
	"fmt"
	"strings"
	"text/template"
)

// Notices are the texts of e-mails: templates/notices/NAME.txt, whose first
// line is the subject and whose rest, after an empty line, is the body. They are
// worded so that someone who reads over a shoulder learns nothing (R21).
type Notices struct {
	all   *template.Template
	phone Phone
	base  string
}

// NewNotices parses every notice. base is the platform's public address, without
// a slash at its end.
func NewNotices(base string, phone Phone) (*Notices, error) {
	funcs := template.FuncMap{"date": Date, "dayHour": DayHour, "both": Both, "hour": Hour}
	all, err := template.New("").Funcs(funcs).ParseFS(files, "templates/notices/*.txt")
	if err != nil {
		return nil, fmt.Errorf("notices: %w", err)
	}
	return &Notices{all: all, phone: phone, base: base}, nil
}

// Has reports whether there is a notice of that name.
func (n *Notices) Has(name string) bool { return n.all.Lookup(name+".txt") != nil }

// Write returns the subject and the body of a notice.
func (n *Notices) Write(name string, data any) (subject, body string, err error) {
	text, err := n.Text(name, data)
	subject, body, _ = strings.Cut(text, "\n")
	return strings.TrimSpace(subject), strings.TrimSpace(body) + "\n", err
}

// Text returns a notice that has no subject, an SMS. Its template keeps to the
// letters of GSM 03.38 (no typographic apostrophe or space): with others a message
// holds 70 characters in place of 160.
func (n *Notices) Text(name string, data any) (string, error) {
	var out strings.Builder
	err := n.all.ExecuteTemplate(&out, name+".txt", struct {
		Base  string
		Phone Phone
		Data  any
	}{n.base, n.phone, data})
	if err != nil {
		return "", fmt.Errorf("notice %s: %w", name, err)
	}
	return strings.TrimSpace(out.String()), nil
}
