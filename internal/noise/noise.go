// Package noise draws the noise that is added to counts of people (differential privacy):
// discrete Laplace, whose value k has a probability proportional to exp(-ε|k|). Two counts
// that differ by one then produce any result with probabilities that differ by a factor of at
// most e^ε.
//
// Noise is derived from a secret key and from the name of the figure by a pseudo-random
// function (HMAC-SHA-256, RFC 2104): the same name always has the same noise, so that repeated
// queries cannot average it out, and without the key it is indistinguishable from chance.
// Sampling is exact, with integers only (Canonne, Kamath and Steinke, "The Discrete Gaussian
// for Differential Privacy", algorithms 1 and 2): gaps between floating-point numbers would
// reveal the secret.
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

// ErrKey means that a key does not have KeySize bytes.
var ErrKey = errors.New("noise: the key does not have 32 bytes")

// Key is the secret from which noise is derived. It must not change while published figures
// exist: a second key would produce other noise, and the two together reveal more.
type Key struct{ secret [KeySize]byte }

// NewKey returns a key of KeySize secret random bytes.
func NewKey(secret []byte) (Key, error) {
	if len(secret) != KeySize {
		return Key{}, ErrKey
	}
	return Key{[KeySize]byte(secret)}, nil
}

// Purposes of the key; each begins the input of the function.
const (
	purposeNoise  = 1
	purposeDigest = 2
)

// Digest identifies the key without revealing it.
func (k Key) Digest() []byte { return k.block(purposeDigest, nil, 0) }

// block is the pseudo-random function.
func (k Key) block(purpose byte, name []byte, counter uint64) []byte {
	mac := hmac.New(sha256.New, k.secret[:])
	mac.Write([]byte{purpose})
	mac.Write(binary.BigEndian.AppendUint64(nil, counter))
	mac.Write(name)
	return mac.Sum(nil)
}

// Epsilon is the privacy parameter ε as the fraction Num/Den, both at least 1.
type Epsilon struct{ Num, Den uint64 }

// Laplace returns the noise of the name that the words form together, in order.
func (k Key) Laplace(e Epsilon, words ...string) int {
	return laplace(&stream{key: k, name: encode(words)}, e)
}

// encode encodes a list of words unambiguously.
func encode(words []string) []byte {
	var name []byte
	for _, word := range words {
		name = binary.BigEndian.AppendUint64(name, uint64(len(word)))
		name = append(name, word...)
	}
	return name
}

// stream is the pseudo-random bits of a name, block by block.
type stream struct {
	key     Key
	name    []byte
	counter uint64
	left    []byte
}

// word returns the next 64 bits.
func (s *stream) word() uint64 {
	if len(s.left) == 0 {
		s.left = s.key.block(purposeNoise, s.name, s.counter)
		s.counter++
	}
	word := binary.BigEndian.Uint64(s.left)
	s.left = s.left[8:]
	return word
}

// source is a source of random bits.
type source interface{ word() uint64 }

// below returns a uniform number from 0 to n-1. It rejects the highest 64-bit numbers, which
// would make some results more likely.
func below(s source, n uint64) uint64 {
	for {
		high, low := bits.Mul64(s.word(), n)
		if low >= -n%n {
			return high
		}
	}
}

// bernoulli returns true with the probability num/den.
func bernoulli(s source, num, den uint64) bool { return below(s, den) < num }

// bernoulliExp returns true with the probability exp(-num/den), num/den being at most 1: the
// first of the trials num/den, num/2den, num/3den… that fails has an odd number with that
// probability, by the series of the exponential.
func bernoulliExp(s source, num, den uint64) bool {
	trial := uint64(1)
	for bernoulli(s, num, den*trial) {
		trial++
	}
	return trial%2 == 1
}

// laplace returns k with a probability proportional to exp(-|k| Num/Den).
func laplace(s source, e Epsilon) int {
	for {
		size := geometric(s, e.Den) / e.Num
		negative := bernoulli(s, 1, 2)
		if size == 0 && negative {
			continue // zero would be twice as likely
		}
		if negative {
			return -int(size)
		}
		return int(size)
	}
}

// geometric returns x with a probability proportional to exp(-x/den).
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
