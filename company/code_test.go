package company

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestR9_CodesSurviveBeingReadAloudAndTyped(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		code := newCode()
		typed := Code{Code: code}.Display()
		if rapid.Bool().Draw(t, "lower") {
			typed = strings.ToLower(typed)
		}
		typed = strings.ReplaceAll(typed, "-", rapid.SampledFrom([]string{"-", " ", "", ".", "\u00a0"}).Draw(t, "separator"))
		if rapid.Bool().Draw(t, "alike") {
			typed = strings.NewReplacer("0", "o", "1", "l").Replace(typed)
		}
		if got, ok := parseCode(typed); !ok || got != code {
			t.Fatalf("%q was read as %q, %v, want %q", typed, got, ok, code)
		}
	})
}

func TestR9_AWrongCharacterIsDetected(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		code := []byte(newCode())
		i := rapid.IntRange(0, len(code)-1).Draw(t, "where")
		wrong := alphabet[rapid.IntRange(0, 31).Draw(t, "sign")]
		if wrong == code[i] {
			return
		}
		code[i] = wrong
		if _, ok := parseCode(string(code)); ok {
			t.Fatalf("%s was accepted", code)
		}
	})
}

// Every accepted code has 16 characters of the alphabet, whatever was typed.
func FuzzParseCode(f *testing.F) {
	for _, seed := range []string{"", "K7QD-2M9F-XR4T-8WZ3", "0000-0000-0000-0000", strings.Repeat("é", 16), "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		code, ok := parseCode(typed)
		if ok && (len(code) != 16 || strings.Trim(code, alphabet) != "") {
			t.Errorf("%q passed as %q", typed, code)
		}
	})
}
