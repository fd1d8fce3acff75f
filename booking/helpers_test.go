package booking_test

import "socialdirect/booking/bookingtest"

var (
	must, want      = bookingtest.Must, bookingtest.WantFault
	hour, inParis   = bookingtest.Hour, bookingtest.InParis
	tuesday, monday = bookingtest.Tuesday, bookingtest.NextMonday
	request, weekly = bookingtest.Request, bookingtest.Weekly
)
