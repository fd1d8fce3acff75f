package people

import (
	"unicode"

	"socialdirect/internal/viewer"
)

// MaskMobile hides all digits of a number except the last four: enough to recognise one's
// own, too few to call somebody else's.
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

// OwesProof reports whether a person has to prove their number before SMS go to it. Only
// beneficiaries do, and only if there is a gateway.
func (s *Service) OwesProof(p Person) bool {
	return s.SMS && p.Role == viewer.Beneficiary && p.Mobile != "" && !p.MobileProved
}
