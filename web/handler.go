package web

import (
	"context"
	"net/http"
	"strconv"

	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Request is a request to a route, with its viewer.
type Request struct {
	*http.Request
	Viewer  *viewer.Viewer // nil if nobody is signed in
	Cookies Cookies        // sets the cookies of the answer
}

// Handler answers one route: it writes a success itself, or returns one error, which package
// server turns into a status and a page.
type Handler func(w http.ResponseWriter, r *Request) error

// FormHandler answers one route that receives a form. It decodes the fields of f itself.
type FormHandler func(w http.ResponseWriter, r *Request, f *form.Form) error

// WithContext returns the same request with another context (http.Request.WithContext).
func (r *Request) WithContext(ctx context.Context) *Request {
	return &Request{Request: r.Request.WithContext(ctx), Viewer: r.Viewer, Cookies: r.Cookies}
}

// PathID parses the identifier in a part of the path; it fails with NotFound if it is invalid.
func (r *Request) PathID(name string) (uuid.UUID, error) {
	id, err := form.ParseID(r.PathValue(name))
	if err != nil {
		return uuid.Nil, fault.Wrap(fault.NotFound, err)
	}
	return id, nil
}

// maxPage is the last page of a list that can be requested.
const maxPage = 1000

// PageNumber returns the requested page of a list, 0 for the first.
func (r *Request) PageNumber() int {
	n, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || n < 1 || n > maxPage {
		return 0
	}
	return n - 1
}

// Neighbours returns the addresses of the previous and next pages; empty if there is none.
func (r *Request) Neighbours(page int, more bool) (previous, next string) {
	if page > 0 {
		previous = r.pageAddress(page - 1)
	}
	if more {
		next = r.pageAddress(page + 1)
	}
	return previous, next
}

func (r *Request) pageAddress(page int) string {
	query := r.URL.Query()
	query.Set("page", strconv.Itoa(page+1))
	return r.URL.Path + "?" + query.Encode()
}
