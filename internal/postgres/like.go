package postgres

import "strings"

var likeWildcards = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// EscapeLike returns the text so that a pattern of LIKE matches it literally, with the
// default escape character (PostgreSQL 9.7.1).
func EscapeLike(text string) string { return likeWildcards.Replace(text) }
