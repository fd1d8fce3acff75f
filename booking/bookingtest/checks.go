package bookingtest

import (
	"strings"
	"sync"
	"testing"

	"socialdirect/internal/fault"
)

// Must ends the test if there is an error.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// WantFault fails unless the error of an act is a fault with that code.
func WantFault(t testing.TB, what string, err error, code fault.Code) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("%s: got %v, want %s", what, err, code)
	}
}

// WantSaid fails unless a text contains all the sayings.
func WantSaid(t testing.TB, where, text string, sayings ...string) {
	t.Helper()
	for _, saying := range sayings {
		if !strings.Contains(text, saying) {
			t.Errorf("%s does not say %q:\n%s", where, saying, text)
		}
	}
}

// Words returns the text of a page without markup.
func Words(text string) string {
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ", "<b>", "", "</b>", "").Replace(text)
}

// AtOnce runs n acts concurrently and counts their results by fault code, empty for success.
func AtOnce(n int, act func(i int) error) map[fault.Code]int {
	codes := make([]fault.Code, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			if err := act(i); err != nil {
				codes[i] = fault.From(err).Code
			}
		})
	}
	all.Wait()
	ended := map[fault.Code]int{}
	for _, code := range codes {
		ended[code]++
	}
	return ended
}
