package company

import (
	"crypto/rand"
	"strings"
)

// alphabet is Crockford's base 32. It has no I, L, O and U, so that no two characters look or
// sound alike.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// A code has 15 random characters (75 bits) and a check character.
const randomSigns = 15

func newCode() string {
	raw := make([]byte, randomSigns)
	_, _ = rand.Read(raw) // never fails: crypto/rand
	for i, b := range raw {
		raw[i] = alphabet[b%32] // 256 is a multiple of 32, so all characters are equally likely
	}
	return string(raw) + string(checkSign(string(raw)))
}

// checkSign returns the check character by Luhn's algorithm in base 32. It detects every
// single wrong character and nearly every swap of neighbours.
func checkSign(signs string) byte {
	sum, factor := 0, 2
	for i := len(signs) - 1; i >= 0; i-- {
		n := factor * strings.IndexByte(alphabet, signs[i])
		sum += n/32 + n%32
		factor = 3 - factor
	}
	return alphabet[(32-sum%32)%32]
}

var readAlike = strings.NewReplacer("O", "0", "I", "1", "L", "1", "-", "", " ", "", "\u00a0", "", ".", "")

// parseCode reads a code as people type it: in any case, with or without separators, with O
// for 0 and I or L for 1. It returns false for what cannot be a code.
func parseCode(typed string) (string, bool) {
	code := readAlike.Replace(strings.ToUpper(strings.TrimSpace(typed)))
	if len(code) != randomSigns+1 {
		return "", false
	}
	for i := range len(code) {
		if strings.IndexByte(alphabet, code[i]) < 0 {
			return "", false
		}
	}
	return code, checkSign(code[:randomSigns]) == code[randomSigns]
}
