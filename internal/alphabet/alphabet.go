// Package alphabet orders words as a French dictionary does: accents and capitals decide
// only between words that are equal without them.
package alphabet

import (
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// collators are kept because one is costly to make and serves one goroutine at a time.
var collators = sync.Pool{New: func() any { return collate.New(language.French) }}

// Compare returns -1, 0 or 1 as a comes before b, is equal to it, or comes after it. In SQL
// the same order is postgres.French.
func Compare(a, b string) int {
	c := collators.Get().(*collate.Collator)
	defer collators.Put(c)
	return c.CompareString(a, b)
}
