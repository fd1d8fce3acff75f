package notify_test

import (
	"testing"

	"socialdirect/booking/bookingtest"
)

// postOffice is a post office with helpers of these tests.
type postOffice struct{ *bookingtest.PostOffice }

func newPostOffice(t testing.TB) postOffice {
	t.Helper()
	return postOffice{bookingtest.NewPostOffice(t)}
}

var must = bookingtest.Must
