// Package fault defines the errors that packages return for people. A fault has three separate
// parts: the kind of failure (a Code), what the person may read (a French Message without
// personal data that says what to do), and what the operator needs (a Cause, only for the
// log).
//
// Only package server turns a fault into a status and a page.
package fault

import (
	"errors"
	"time"
)

// Code is the kind of a failure. The log shows its string.
type Code string

// The kinds of failures.
const (
	// Invalid: the input cannot be accepted; the form is shown again with messages.
	Invalid Code = "invalid"
	// Unauthenticated: nobody is signed in, or the second factor is missing.
	Unauthenticated Code = "unauthenticated"
	// Forbidden: the role, or the origin of the request, may not do this.
	Forbidden Code = "forbidden"
	// NotFound: it does not exist, or belongs to somebody else: the two must look alike.
	NotFound Code = "not_found"
	// Conflict: somebody else was faster.
	Conflict Code = "conflict"
	// Gone: a token was used, has expired or was altered.
	Gone Code = "gone"
	// TooLarge: the request is larger than any honest one.
	TooLarge Code = "too_large"
	// NotAllowed: the path exists, but not for this method.
	NotAllowed Code = "not_allowed"
	// Unsupported: the content type of the input is not supported.
	Unsupported Code = "unsupported"
	// Throttled: too many tries; RetryAfter says how long to wait.
	Throttled Code = "throttled"
	// Unavailable: a component of the platform does not answer.
	Unavailable Code = "unavailable"
	// Internal: an unexpected error.
	Internal Code = "internal"
)

// Fault is an error with a message that is safe to show.
type Fault struct {
	Code    Code
	Message string // French; shown unchanged; empty: the default text of the code
	Cause   error  // for the log; may be nil

	// RetryAfter is set with Throttled.
	RetryAfter time.Duration

	// Page is shown instead of the plain error page, such as the form with its messages, or the
	// current agenda. Package server renders it if it is a page of package web; nil means the
	// plain one.
	Page any
}

// Error returns the operator's view: the code and the cause, never the message.
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

// Wrap returns a fault with a cause for the log.
func Wrap(code Code, cause error) *Fault {
	return &Fault{Code: code, Cause: cause}
}

// WithPage returns err as a fault that shows page. A fault keeps its code and message; any
// other error becomes Internal.
func WithPage(err error, page any) *Fault {
	f := *From(err)
	f.Page = page
	return &f
}

// From returns the fault in err's chain; an error without one becomes Internal.
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
