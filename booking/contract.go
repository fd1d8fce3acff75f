package booking

import (
	"slices"

	"socialdirect/booking/slot"
)

// within is the sheet as somebody with these modes sees it; ok is false when the
// worker offers none of them.
func (w SocialWorker) within(allowed []slot.Mode) (sheet SocialWorker, ok bool) {
	w.Modes = slices.DeleteFunc(slices.Clone(w.Modes), func(m slot.Mode) bool { return !slices.Contains(allowed, m) })
	if !slices.Contains(w.Modes, slot.InPerson) {
		w.Places = nil
	}
	return w, len(w.Modes) > 0
}
