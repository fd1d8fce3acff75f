package appointment

import (
	"errors"

	"socialdirect/internal/fault"
)

// Page makes the page that is shown again when an act is refused, in its current state and
// with problem above it.
type Page func(problem string) (any, error)

// ShowAgain returns a fault that shows page again with the reason of the refusal. If the
// viewer reached the view limit (R45), it shows only the reason.
func ShowAgain(why *fault.Fault, page Page) error {
	shown, err := page(why.Message)
	if fault.Is(err, fault.Throttled) {
		return why
	}
	if err != nil {
		return err
	}
	return fault.WithPage(why, shown)
}

// Refuse shows page again if err is one of those refusals, or a reached bound (BoundOf). Any
// other error is returned unchanged.
func Refuse(err error, page Page, those ...*fault.Fault) error {
	if why := refusal(err, those...); why != nil {
		return ShowAgain(why, page)
	}
	return err
}

// refusal returns which of the faults err is, or the reached bound; nil for none.
func refusal(err error, those ...*fault.Fault) *fault.Fault {
	for _, one := range those {
		if errors.Is(err, one) {
			return one
		}
	}
	return BoundOf(err)
}

// BoundOf returns the fault if err says that a person reached a bound of R47; nil for every
// other error.
func BoundOf(err error) *fault.Fault {
	if errors.Is(err, errFull) || fault.Is(err, fault.Throttled) {
		return fault.From(err)
	}
	return nil
}
