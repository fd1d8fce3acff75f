package appointment

import "socialdirect/internal/fault"

var (
	ErrNotFree = fault.New(fault.Invalid, "Cette heure n’est pas proposée. Choisissez-en une parmi les heures libres.")
)
