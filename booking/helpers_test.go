package booking_test

import "socialdirect/booking/bookingtest"

var (
	must, want         = bookingtest.Must, bookingtest.WantFault
	hour, inParis      = bookingtest.Hour, bookingtest.InParis
	tuesday, monday    = bookingtest.Tuesday, bookingtest.Monday
	request, requestAt = bookingtest.Request, bookingtest.RequestAt
	weekly, once       = bookingtest.Weekly, bookingtest.Once
)
