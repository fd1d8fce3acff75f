package embedded

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // decodes character sets other than UTF-8
	"github.com/emersion/go-message/mail"
)

// Mail is a mail as a person reads it: headers decoded, text in UTF-8.
type Mail struct {
	Name        string // the file's name
	From, To    string // "Name <address>", several recipients separated by commas
	Subject     string
	Date        time.Time // from the header; zero if missing
	Text        string    // the first text/plain part; the whole file if it is not a mail
	HTML        string    // the first text/html part; empty if there is none
	Attachments []MailPart
}

// MailPart is any part of a mail except its text.
type MailPart struct {
	Name string // the file's name, empty for an alternative of the text
	Type string // "text/calendar", without parameters
	Data []byte
}

// ReadMails reads the mails in dir, latest first.
func ReadMails(dir string) ([]Mail, error) {
	paths, err := filepath.Glob(filepath.Join(globLiteral(dir), "[0-9]*"+mailExtension))
	if err != nil {
		return nil, err
	}
	mails := make([]Mail, 0, len(paths))
	for _, path := range slices.Backward(paths) {
		m, err := ReadMail(path)
		if err != nil {
			return nil, err
		}
		mails = append(mails, m)
	}
	return mails, nil
}

// ReadMail reads one mail. What cannot be parsed is returned as text; only a file that cannot
// be read is an error.
func ReadMail(path string) (Mail, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return Mail{}, err
	}
	m := Mail{Name: filepath.Base(path)}
	r, err := mail.CreateReader(bytes.NewReader(raw))
	if err != nil && !message.IsUnknownCharset(err) {
		m.Text = string(raw)
		return m, nil
	}
	m.readHeader(&r.Header)
	if err := m.readParts(r); err != nil {
		m.Text = string(raw)
	}
	return m, nil
}

func (m *Mail) readHeader(h *mail.Header) {
	m.From, m.To = addresses(h, "From"), addresses(h, "To")
	m.Subject, _ = h.Subject()
	m.Date, _ = h.Date()
}

// addresses returns a header's addresses as text, or the raw header if it cannot be parsed.
func addresses(h *mail.Header, key string) string {
	list, err := h.AddressList(key)
	if err != nil {
		return h.Get(key)
	}
	words := make([]string, len(list))
	for i, a := range list {
		words[i] = a.Address
		if a.Name != "" {
			words[i] = fmt.Sprintf("%s <%s>", a.Name, a.Address)
		}
	}
	return strings.Join(words, ", ")
}

func (m *Mail) readParts(r *mail.Reader) error {
	hasText, hasHTML := false, false
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !message.IsUnknownCharset(err) {
			return err
		}
		data, err := io.ReadAll(part.Body)
		if err != nil {
			return err
		}
		p := describePart(part.Header)
		if !hasText && p.Type == "text/plain" && p.Name == "" {
			m.Text, hasText = strings.ReplaceAll(string(data), "\r\n", "\n"), true
			continue
		}
		if !hasHTML && p.Type == "text/html" && p.Name == "" {
			m.HTML, hasHTML = string(data), true
			continue
		}
		p.Data = data
		m.Attachments = append(m.Attachments, p)
	}
}

func describePart(header mail.PartHeader) MailPart {
	var p MailPart
	switch h := header.(type) {
	case *mail.InlineHeader:
		p.Type, _, _ = h.ContentType()
	case *mail.AttachmentHeader:
		p.Type, _, _ = h.ContentType()
		p.Name, _ = h.Filename()
	}
	return p
}

// globLiteral returns a pattern that matches only path.
func globLiteral(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
