// Package passhash hashes passwords with Argon2id. A hash contains its parameters, so that
// these can grow while older hashes still match.
package passhash

import (
	"github.com/alexedwards/argon2id"
	"golang.org/x/crypto/argon2"
)

// own are OWASP's first choice for Argon2id, fixed so that they do not depend on the number of
// processors.
var own = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// params are the parameters of new hashes.
var params = own

// Cheapen makes hashing almost free in this process. Only package dbtest may call it, for
// tests that do not concern hashing.
func Cheapen() {
	params = &argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: own.SaltLength, KeyLength: own.KeyLength}
}

// Make returns the hash of a password.
func Make(password string) (string, error) { return argon2id.CreateHash(password, params) }

// Matches reports whether the hash is the password's. An invalid hash matches none.
func Matches(password, hash string) bool {
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	return ok && err == nil
}

// WithSalt returns the hash, of 32 bytes, of a code that is shorter than 112 bits, with a random
// salt that the caller keeps. Several codes of one person may share the salt, so that a typed
// code is hashed once and looked up.
func WithSalt(code string, salt []byte) []byte {
	return argon2.IDKey([]byte(code), salt, params.Iterations, params.Memory, params.Parallelism, params.KeyLength)
}
