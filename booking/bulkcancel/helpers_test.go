package bulkcancel_test

import "socialdirect/booking/bookingtest"

var (
	must, want = bookingtest.Must, bookingtest.WantFault
	hour       = bookingtest.Hour
)
