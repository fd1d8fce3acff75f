package agenda

import "socialdirect/internal/fault"

// Why a slot can no longer be booked.
var (
	ErrBooked = fault.New(fault.Conflict, "Quelqu’un vient de prendre cette heure. Voici ce qui est encore libre.")
	ErrClosed = fault.New(fault.Conflict, "Cette heure n’est plus libre. Voici celles qui le sont encore.")
)
