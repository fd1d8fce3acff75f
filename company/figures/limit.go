package figures

import (
	"socialdirect/internal/noise"

	"github.com/google/uuid"
)

// epsilon is the rate of all noise: in steps for a figure, in people for a limit.
var epsilon = noise.Epsilon{Num: 1, Den: 2}

// The limit of a code is what a manager who acts would count with: nine accounts of
// their own, the tenth use given to one person, and a look whether the code still
// works. So a code opens its limit and k more accounts, k being drawn once from the
// code's identifier, whoever set the limit; a code that takes its place has another
// identifier, and counts anew.
//
// Why one draw is enough, however often somebody looks: uses only rise, by one. All
// that looking ever tells is at which use the code ends, which is one number: limit
// and k, less one if the person used it. Noise in people of ε = 0.5 makes any such
// number at most e^0.5 times as likely with the person as without them. It holds at
// once: nothing is gained by hiding on the page what a look at the sign-up form shows.
//
// That is why nothing else bends the number. A least number of uses would have the
// code end one use before it with the person's use, and never without. One code of ten
// in about 240 never opens an account, which is answered as any code that opens none.

// allowed is how many accounts a code with a limit opens; below one, it opens none.
func allowed(key noise.Key, code uuid.UUID, limit int) int {
	return limit + key.Laplace(epsilon, "code", code.String())
}

// UsedUp reports whether a code with that limit (0: none) has no use left.
func UsedUp(key noise.Key, code uuid.UUID, limit, uses int) bool {
	return limit != 0 && uses >= allowed(key, code, limit)
}
