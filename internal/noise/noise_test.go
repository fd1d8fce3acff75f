package noise

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

var half = Epsilon{1, 2}

// numbered returns a different key for each number.
func numbered(n int) Key {
	var secret [KeySize]byte
	binary.BigEndian.PutUint64(secret[:], uint64(n))
	return Key{secret}
}

// probability returns the probability of a value k, from the definition.
func probability(epsilon float64, k int) float64 {
	p := math.Exp(-epsilon)
	return (1 - p) / (1 + p) * math.Pow(p, math.Abs(float64(k)))
}

// The draws of many keys follow the definition: Pearson's chi-square over the values that are
// expected often enough, with the tails combined. The keys are fixed, so that the result is
// too.
func TestR10_NoiseFollowsItsDistribution(t *testing.T) {
	t.Parallel()
	const draws = 100_000
	for _, e := range []Epsilon{{1, 2}, {1, 1}, {2, 1}, {1, 7}, {3, 4}} {
		epsilon := float64(e.Num) / float64(e.Den)
		edge := 0
		for probability(epsilon, edge+1)*draws > 50 {
			edge++
		}
		seen := map[int]int{}
		for i := range draws {
			k := numbered(i).Laplace(e, "line", "chi-square")
			seen[max(-edge-1, min(edge+1, k))]++
		}
		tail := 1.0
		for k := -edge; k <= edge; k++ {
			tail -= probability(epsilon, k)
		}
		chi := 0.0
		for k := -edge - 1; k <= edge+1; k++ {
			expected := probability(epsilon, k) * draws
			if k < -edge || k > edge {
				expected = tail / 2 * draws
			}
			chi += math.Pow(float64(seen[k])-expected, 2) / expected
		}
		// About four deviations above the mean; with a wrong sampler it is in the thousands.
		if freedom := float64(2*edge + 2); chi > freedom+4*math.Sqrt(2*freedom) {
			t.Errorf("ε=%v: chi-square %.1f with %.0f degrees of freedom", epsilon, chi, freedom)
		}
	}
}

// The noise of a key must be the same in every version of the program: published figures and
// limits must not change.
func TestR10_NoiseNeverChanges(t *testing.T) {
	t.Parallel()
	key, err := NewKey([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	var drawn []int
	for i := range 24 {
		drawn = append(drawn, key.Laplace(half, "figure", fmt.Sprint(i)))
	}
	const want = "[-3 0 0 1 0 -1 0 -3 -3 5 -2 10 6 4 0 -2 2 0 2 6 0 6 1 -1]"
	if got := fmt.Sprint(drawn); got != want {
		t.Errorf("drawn %s, want %s", got, want)
	}
	if got := fmt.Sprintf("%x", key.Digest()); got != "a1bf96427abf927effc1707c6b71bd174c39a3f444d05cb452e53dfdea7fae0e" {
		t.Errorf("the digest is %s", got)
	}
}

func TestR10_AKeyOfAnotherLengthIsRefused(t *testing.T) {
	t.Parallel()
	for _, length := range []int{0, 16, 31, 33, 64} {
		if _, err := NewKey(make([]byte, length)); !errors.Is(err, ErrKey) {
			t.Errorf("%d bytes: %v", length, err)
		}
	}
}

// Noise is a function of the key and of the whole name.
func TestR10_NoiseDependsOnKeyAndName(t *testing.T) {
	t.Parallel()
	same := map[string]int{}
	names := map[string][]string{"line": {"ab", "c"}, "words cut elsewhere": {"a", "bc"}, "one word": {"abc"}, "an empty one more": {"ab", "c", ""}, "none": {}}
	const keys = 2000
	for i := range keys {
		key := numbered(i)
		of := key.Laplace(half, "ab", "c")
		for name, words := range names {
			if key.Laplace(half, words...) == of {
				same[name]++
			}
		}
		if numbered(i+keys).Laplace(half, "ab", "c") == of {
			same["another key"]++
		}
	}
	names["another key"] = nil
	for name := range names {
		t.Run(name, func(t *testing.T) {
			// Two independent draws are equal 15 % of the time.
			if got := same[name]; name == "line" && got != keys || name != "line" && (got < keys/10 || got > keys/5) {
				t.Errorf("%s: the same noise %d times of %d", name, got, keys)
			}
		})
	}
	if bytes.Equal(numbered(1).Digest(), numbered(2).Digest()) {
		t.Error("two keys have one digest")
	}
}

// given is a source of the given words; it fails when they run out.
type given struct {
	words []uint64
	t     interface{ Fatalf(string, ...any) }
}

func (g *given) word() uint64 {
	if len(g.words) == 0 {
		g.t.Fatalf("more bits were asked for than any draw needs")
	}
	next := g.words[0]
	g.words = g.words[1:]
	return next
}

// Whatever the bits are, a number below n is below n, and sampling ends.
func FuzzR10_ANumberIsBelowItsBound(f *testing.F) {
	f.Add(uint64(0), uint64(1))
	f.Add(^uint64(0), uint64(3))
	f.Add(uint64(1)<<63, ^uint64(0))
	f.Fuzz(func(t *testing.T, word, n uint64) {
		if n == 0 {
			return
		}
		words := []uint64{word}
		for range 64 {
			words = append(words, word|1<<20) // not every word may be rejected
			word = word*6364136223846793005 + 1442695040888963407
		}
		if got := below(&given{words, t}, n); got >= n {
			t.Errorf("%d is not below %d", got, n)
		}
	})
}

// Each number below n is the result of equally many of the 2^64 words: those from a first to a
// last one; the words just before and after have another result or none.
func TestR10_AllNumbersAreEquallyLikely(t *testing.T) {
	t.Parallel()
	words := new(big.Int).Lsh(big.NewInt(1), 64)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64Range(2, 1<<40).Draw(t, "n")
		value := rapid.Uint64Range(0, n-1).Draw(t, "value")
		each := new(big.Int).Div(words, new(big.Int).SetUint64(n))
		end := new(big.Int).Mul(words, new(big.Int).SetUint64(value+1)) // the first word after the value's, times n
		end.Add(end, new(big.Int).SetUint64(n-1)).Div(end, new(big.Int).SetUint64(n))
		last := new(big.Int).Sub(end, big.NewInt(1)).Uint64()
		first := new(big.Int).Sub(end, each).Uint64()
		for _, word := range []uint64{first, last} {
			if got, drawn := once(word, n); !drawn || got != value {
				t.Fatalf("%d says %d of %d (%v), not %d", word, got, n, drawn, value)
			}
		}
		for _, word := range []uint64{first - 1, last + 1} {
			if got, drawn := once(word, n); drawn && got == value {
				t.Fatalf("%d of %d is said by the word %d beside its own", value, n, word)
			}
		}
	})
}

// once is below for a single word, and whether that word was accepted.
func once(word, n uint64) (value uint64, kept bool) {
	s := &counting{first: word}
	value = below(s, n)
	return value, s.asked == 1
}

// counting returns one word first and then one that is never rejected.
type counting struct {
	first uint64
	asked int
}

func (c *counting) word() uint64 {
	c.asked++
	if c.asked > 1 {
		return ^uint64(0) / 2
	}
	return c.first
}
