package appointment

import (
	"socialdirect/internal/fault"
)

// ErrNotFree says that an hour is none that can be booked.
var ErrNotFree = fault.New(fault.Invalid, "Cette heure n’est pas proposée. Choisissez-en une parmi les heures libres.")
