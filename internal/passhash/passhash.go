// Package passhash hashes passwords with Argon2id. A hash holds its own parameters, so
// that these can grow while older hashes still match.
package passhash

import "github.com/alexedwards/argon2id"

// own are OWASP's first choice for Argon2id, fixed so that they do not follow the
// machine's processors.
var own = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// params are those of new hashes.
var params = own

// Cheapen makes the hashes that this process makes from now on cost next to nothing.
// Package dbtest calls it, and nothing else may: tests are about what surrounds the
// hashing.
func Cheapen() {
	params = &argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: own.SaltLength, KeyLength: own.KeyLength}
}

// Make is the hash of a password.
func Make(password string) (string, error) { return argon2id.CreateHash(password, params) }

// Matches reports whether the hash is the password's; what is no hash is nobody's.
func Matches(password, hash string) bool {
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	return ok && err == nil
}
