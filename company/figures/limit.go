package figures

import (
	"socialdirect/internal/noise"

	"github.com/google/uuid"
)

// epsilon is the rate of all noise: in steps for a figure, in people for a limit.
var epsilon = noise.Epsilon{Num: 1, Den: 2}

// allowed is how many accounts a code with a limit opens; below one, it opens none.
func allowed(key noise.Key, code uuid.UUID, limit int) int {
	return limit + key.Laplace(epsilon, "code", code.String())
}

// UsedUp reports whether a code with that limit (0: none) has no use left.
func UsedUp(key noise.Key, code uuid.UUID, limit, uses int) bool {
	return limit != 0 && uses >= allowed(key, code, limit)
}
