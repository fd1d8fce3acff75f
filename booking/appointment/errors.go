package appointment

import (
	"errors"
	"socialdirect/internal/fault"
)

// ErrUnavailable says that an hour is none that can be booked.
var ErrUnavailable = fault.New(fault.Invalid, "Cette heure n’est pas proposée. Choisissez-en une parmi les heures libres.")

// Refusal is which of the faults err is, or the bound that was met; nil for none.
func Refusal(err error, those ...*fault.Fault) *fault.Fault {
	for _, one := range those {
		if errors.Is(err, one) {
			return one
		}
	}
	return BoundOf(err)
}

// BoundOf is the fault of somebody who has, or did, as much as one person may (R47); nil
// for every other error.
func BoundOf(err error) *fault.Fault {
	if errors.Is(err, errFull) || fault.Is(err, fault.Throttled) {
		return fault.From(err)
	}
	return nil
}
