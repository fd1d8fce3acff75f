// Package pages is what the pages of accounts share.
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

// Query has a page lead on to another one, empty for none.
func Query(next string) string {
	if next == "" {
		return ""
	}
	return "?suite=" + url.QueryEscape(next)
}

// LocalPath keeps a path of this platform and nothing else: an address that
// leads elsewhere is dropped.
func LocalPath(path string) string {
	u, err := url.Parse(path)
	plain := err == nil && u.Scheme == "" && u.Host == "" && u.User == nil
	if !plain || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") || len(path) > 500 {
		return ""
	}
	return path
}

// Place is the network address that a request comes from.
func Place(r *web.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// AccountPath is where an administrator sees an account.
func AccountPath(id uuid.UUID) string { return "/administration/comptes/" + id.String() }

// Refuse shows page again with an act's message beside a field, or beside the password
// that it is about; what the person cannot mend is returned unchanged.
func Refuse(f *form.Form, field string, err error, page web.Page) error {
	if errors.Is(err, passwords.ErrWeak) {
		field = "password"
	}
	return f.Refused(field, err, page)
}

// EmailConfirmed is the field that says that the person was told of their client's own
// address, and keeps it.
const EmailConfirmed = "email_confirmed"

// ConfirmNext has the form say so when it is sent again.
func ConfirmNext(f *form.Form, err error) {
	if errors.Is(err, people.ErrWorkAddress) {
		f.Set(EmailConfirmed, "1")
	}
}
