package postgres

import "strings"

var likeWildcards = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// French makes an ORDER BY sort as a French dictionary does, whatever the collation of the
// database: it follows the expression. In Go the same order is alphabet.Compare.
const French = ` collate "fr-x-icu" `

// EscapeLike returns the text so that a pattern of LIKE matches it literally, with the
// default escape character (PostgreSQL 9.7.1).
func EscapeLike(text string) string { return likeWildcards.Replace(text) }
