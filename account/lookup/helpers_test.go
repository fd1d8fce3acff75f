package lookup_test

import "socialdirect/booking/bookingtest"

var must = bookingtest.Must
