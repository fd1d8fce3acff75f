package bearer

import (
	"bytes"
	"testing"
)

func TestATokenIsFoundByItsHashAlone(t *testing.T) {
	t.Parallel()
	first, kept := New()
	second, other := New()
	if first == second || len(first) != 43 || bytes.Equal(kept, other) {
		t.Errorf("two tokens: %q, %q", first, second)
	}
	if !bytes.Equal(kept, Hash(first)) || bytes.Contains(kept, []byte(first)) {
		t.Error("a token is not found by its hash")
	}
}
