package people

import (
	"unicode"

	"socialdirect/internal/viewer"
)

// AllowTexts says that an SMS gateway is set. It is called once, before anything
// is served.
func (s *Service) AllowTexts() { s.texting = true }

// Texts reports whether SMS can be sent.
func (s *Service) Texts() bool { return s.texting }

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
	return s.Texts() && p.Role == viewer.Beneficiary && p.Mobile != "" && !p.MobileProved
}
