// Package fault is the one vocabulary of errors that cross a package boundary
// on their way to a person. A fault says three things apart: what kind of
// failure it is (a Code), what the person may read (a French Message that holds
// no personal data and says what to do), and what the operator needs (a Cause,
// for the log alone).
//
// Only package server turns a fault into a status and a page.
package fault

import (
	"errors"
	"time"
)

// Code is the kind of a failure. Its string is what the log shows.
type Code string

// The kinds of failure a person can meet.
const (
	// Invalid: what was sent cannot be accepted; the form comes back with messages.
	Invalid Code = "invalid"
	// Unauthenticated: nobody is signed in, or not far enough (second factor).
	Unauthenticated Code = "unauthenticated"
	// Forbidden: the role, or the origin of the request, may not do this.
	Forbidden Code = "forbidden"
	// NotFound: no such thing, or somebody else's: the two look alike.
	NotFound Code = "not_found"
	// Conflict: somebody else was faster.
	Conflict Code = "conflict"
	// Gone: a token that was used, has expired or was altered.
	Gone Code = "gone"
	// TooLarge: the request is bigger than any honest one.
	TooLarge Code = "too_large"
	// NotAllowed: the address is there, and does something else.
	NotAllowed Code = "not_allowed"
	// Unsupported: what was sent is of a type that is not read.
	Unsupported Code = "unsupported"
	// Throttled: too many tries; RetryAfter says when to come back.
	Throttled Code = "throttled"
	// Unavailable: a part of the platform does not answer.
	Unavailable Code = "unavailable"
	// Internal: everything that should not have happened.
	Internal Code = "internal"
)

// Fault is an error with a message that is safe to show.
type Fault struct {
	Code    Code
	Message string // French; shown as it is; empty where the code's own words do
	Cause   error  // for the log; may be nil

	// RetryAfter is set with Throttled.
	RetryAfter time.Duration

	// Page is the page to show in place of the plain error page: the form with
	// its messages, the agenda that is true now. Package server renders it when
	// it is a page of package web; nil asks for the plain one.
	Page any
}

// Error gives the operator's view: the code and the cause, never the message.
func (f *Fault) Error() string {
	if f.Cause == nil {
		return string(f.Code)
	}
	return string(f.Code) + ": " + f.Cause.Error()
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Cause }

// New returns a fault of the given kind with a message for the person.
func New(code Code, message string) *Fault {
	return &Fault{Code: code, Message: message}
}

// Wrap returns a fault whose cause goes to the log.
func Wrap(code Code, cause error) *Fault {
	return &Fault{Code: code, Cause: cause}
}

// WithPage returns err as a fault that shows page. A fault keeps its code and
// message; any other error becomes Internal.
func WithPage(err error, page any) *Fault {
	f := *From(err)
	f.Page = page
	return &f
}

// From finds the fault in err's chain; an error that holds none is Internal.
func From(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return Wrap(Internal, err)
}

// Is reports whether err is a fault of the given kind.
func Is(err error, code Code) bool {
	var f *Fault
	return errors.As(err, &f) && f.Code == code
}
