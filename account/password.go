package account

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"socialdirect/internal/fault"

	"github.com/alexedwards/argon2id"
	"github.com/ccojocar/zxcvbn-go"
)

// MaxPassword is how many characters a password may have (R2).
const MaxPassword = 128

// Hashing is bounded so that a sign-in storm exhausts nothing: 19 MiB each for
// those that run, a goroutine each for those that wait, an answer at once for
// the rest.
const (
	hashesAtOnce  = 4
	hashesWaiting = 64
)

// busyRetry is when somebody is to come back who found too many waiting.
const busyRetry = 2 * time.Second

var errBusy = &fault.Fault{
	Code:       fault.Throttled,
	Message:    "Beaucoup de personnes se connectent en ce moment. Réessayez dans quelques secondes.",
	RetryAfter: busyRetry,
}

// hashParams are OWASP's first choice for Argon2id, fixed so that they do not
// follow the machine's processors.
var hashParams = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

type hasher struct {
	slots   chan struct{}
	waiting atomic.Int64
	params  *argon2id.Params
	decoy   string // compared with when an address is unknown, to take the same time (R5)
}

func newHasher(params *argon2id.Params) (*hasher, error) {
	nobodys, _ := newToken()
	decoy, err := argon2id.CreateHash(nobodys, params)
	if err != nil {
		return nil, fmt.Errorf("password hash: %w", err)
	}
	return &hasher{slots: make(chan struct{}, hashesAtOnce), params: params, decoy: decoy}, nil
}

// turn waits for one of the few places where passwords are hashed, until ctx
// ends; leave gives it back. Throttled when too many wait already.
func (h *hasher) turn(ctx context.Context) (leave func(), err error) {
	defer h.waiting.Add(-1)
	if h.waiting.Add(1) > hashesWaiting {
		return nil, errBusy
	}
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// hash waits for its turn.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	leave, err := h.turn(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return argon2id.CreateHash(password, h.params)
}

// matches compares password with hash, or with the decoy when hash is empty. It
// is the caller's turn.
func (h *hasher) matches(password, hash string) bool {
	known := hash != ""
	if !known {
		hash = h.decoy
	}
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	return ok && err == nil && known
}

// commonPasswords are the commonest ones in French and English without their
// figures and signs, one word a line.
//
//go:embed common_passwords.txt
var commonPasswords string

var common = func() map[string]bool {
	words := map[string]bool{}
	for word := range strings.FieldsSeq(commonPasswords) {
		words[word] = true
	}
	return words
}()

// minScore is zxcvbn's "somewhat guessable: protection from unthrottled online
// attacks"; ours are throttled.
const minScore = 2

// PasswordProblem says in French what is wrong with a password (R2), empty when
// nothing is. about holds the person's own words (name, address), which make a
// password guessable.
func PasswordProblem(password string, about ...string) string {
	switch {
	case len([]rune(password)) < 8:
		return "Votre mot de passe est trop court : il faut 8 caractères ou plus."
	case !has(password, unicode.IsUpper):
		return "Ajoutez une majuscule à votre mot de passe."
	case !has(password, unicode.IsDigit):
		return "Ajoutez un chiffre à votre mot de passe."
	case !has(password, sign):
		return "Ajoutez un signe à votre mot de passe, par exemple ! ? - ou une espace."
	case guessable(password, about):
		return "Ce mot de passe se devine trop facilement : il ressemble à un mot courant, à une suite ou à votre nom. Essayez trois mots sans rapport, avec un chiffre et un signe."
	}
	return ""
}

func has(s string, is func(rune) bool) bool { return strings.IndexFunc(s, is) >= 0 }

func sign(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

func guessable(password string, about []string) bool {
	if commonWord(strings.ToLower(password)) {
		return true
	}
	// The estimate costs the square of the length, and what follows the 64th
	// character can only make the password stronger.
	start := []rune(password)
	if len(start) > 64 {
		start = start[:64]
	}
	return zxcvbn.PasswordStrength(string(start), about).Score < minScore
}

// commonWord reports that a password is one common word with the usual
// decoration: figures and signs around it or within, figures for letters, twice.
func commonWord(password string) bool {
	for _, word := range []string{
		onlyLetters(accents.Replace(password)), // the figures are beside the letters
		onlyLetters(plainLetters.Replace(strings.TrimFunc(accents.Replace(password), notLetter))),
		onlyLetters(plainLetters.Replace(accents.Replace(password))), // they stand for letters
	} {
		if utf8.RuneCountInString(password)-len(word) > maxDecoration {
			continue
		}
		half := len(word) / 2
		if common[word] || half > 0 && word[:half] == word[half:] && common[word[:half]] {
			return true
		}
	}
	return false
}

// maxDecoration is how many figures and signs beside a common word make it no
// better: a date and a sign.
const maxDecoration = 9

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

func onlyLetters(s string) string { return strings.Join(strings.FieldsFunc(s, notLetter), "") }

// accents takes them off; plainLetters undoes the usual figures for letters.
var (
	accents = strings.NewReplacer("à", "a", "â", "a", "ä", "a", "é", "e", "è", "e", "ê", "e", "ë", "e", "î", "i", "ï", "i", "ô", "o", "ö", "o",
		"ù", "u", "û", "u", "ü", "u", "ç", "c", "œ", "oe", "’", "")
	plainLetters = strings.NewReplacer("@", "a", "4", "a", "3", "e", "0", "o", "$", "s", "5", "s", "1", "i", "!", "i", "7", "t")
)
