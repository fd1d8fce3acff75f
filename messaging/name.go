package messaging

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxName bounds a document's name, in characters.
const maxName = 120

// noName replaces a name of which nothing is left.
const noName = "document"

// cleanName returns a file name that is safe to show and to save: the last part of the path
// that the browser sent, in valid UTF-8 (NFC), without control or invisible characters,
// without any that change the direction of writing or that file systems refuse, without dot or
// space at either end, and at most maxName characters with the extension kept. It is never
// empty.
func cleanName(sent string) string {
	name := strings.ToValidUTF8(sent, "")
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = norm.NFC.String(strings.Map(plainRune, name))
	name = trimName(strings.Join(strings.Fields(name), " "))
	if utf8.RuneCountInString(name) > maxName {
		name = shorten(name)
	}
	if name == "" {
		return noName
	}
	return name
}

func plainRune(r rune) rune {
	switch {
	case strings.ContainsRune(`<>:"|?*`, r):
		return '_'
	case unicode.IsSpace(r):
		return ' '
	case !unicode.IsGraphic(r), r == utf8.RuneError:
		return -1 // controls, marks without a picture (category Cf), private use
	}
	return r
}

func trimName(name string) string { return strings.Trim(name, ". ") }

// shorten cuts out the middle: the extension determines how the file is opened.
func shorten(name string) string {
	ext := []rune(path.Ext(name))
	if len(ext) > 10 {
		ext = nil
	}
	stem := []rune(name)[:maxName-len(ext)]
	return trimName(norm.NFC.String(trimName(string(stem)) + string(ext)))
}
