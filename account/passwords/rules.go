package passwords

import (
	_ "embed"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ccojocar/zxcvbn-go"
)

// Max is how many characters a password may have (R2).
const Max = 128

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

// plainProblem says in French what a look at a password's signs tells (R2), empty when
// nothing is wrong with them.
func plainProblem(password string) string {
	switch {
	case len([]rune(password)) < 8:
		return "Votre mot de passe est trop court : il faut 8 caractères ou plus."
	case !has(password, unicode.IsUpper):
		return "Ajoutez une majuscule à votre mot de passe."
	case !has(password, unicode.IsDigit):
		return "Ajoutez un chiffre à votre mot de passe."
	case !has(password, sign):
		return "Ajoutez un signe à votre mot de passe, par exemple ! ? - ou une espace."
	}
	return ""
}

// guessProblem says that a password is guessed too easily; about holds the person's
// own words (name, address), which make it so. A long one costs a tenth of a second of
// a processor: it is asked in the turn of whoever chose it.
func guessProblem(password string, about []string) string {
	if guessable(password, about) {
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
