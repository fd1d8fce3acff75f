package profile_test

import "socialdirect/booking/bookingtest"

var must, wantFault = bookingtest.Must, bookingtest.WantFault
