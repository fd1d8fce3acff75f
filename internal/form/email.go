package form

import (
	"net/mail"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// Messages for an invalid address, and for one that looks like another.
const (
	emailRequired  = "Écrivez votre adresse e-mail, par exemple prenom.nom@exemple.fr."
	emailPartial   = "Cette adresse e-mail n’est pas complète. Exemple\u00a0: prenom.nom@exemple.fr."
	emailLookalike = "Cette adresse mélange des lettres de plusieurs alphabets, ou contient des signes qui ressemblent à d’autres. Retapez-la au clavier, sans la copier."
)

// Email decodes an address (RFC 5321: at most 254 octets, 64 before the @) into canonical
// form: NFC before the @, and a domain in lower case and ASCII ("xn--…" if it has other
// letters), so that two spellings of a domain are equal and lookalikes become visible. Case
// before the @ is kept; lookups compare it case-insensitively. Dots are significant, as in the
// mail standards.
//
// An address that mixes alphabets before the @, or within one label of the domain, is refused:
// no keyboard produces it by mistake, and it imitates another address.
func (f *Form) Email(name string) string {
	value := f.Text(name, Text{Max: 254, Required: emailRequired})
	if value == "" {
		return ""
	}
	local, domain, _ := cutLast(value, "@")
	parsed, err := mail.ParseAddress(value)
	if err != nil || parsed.Address != value || !plausibleDomain(domain) {
		f.Fail(name, emailPartial)
		return ""
	}
	if !plainLocal(local) || !plainDomain(domain) {
		f.Fail(name, emailLookalike)
		return ""
	}
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil || len(local) > 64 || len(local)+1+len(ascii) > 254 {
		f.Fail(name, emailPartial)
		return ""
	}
	return local + "@" + ascii
}

// OptionalEmail is Email for a field that may stay empty.
func (f *Form) OptionalEmail(name string) string {
	if f.Text(name, Text{Max: 254}) == "" {
		return ""
	}
	return f.Email(name)
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func plausibleDomain(domain string) bool {
	return strings.Contains(domain, ".") && !strings.HasPrefix(domain, ".") &&
		!strings.HasSuffix(domain, ".") && !strings.ContainsAny(domain, " []\"")
}

// plainLocal reports whether the part before the @ uses one alphabet, every character in its
// NFKC form, and only letters and digits beyond ASCII.
func plainLocal(local string) bool {
	return norm.NFKC.IsNormalString(local) && oneAlphabet(local) && strings.IndexFunc(local, strange) < 0
}

func strange(r rune) bool {
	return r > unicode.MaxASCII && !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r)
}

// plainDomain reports whether each label uses one alphabet, also if it was entered in its
// ASCII form.
func plainDomain(domain string) bool {
	shown, err := idna.Lookup.ToUnicode(domain)
	if err != nil {
		shown = domain
	}
	for label := range strings.SplitSeq(shown, ".") {
		if !oneAlphabet(label) {
			return false
		}
	}
	return true
}

// together are the scripts that one language combines (UTS #39, 5.2).
var together = [][]string{{"Han", "Hiragana", "Katakana"}, {"Han", "Hangul"}, {"Han", "Bopomofo"}}

// oneAlphabet reports whether all letters are of one script, or of several that one language
// combines.
func oneAlphabet(text string) bool {
	scripts := map[string]bool{}
	for _, r := range text {
		if script := scriptOf(r); script != "" {
			scripts[script] = true
		}
	}
	if len(scripts) <= 1 {
		return true
	}
	for _, set := range together {
		rest := len(scripts)
		for _, script := range set {
			if scripts[script] {
				rest--
			}
		}
		if rest == 0 {
			return true
		}
	}
	return false
}

// scriptOf returns a letter's script, empty for a character of all scripts.
func scriptOf(r rune) string {
	if r <= unicode.MaxASCII {
		if unicode.IsLetter(r) {
			return "Latin"
		}
		return ""
	}
	for name, table := range unicode.Scripts {
		if name != "Common" && name != "Inherited" && unicode.Is(table, r) {
			return name
		}
	}
	return ""
}
