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

// noName stands for a name of which nothing is left.
const noName = "document"

// cleanName makes a file name that is safe to show and to save out of whatever a
// browser sent: the last part of a path, valid UTF-8 in NFC, no control or
// invisible character, none that turns the direction of writing or that a file
// system refuses, no dot or space at either end, maxName characters at most with
// the extension kept. It is never empty.
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

// shorten cuts the middle out: the extension is what says how to open the file.
func shorten(name string) string {
	ext := []rune(path.Ext(name))
	if len(ext) > 10 {
		ext = nil
	}
	stem := []rune(name)[:maxName-len(ext)]
	return trimName(norm.NFC.String(trimName(string(stem)) + string(ext)))
}
