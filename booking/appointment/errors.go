package appointment

import (
	"socialdirect/internal/fault"
)

// ErrUnavailable means that the slot cannot be booked.
var ErrUnavailable = fault.New(fault.Invalid, "Cette heure n’est pas proposée. Choisissez-en une parmi les heures libres.")
