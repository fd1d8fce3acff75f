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

// The problems of passwords that are too easy to guess, with what to do instead.
const (
	problemOwn    = "Ce mot de passe se devine trop facilement\u00a0: il est fait de votre nom, de votre adresse, du nom de votre organisme ou de mots de ce site. " + better
	problemLeaked = "Ce mot de passe se devine trop facilement\u00a0: il est dans une liste de mots de passe volés, que les pirates essaient d’abord. " + better
	problemWeak   = "Ce mot de passe se devine trop facilement\u00a0: il ressemble à un mot courant ou à une suite. " + better

	better = "Essayez trois mots sans rapport, avec un chiffre et un signe."
)

// guessProblem returns in French why a password is too easy to guess, or an empty string.
// about are names and addresses that somebody who knows the person would try: their own, and
// their client's. A long password takes a tenth of a second of a processor, so the caller must
// have called Turn.
func guessProblem(password string, about []string) string {
	switch password := firstCharacters(password); {
	case madeOf(password, about):
		return problemOwn
	case isLeaked(password):
		return problemLeaked
	case weak(password):
		return problemWeak
	}
	return ""
}

// firstCharacters returns as much of a password as is estimated: the cost grows with the square
// of the length, and what follows can only make the password stronger.
func firstCharacters(password string) string {
	start := []rune(password)
	return string(start[:min(len(start), 64)])
}

func has(s string, is func(rune) bool) bool { return strings.IndexFunc(s, is) >= 0 }

func sign(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// weak reports whether a text is a common word or easily guessed by rules that password
// crackers use.
func weak(text string) bool {
	return commonWord(strings.ToLower(text)) || zxcvbn.PasswordStrength(text, nil).Score < minScore
}

// commonWord reports whether a password is one common word with the usual decoration: digits
// and symbols around or within it, digits in place of letters, or the word twice.
func commonWord(password string) bool {
	folded := fold(password)
	for _, word := range []string{
		onlyLetters(folded), // the digits are beside the letters
		onlyLetters(leet[1].Replace(strings.TrimFunc(folded, notLetter))),
		onlyLetters(leet[1].Replace(folded)), // the digits replace letters
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
