package figures

import (
	"socialdirect/internal/noise"

	"github.com/google/uuid"
)

// epsilon is the rate of all noise: in steps for a figure, in people for a limit.
var epsilon = noise.Epsilon{Num: 1, Den: 2}

// A manager could use the limit of a code to find out whether one person signed up: open nine
// accounts, give the tenth use to the person, and check whether the code still works. A code
// therefore opens its limit plus k accounts, where k is noise drawn once from the code's ID. A
// code that replaces it has another ID and another k.
//
// One draw is enough, however often somebody checks the code. Uses only increase, by one, so all
// checks together reveal one number: the use after which the code ends, which is limit plus k,
// less one if the person used it. With noise in people of ε = 0.5, any such number is at most
// e^0.5 times as likely with the person as without. The page may show the state at once, as the
// sign-up form reveals it anyway.
//
// Nothing else may change that number. With a minimum number of uses, a code could end one use
// early only if the person used it. About one of 240 codes with a limit of ten never opens an
// account, and is answered like any code that opens nothing.

// allowed returns how many accounts a code with a limit opens. It may be negative, which means
// none.
func allowed(key noise.Key, code uuid.UUID, limit int) int {
	return limit + key.Laplace(epsilon, "code", code.String())
}

// UsedUp reports whether a code with that limit (0: none) has no use left.
func UsedUp(key noise.Key, code uuid.UUID, limit, uses int) bool {
	return limit != 0 && uses >= allowed(key, code, limit)
}
