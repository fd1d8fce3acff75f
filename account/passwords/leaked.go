package passwords

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// leakedPasswords are passwords that are known from leaks, as skeletons, sorted, one a line:
// all those that have the characters that R2 requires, and the commonest of the others that
// contain a digit and have 7 characters or more.
//
//go:embed leaked/leaked.txt.gz
var leakedPasswords []byte

// leaked returns the skeletons of leaked passwords, sorted. A file that cannot be read is a
// mistake of the build.
var leaked = sync.OnceValue(func() []string {
	file, err := gzip.NewReader(bytes.NewReader(leakedPasswords))
	if err != nil {
		panic(err)
	}
	text, err := io.ReadAll(file)
	if err != nil {
		panic(err)
	}
	return strings.Fields(string(text))
})

// skeleton returns the letters and digits of a password without case and accents. A leaked
// password with a capital or a sign added has the same skeleton.
func skeleton(password string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, fold(password))
}

// isLeaked reports whether a password is known from a leak, whatever its capitals and signs.
func isLeaked(password string) bool {
	_, found := slices.BinarySearch(leaked(), skeleton(password))
	return found
}
