package passwords

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// ownWords are the words of this site: its name, the roles, and what its pages are about. A
// password made of them is guessed by somebody who looks at the site.
const ownWords = `social direct socialdirect beneficiaire beneficiaires assistant assistante assistants assistantes sociale sociales
	travailleur travailleuse standard standardiste operateur operatrice gestionnaire manager administrateur administratrice administration
	admin dpo protection donnees entreprise client cliente mutuelle assureur employeur compte connexion inscription rendez vous rendezvous
	consultation aide motdepasse mot passe password bienvenue`

// minWord is the shortest word that counts, in letters.
const minWord = 2

// leet are the digits and signs that people write in place of letters. Two of them stand for
// either of two letters.
var leet = []*strings.Replacer{
	strings.NewReplacer(),
	strings.NewReplacer("@", "a", "4", "a", "3", "e", "0", "o", "$", "s", "5", "s", "1", "i", "!", "i", "7", "t"),
	strings.NewReplacer("@", "a", "4", "a", "3", "e", "0", "o", "$", "s", "5", "s", "1", "l", "!", "l", "7", "t"),
}

// fold returns a text in lower case, without accents and with œ as oe.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) || r == '’' || r == '\'' {
			return -1
		}
		return r
	}, norm.NFKD.String(ligatures.Replace(strings.ToLower(s))))
}

var ligatures = strings.NewReplacer("œ", "oe", "æ", "ae", "ß", "ss")

// madeOf reports whether a password is made of known words: without them, what remains is
// easily guessed. known are names, addresses and the like, which are cut into words.
func madeOf(password string, known []string) bool {
	words := cut(slices.Concat(known, []string{ownWords}))
	for _, letters := range leet {
		folded := letters.Replace(fold(password))
		rest := folded
		for _, word := range words {
			rest = strings.ReplaceAll(rest, word, "")
		}
		if rest = skeleton(rest); rest != skeleton(folded) && (rest == "" || weak(rest)) {
			return true
		}
	}
	return false
}

// cut returns the folded words of texts, the longest first, so that none is removed in part.
func cut(texts []string) []string {
	var words []string
	for _, text := range texts {
		for _, word := range strings.FieldsFunc(fold(text), notLetter) {
			if len(word) >= minWord {
				words = append(words, word)
			}
		}
	}
	slices.SortFunc(words, func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) })
	return slices.Compact(words)
}
