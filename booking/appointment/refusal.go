package appointment

import (
	"errors"

	"socialdirect/internal/fault"
)

// Page makes the page that a refused act leads back to, as it is now, with problem above
// it.
type Page func(problem string) (any, error)

// ShowAgain is the fault that leads back to page with why the act was refused. Somebody
// who has seen too much of agendas to be shown one more is told why alone (R45).
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

// Refuse leads back to page where err is one of those refusals, or a bound that was met
// (BoundOf). Any other error is returned unchanged.
func Refuse(err error, page Page, those ...*fault.Fault) error {
	if why := refusal(err, those...); why != nil {
		return ShowAgain(why, page)
	}
	return err
}

// refusal is which of the faults err is, or the bound that was met; nil for none.
func refusal(err error, those ...*fault.Fault) *fault.Fault {
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
