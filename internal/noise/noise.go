// Package noise draws the noise that stands between a figure and the people behind
// it (differential privacy): discrete Laplace, whose value k has a probability in
// proportion to exp(-ε|k|). Two counts that differ by one then give any answer with
// probabilities that differ by a factor of e^ε at most.
//
// Noise is drawn from a secret key and from the name of what it is for, by a
// pseudo-random function (HMAC-SHA-256, RFC 2104): the same name has the same noise
// for ever, so that asking again averages nothing out, and without the key nobody can
// tell it from chance. The sampling is exact, with whole numbers alone (Canonne, Kamath
// and Steinke, "The Discrete Gaussian for Differential Privacy", algorithms 1 and 2):
// floating-point numbers have gaps through which the secret can be seen.
package noise

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math/bits"
)

// KeySize is the length of a key in bytes.
const KeySize = 32

// ErrKey says that a key has not KeySize bytes.
var ErrKey = errors.New("noise: the key does not hold 32 bytes")

// Key is the secret that noise is drawn from. It must last as long as what is drawn
// from it: a second key would draw a second noise, and the two together tell more.
type Key struct{ secret [KeySize]byte }

// NewKey makes a key of KeySize secret random bytes.
func NewKey(secret []byte) (Key, error) {
	if len(secret) != KeySize {
		return Key{}, ErrKey
	}
	return Key{[KeySize]byte(secret)}, nil
}

// What the key is used for; each begins what the function is given.
const (
	purposeNoise  = 1
	purposeDigest = 2
)

// Digest recognises the key and tells nothing else of it.
func (k Key) Digest() []byte { return k.block(purposeDigest, nil, 0) }

// block is the pseudo-random function.
func (k Key) block(purpose byte, name []byte, counter uint64) []byte {
	mac := hmac.New(sha256.New, k.secret[:])
	mac.Write([]byte{purpose})
	mac.Write(binary.BigEndian.AppendUint64(nil, counter))
	mac.Write(name)
	return mac.Sum(nil)
}

// Epsilon is a rate of noise as a fraction, Num over Den, both at least 1.
type Epsilon struct{ Num, Den uint64 }

// Laplace is the noise of what the words name together, in order.
func (k Key) Laplace(e Epsilon, words ...string) int {
	return laplace(&stream{key: k, name: encode(words)}, e)
}

// encode writes words so that no two lists of them are written alike.
func encode(words []string) []byte {
	var name []byte
	for _, word := range words {
		name = binary.BigEndian.AppendUint64(name, uint64(len(word)))
		name = append(name, word...)
	}
	return name
}

// stream is the bits of a name, one block after the other.
type stream struct {
	key     Key
	name    []byte
	counter uint64
	left    []byte
}

// word is the next 64 bits.
func (s *stream) word() uint64 {
	if len(s.left) == 0 {
		s.left = s.key.block(purposeNoise, s.name, s.counter)
		s.counter++
	}
	word := binary.BigEndian.Uint64(s.left)
	s.left = s.left[8:]
	return word
}

// source is where a draw has its bits from.
type source interface{ word() uint64 }

// below is a number from 0 to n-1, each as likely: the highest numbers of 64 bits,
// which would make some of them likelier, are drawn again.
func below(s source, n uint64) uint64 {
	for {
		high, low := bits.Mul64(s.word(), n)
		if low >= -n%n {
			return high
		}
	}
}

// bernoulli is true with the probability num/den.
func bernoulli(s source, num, den uint64) bool { return below(s, den) < num }

// bernoulliExp is true with the probability exp(-num/den), num/den being at most 1:
// the first of the trials num/den, num/2den, num/3den… to fail is one of odd number
// as often as the exponential's series says.
func bernoulliExp(s source, num, den uint64) bool {
	trial := uint64(1)
	for bernoulli(s, num, den*trial) {
		trial++
	}
	return trial%2 == 1
}

// laplace is a value k with a probability in proportion to exp(-|k| Num/Den).
func laplace(s source, e Epsilon) int {
	for {
		size := geometric(s, e.Den) / e.Num
		negative := bernoulli(s, 1, 2)
		if size == 0 && negative {
			continue // zero would come twice as often
		}
		if negative {
			return -int(size)
		}
		return int(size)
	}
}

// geometric is a value x with a probability in proportion to exp(-x/den).
func geometric(s source, den uint64) uint64 {
	rest := below(s, den)
	for !bernoulliExp(s, rest, den) {
		rest = below(s, den)
	}
	whole := uint64(0)
	for bernoulliExp(s, 1, 1) {
		whole++
	}
	return rest + den*whole
}
