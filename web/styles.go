package web

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// A sheet is written as one file per component and served as one, so that a page needs only
// one request. The order matters: of two rules of equal specificity, the later one wins.
//
// Every page has app.css; a page that is Styled names others.
var sheets = map[string][]string{
	"app": {
		"tokens", "fonts", "ground", "bar", "page", "prose", "foot",
		"cards", "buttons", "navigation", "tags", "notices", "faces", "facts",
		"forms", "choices", "charts", "tables", "lists", "codes", "sheets", "hours", "messages", "home",
		"paper", "contrast",
	},
	"agenda":   {"week", "opening", "dialog", "grid", "numbers"},
	"call":     {"page", "stage", "guests", "board", "panels", "controls", "text", "devices", "phone"},
	"calltest": {"steps"},
	"film":     {"film"},
	"finding":  {"people", "month", "soonest"},
}

// sheet returns a sheet as it is served: its files one after the other.
func sheet(name string) ([]byte, error) {
	var all strings.Builder
	for _, part := range sheets[name] {
		text, err := files.ReadFile(path.Join("styles", name, part+".css"))
		if err != nil {
			return nil, fmt.Errorf("style sheet %s: %w", name, err)
		}
		all.Write(text)
	}
	return []byte(squeeze(all.String())), nil
}

var (
	comment   = regexp.MustCompile(`(?s)/\*.*?\*/`)
	newLine   = regexp.MustCompile(`\s*\n\s*`)
	needless  = regexp.MustCompile(`([{};,])\n`)
	lastBreak = regexp.MustCompile(`;?\n?\}`)
)

// squeeze removes what a browser does not need: comments, line breaks and indentation. No
// string in our sheets contains a comment's sign.
func squeeze(sheet string) string {
	lines := newLine.ReplaceAllString(comment.ReplaceAllString(sheet, ""), "\n")
	joined := lastBreak.ReplaceAllString(needless.ReplaceAllString(lines, "$1"), "}")
	return strings.TrimSpace(strings.ReplaceAll(joined, "\n", " ")) + "\n"
}
