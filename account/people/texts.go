package people

import (
	"unicode"

	"socialdirect/internal/viewer"
)

// MaskMobile writes a number with all but its last four digits hidden: enough to
// recognise one's own, too little to call somebody else's.
func MaskMobile(e164 string) string {
	shown := []rune(DisplayMobile(e164))
	left := 4
	for i := len(shown) - 1; i >= 0; i-- {
		if !unicode.IsDigit(shown[i]) {
			continue
		}
		if left--; left < 0 {
			shown[i] = '•'
		}
	}
	return string(shown)
}

// OwesProof reports whether somebody still has to prove a number before SMS go to it:
// a beneficiary, where there is a gateway.
func (s *Service) OwesProof(p Person) bool {
	return s.SMS && p.Role == viewer.Beneficiary && p.Mobile != "" && !p.MobileProved
}
