package passwords

import (
	_ "embed"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ccojocar/zxcvbn-go"
)

// Max is the longest password in characters (R2).
const Max = 128

// commonPasswords are the most common passwords in French and English without their digits
// and symbols, one word a line.
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

// plainProblem returns in French what is wrong with a password's length or characters (R2),
// or an empty string.
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

// guessProblem returns in French that a password is too easy to guess, or an empty string.
// about are the person's own words (name, address). A long password takes a tenth of a second
// of a processor, so the caller must have called Turn.
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
	// The cost of the estimate grows with the square of the length, and characters after the 64th
	// can only make the password stronger.
	start := []rune(password)
	if len(start) > 64 {
		start = start[:64]
	}
	return zxcvbn.PasswordStrength(string(start), about).Score < minScore
}

// commonWord reports whether a password is one common word with the usual decoration: digits
// and symbols around or within it, digits in place of letters, or the word twice.
func commonWord(password string) bool {
	for _, word := range []string{
		onlyLetters(accents.Replace(password)), // the digits are beside the letters
		onlyLetters(plainLetters.Replace(strings.TrimFunc(accents.Replace(password), notLetter))),
		onlyLetters(plainLetters.Replace(accents.Replace(password))), // the digits replace letters
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

// maxDecoration is how many digits and symbols do not improve a common word: a date and a
// symbol.
const maxDecoration = 9

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

func onlyLetters(s string) string { return strings.Join(strings.FieldsFunc(s, notLetter), "") }

// accents removes accents. plainLetters replaces the digits that usually stand for letters.
var (
	accents = strings.NewReplacer("à", "a", "â", "a", "ä", "a", "é", "e", "è", "e", "ê", "e", "ë", "e", "î", "i", "ï", "i", "ô", "o", "ö", "o",
		"ù", "u", "û", "u", "ü", "u", "ç", "c", "œ", "oe", "’", "")
	plainLetters = strings.NewReplacer("@", "a", "4", "a", "3", "e", "0", "o", "$", "s", "5", "s", "1", "i", "!", "i", "7", "t")
)
