package appointment

import (
	"socialdirect/internal/fault"
)

// ErrUnavailable says that an hour is none that can be booked.
var ErrUnavailable = fault.New(fault.Invalid, "Cette heure n’est pas proposée. Choisissez-en une parmi les heures libres.")
