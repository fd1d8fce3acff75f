// Package pages contains what the pages of accounts share.
package pages

import (
	"errors"
	"net"
	"net/url"
	"strings"

	"socialdirect/account/passwords"
	"socialdirect/account/people"
	"socialdirect/internal/form"
	"socialdirect/web"

	"github.com/google/uuid"
)

// Query returns the query that makes a page lead on to next, or an empty string.
func Query(next string) string {
	if next == "" {
		return ""
	}
	return "?suite=" + url.QueryEscape(next)
}

// LocalPath returns a path of this platform unchanged, and an empty string for a URL that
// leads elsewhere.
func LocalPath(path string) string {
	u, err := url.Parse(path)
	plain := err == nil && u.Scheme == "" && u.Host == "" && u.User == nil
	if !plain || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") || len(path) > 500 {
		return ""
	}
	return path
}

// Place returns the IP address that a request comes from.
func Place(r *web.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// AccountPath returns the path at which an administrator sees an account.
func AccountPath(id uuid.UUID) string { return "/administration/comptes/" + id.String() }

// Refuse shows page again with an act's message beside a field, or beside the password if the
// message is about it. Errors that the person cannot correct are returned unchanged.
func Refuse(f *form.Form, field string, err error, page web.Page) error {
	if errors.Is(err, passwords.ErrWeak) {
		field = "password"
	}
	return f.Refused(field, err, page)
}

// PasswordScript is the script behind the buttons that show a password.
const PasswordScript = "passwords.js"

// PasswordFields is embedded in the pages that have a password field.
type PasswordFields struct{}

// Scripts returns the script that such a page needs.
func (PasswordFields) Scripts() []string { return []string{PasswordScript} }

// EmailConfirmed is the field with which a person keeps an address at their client's domain
// after the warning.
const EmailConfirmed = "email_confirmed"

// ConfirmNext adds that field to the form after the warning, for the next time it is sent.
func ConfirmNext(f *form.Form, err error) {
	if errors.Is(err, people.ErrWorkAddress) {
		f.Set(EmailConfirmed, "1")
	}
}
